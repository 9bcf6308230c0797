//! `grpc.health.v1.Health/Check`: <https://github.com/grpc/grpc/blob/master/doc/health-checking.md>.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

/// Where the health service is called.
pub(crate) const CHECK: &str = "/grpc.health.v1.Health/Check";

/// Answers for a service's full name; empty means the whole server.
pub type HealthCheck = Arc<dyn Fn(&str) -> Serving + Send + Sync>;

/// Whether a service can be called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// It can.
    Yes,
    /// It cannot.
    No,
    /// There is no such service.
    Unknown,
}

/// `grpc.health.v1.HealthCheckRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Answers a check; what it cannot answer is a status and a sentence.
pub(crate) fn answer(check: &HealthCheck, message: Bytes) -> Result<Bytes, (u8, &'static str)> {
    let request = Request::decode(message).map_err(|_| (3, "The message is no health check."))?;
    let status = match check(&request.service) {
        Serving::Yes => 1,
        Serving::No => 2,
        Serving::Unknown => return Err((5, "There is no such service.")),
    };
    Ok(Response { status }.encode_to_vec().into())
}
