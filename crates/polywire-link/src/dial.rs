//! A TCP connection to a component: name, connect, options. Knows no protocol.

use std::time::Duration;

use polywire_call::{Fault, FaultKind};
use tokio::net::TcpStream;

use crate::url::Address;

/// Connects within `timeout`. Whatever goes wrong here, nothing of a call was sent.
pub(crate) async fn dial(address: &Address, timeout: Duration) -> Result<TcpStream, Fault> {
    let refused =
        |why: &str| Fault::peer(FaultKind::Refused, format!("{}: {why}", address.authority)).unsent();
    let connecting = TcpStream::connect((address.host.as_str(), address.port));
    let stream = match tokio::time::timeout(timeout, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(refused("cannot connect").because(error)),
        Err(_) => return Err(refused("no connection within the time for it")),
    };
    stream.set_nodelay(true).map_err(|error| refused("cannot set TCP_NODELAY").because(error))?;
    Ok(stream)
}
