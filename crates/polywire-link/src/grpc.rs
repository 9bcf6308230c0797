//! gRPC, unary, framed on HTTP/2: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
//!
//! Must never: look inside a message; know what a policy does.

mod connect;
mod frame;
mod health;
mod listen;
mod status;
mod timeout;

use std::collections::HashMap;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use polywire_call::{Ends, Link, LinkError, LinkOptions, Routes};
use polywire_contract::{Contract, OperationId, Streaming};
use polywire_wire::Form;

use crate::url::Address;

pub use health::{HealthCheck, Serving};
pub(crate) use listen::answer_request;

/// gRPC, in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Grpc;

/// Whether a head is of this protocol: `application/grpc`, with or without a message format.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let format = media.and_then(|media| media.strip_prefix(b"application/grpc"));
    format.is_some_and(|format| matches!(format.first(), None | Some(b'+' | b';')))
}

/// From `/package.Service/Method` to what is called, and whether it can be called yet.
type Methods = HashMap<String, (OperationId, Streaming)>;

impl Link for Grpc {
    fn name(&self) -> &'static str {
        "grpc"
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["grpc"]
    }

    fn form(&self) -> Form {
        Form::Message
    }

    fn routes(&self, contract: &Contract) -> Option<Routes> {
        let mut methods = Methods::new();
        for (at, operation) in contract.operations.iter().enumerate() {
            if let Some(binding) = &operation.grpc {
                methods.entry(binding.path.clone()).or_insert((OperationId(at as u32), operation.streaming));
            }
        }
        Some(Arc::new(methods))
    }

    fn open(&self, url: &str, options: &LinkOptions) -> Result<Ends, LinkError> {
        let address = Address::parse(url, "grpc", 50051)?;
        if !address.base.is_empty() {
            return Err(LinkError {
                reason: format!("`{url}` is no address of this link: it cannot have a path"),
            });
        }
        Ok(Ends { call: Some(Arc::new(connect::Target::new(address, options.clone())?)) })
    }
}
