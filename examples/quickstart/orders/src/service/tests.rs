//! The service against stand-ins for `users` and `catalog` over real sockets.

use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};

use super::Orders;
use crate::contract::catalog::catalog_server::{Catalog, CatalogServer};
use crate::contract::catalog::{GetProductRequest, Product, ProductList, SearchProductsRequest};
use crate::contract::orders::order_service_server::OrderService;
use crate::contract::orders::{GetOrderRequest, ListOrdersRequest, PlaceOrderRequest};
use crate::contract::users::users_server::{Users, UsersServer};
use crate::contract::users::{CreateUserRequest, GetUserRequest, ListUsersRequest, User, UserPage};
use crate::peers::Peers;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Knows user 1, and refuses whoever sends no token or no trace.
struct OneUser;

#[tonic::async_trait]
impl Users for OneUser {
    async fn list_users(&self, _: Request<ListUsersRequest>) -> Result<Response<UserPage>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn create_user(&self, _: Request<CreateUserRequest>) -> Result<Response<User>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<User>, Status> {
        let text = |name: &str| request.metadata().get(name).and_then(|value| value.to_str().ok());
        if text("polywire-token") != Some("the-token-of-orders") || text("traceparent") != Some(TRACE) {
            return Err(Status::unauthenticated("no token or no trace"));
        }
        match request.get_ref().id {
            1 => Ok(Response::new(User { id: 1, name: "Ada".to_owned(), ..User::default() })),
            _ => Err(Status::not_found("in words of users")),
        }
    }
}

/// Knows one lamp.
struct OneLamp;

#[tonic::async_trait]
impl Catalog for OneLamp {
    async fn search_products(
        &self,
        _: Request<SearchProductsRequest>,
    ) -> Result<Response<ProductList>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn get_product(&self, request: Request<GetProductRequest>) -> Result<Response<Product>, Status> {
        let GetProductRequest { id } = request.into_inner();
        if id != "lamp" {
            return Err(Status::not_found("in words of catalog"));
        }
        Ok(Response::new(Product { id, name: "Desk lamp".to_owned(), price: "19.90".to_owned(), stock: 80 }))
    }
}

/// Serves one stand-in on a free port until the runtime ends, and connects to it.
macro_rules! stand_in {
    ($service:expr) => {{
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        tokio::spawn(Server::builder().serve_with_incoming($service, incoming));
        channel(&format!("http://{address}"))
    }};
}

fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned()).unwrap().connect_lazy()
}

fn orders() -> Orders {
    Orders::new(Peers::apart(stand_in!(UsersServer::new(OneUser)), stand_in!(CatalogServer::new(OneLamp))))
}

fn wanted(user_id: i64, product_id: &str, quantity: i32) -> Request<PlaceOrderRequest> {
    let mut request =
        Request::new(PlaceOrderRequest { user_id, product_id: product_id.to_owned(), quantity });
    request.metadata_mut().insert("traceparent", TRACE.parse().unwrap());
    request
}

async fn refused(orders: &Orders, request: Request<PlaceOrderRequest>, code: Code, message: &str) {
    let status = orders.place_order(request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (code, message));
}

#[tokio::test]
async fn an_order_is_placed_found_and_listed() {
    let orders = orders();
    let placed = orders.place_order(wanted(1, "lamp", 3)).await.unwrap().into_inner();
    assert_eq!((placed.user_name.as_str(), placed.product_name.as_str()), ("Ada", "Desk lamp"));
    assert_eq!((placed.unit_price.as_str(), placed.total.as_str()), ("19.90", "59.70"));

    let found = orders.get_order(Request::new(GetOrderRequest { id: placed.id.clone() })).await.unwrap();
    assert_eq!(found.into_inner(), placed);

    let second = orders.place_order(wanted(1, "lamp", 1)).await.unwrap().into_inner();
    let all = orders.list_orders(Request::new(ListOrdersRequest::default())).await.unwrap().into_inner();
    assert_eq!(all.orders, [second.clone(), placed]);
    let newest = ListOrdersRequest { user_id: Some(1), limit: Some(1) };
    assert_eq!(orders.list_orders(Request::new(newest)).await.unwrap().into_inner().orders, [second]);
    let of_nobody = ListOrdersRequest { user_id: Some(2), limit: None };
    assert!(orders.list_orders(Request::new(of_nobody)).await.unwrap().into_inner().orders.is_empty());
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_in_plain_words() {
    let orders = orders();
    refused(&orders, wanted(2, "lamp", 1), Code::NotFound, "User 2 does not exist.").await;
    refused(&orders, wanted(1, "moon", 1), Code::NotFound, "The product does not exist.").await;
    refused(&orders, wanted(1, "lamp", 81), Code::FailedPrecondition, "Only 80 of it are in stock.").await;
    for id in ["", "order-", "order-1", "order-01", "1"] {
        let request = Request::new(GetOrderRequest { id: id.to_owned() });
        assert_eq!(orders.get_order(request).await.unwrap_err().code(), Code::NotFound);
    }
}

#[tokio::test]
async fn a_component_that_is_gone_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = || channel(&format!("http://{closed}"));
    let neither = Orders::new(Peers::apart(nobody(), nobody()));
    refused(&neither, wanted(1, "lamp", 1), Code::Unavailable, "The component users cannot be reached.")
        .await;
    let users_only = Orders::new(Peers::apart(stand_in!(UsersServer::new(OneUser)), nobody()));
    refused(&users_only, wanted(1, "lamp", 1), Code::Unavailable, "The component catalog cannot be reached.")
        .await;
}
