//! Both links over real sockets.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod grpc_connect;
mod grpc_listen;
mod grpc_peers;
mod http_connect;
mod http_listen;
mod http_parameters;
mod serving;
mod suite;
mod support;
