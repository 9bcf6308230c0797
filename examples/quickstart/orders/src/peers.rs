//! Calls to `users` and `catalog`, always through the bridge. Must not know an address of theirs.

use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::contract::catalog::catalog_client::CatalogClient;
use crate::contract::catalog::{GetProductRequest, Product};
use crate::contract::users::users_client::UsersClient;
use crate::contract::users::{GetUserRequest, User};
use crate::log;

/// Metadata of the call we serve that belongs to the calls we make: the trace, and the deadline.
const PASSED_ON: [&str; 3] = ["traceparent", "tracestate", "grpc-timeout"];

/// The components that the order service uses, as the bridge shows them.
#[derive(Clone)]
pub(crate) struct Peers {
    users: UsersClient<Channel>,
    catalog: CatalogClient<Channel>,
    token: Option<MetadataValue<Ascii>>,
}

impl Peers {
    /// Opens the way to the bridge; the connection is made with the first call.
    pub(crate) fn through(bridge: String, token: Option<String>) -> Result<Peers, String> {
        let channel = Endpoint::from_shared(bridge)
            .map_err(|_| "POLYWIRE_URL is not a URL".to_owned())?
            .tcp_nodelay(true)
            .connect_lazy();
        let token = token
            .map(|token| token.parse().map_err(|_| "POLYWIRE_TOKEN is not plain text".to_owned()))
            .transpose()?;
        Ok(Peers { users: UsersClient::new(channel.clone()), catalog: CatalogClient::new(channel), token })
    }

    /// Opens the way to two stand-ins, one for each component.
    #[cfg(test)]
    pub(crate) fn apart(users: Channel, catalog: Channel) -> Peers {
        let token = Some(MetadataValue::from_static("the-token-of-orders"));
        Peers { users: UsersClient::new(users), catalog: CatalogClient::new(catalog), token }
    }

    /// Asks `users` for a user.
    pub(crate) async fn user(&self, caller: &MetadataMap, id: i64) -> Result<User, Status> {
        let request = self.request(caller, GetUserRequest { id });
        match self.users.clone().get_user(request).await {
            Ok(response) => Ok(response.into_inner()),
            Err(status) => Err(told("users", &format!("User {id} does not exist."), &status)),
        }
    }

    /// Asks `catalog` for a product.
    pub(crate) async fn product(&self, caller: &MetadataMap, id: &str) -> Result<Product, Status> {
        let request = self.request(caller, GetProductRequest { id: id.to_owned() });
        match self.catalog.clone().get_product(request).await {
            Ok(response) => Ok(response.into_inner()),
            Err(status) => Err(told("catalog", "The product does not exist.", &status)),
        }
    }

    fn request<M>(&self, caller: &MetadataMap, message: M) -> Request<M> {
        let mut request = Request::new(message);
        for name in PASSED_ON {
            if let Some(value) = caller.get(name) {
                request.metadata_mut().insert(name, value.clone());
            }
        }
        if let Some(token) = &self.token {
            request.metadata_mut().insert("polywire-token", token.clone());
        }
        request
    }
}

/// Says in the words of the order service what went wrong behind it.
fn told(component: &str, absent: &str, status: &Status) -> Status {
    if status.code() == Code::NotFound {
        return Status::not_found(absent);
    }
    let code = format!("{:?}", status.code());
    let fields = [("component", component), ("code", code.as_str()), ("error", status.message())];
    log::line("WARNING", "Component did not answer", &fields);
    match status.code() {
        Code::DeadlineExceeded => Status::deadline_exceeded(format!("{component} did not answer in time")),
        Code::Unavailable | Code::Cancelled | Code::Unknown => {
            Status::unavailable(format!("The component {component} cannot be reached."))
        }
        _ => {
            Status::internal(format!("The component {component} gave an answer that orders did not expect."))
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    fn check(code: Code, expected: Code, message: &str) {
        let status =
            super::told("users", "User 7 does not exist.", &Status::new(code, "secret of the library"));
        assert_eq!((status.code(), status.message()), (expected, message));
    }

    #[test]
    fn errors_of_others_become_our_own_words() {
        check(Code::NotFound, Code::NotFound, "User 7 does not exist.");
        check(Code::Unavailable, Code::Unavailable, "The component users cannot be reached.");
        check(Code::DeadlineExceeded, Code::DeadlineExceeded, "users did not answer in time");
        check(
            Code::PermissionDenied,
            Code::Internal,
            "The component users gave an answer that orders did not expect.",
        );
    }
}
