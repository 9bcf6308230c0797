//! Finds a running workspace, and speaks with its admin port.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper_util::rt::TokioIo;
use polywire_workspace::{Found, RunFile};

use crate::exit::{Context, Failure};

/// Where `up` says which workspace a command runs in.
pub(crate) const WORKSPACE_VARIABLE: &str = "POLYWIRE_WORKSPACE";
/// How long the admin port may take to answer; stopping a component waits for its end.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);
/// The largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// The folder that was named, else the one that `up` named, else this one.
pub(crate) fn workspace_folder(named: Option<&Path>) -> PathBuf {
    named
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os(WORKSPACE_VARIABLE).map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("."))
}

/// The running workspace in a folder or above it.
pub(crate) fn find(named: Option<&Path>) -> Result<RunFile, Failure> {
    let folder = workspace_folder(named);
    let folder = folder.canonicalize().context(format!("cannot open {}", folder.display()))?;
    let help = "`polywire up` starts it";
    match RunFile::find(&folder) {
        Some((_, Found::Running(run))) => Ok(run),
        Some((at, _)) => {
            let message = format!("the workspace in {} is not running any more", at.display());
            Err(Failure::environment(message).help(help))
        }
        None => {
            Err(Failure::environment(format!("no workspace is running in {}", folder.display())).help(help))
        }
    }
}

/// Asks the admin port, and returns status and body.
pub(crate) fn ask(run: &RunFile, method: &str, path: &str) -> Result<(u16, serde_json::Value), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let asking = async {
        let host = run.admin_url.trim_start_matches("http://");
        let stream =
            tokio::net::TcpStream::connect(host).await.context("cannot reach the running workspace")?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .context("cannot ask the workspace")?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .header("authorization", format!("Bearer {}", run.token))
            .body(Empty::<Bytes>::new())
            .context("cannot ask the workspace")?;
        let answer = sender.send_request(request).await.context("the workspace does not answer")?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body =
            body.map_err(|error| Failure::environment(format!("the answer broke off: {error}")))?.to_bytes();
        Ok((status, serde_json::from_slice(&body).unwrap_or(serde_json::Value::Null)))
    };
    runtime.block_on(async {
        tokio::time::timeout(ANSWER_LIMIT, asking).await.context("the workspace does not answer")?
    })
}
