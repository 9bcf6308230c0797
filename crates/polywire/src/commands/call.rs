//! `polywire call OPERATION [JSON|@FILE|-]`

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use polywire_call::{Answer, Caller, Exchange, Input, LinkOptions, Metadata, Origin, Slots};
use polywire_contract::{Contract, OperationId};
use polywire_link::LINKS;
use polywire_wire::{Form, Refusal};
use serde_json::{Value, json};

use crate::control;
use crate::convert::Converter;
use crate::exit::{Context, Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project;

/// The largest input, in bytes.
const INPUT_BYTES_MAX: u64 = 256 << 20;

/// Calls an operation of the running workspace, over REST or gRPC
///
/// The input is one JSON object with the parameters and the body's fields beside each other.
#[derive(clap::Args)]
pub(crate) struct Call {
    /// `users.getUser`: component or interface, then the operation
    operation: String,
    /// JSON, `@file`, or `-` for standard input
    #[arg(default_value = "{}")]
    input: String,
    /// How to call it
    #[arg(long = "as", value_parser = ["rest", "grpc"], default_value = "rest")]
    front: String,
    /// The workspace's folder
    #[arg(short = 'C', long)]
    dir: Option<PathBuf>,
    /// Another address than the running workspace's: http://HOST:PORT
    #[arg(long, env = "POLYWIRE_URL")]
    url: Option<String>,
    /// How long to wait: 500ms, 2s
    #[arg(long, value_parser = polywire_workspace::parse_duration, default_value = "30s")]
    timeout: Duration,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Call {
    pub(crate) fn run(self) -> Outcome {
        let project = project::open(&control::workspace_folder(self.dir.as_deref()))?;
        project.report_errors()?;
        let operation = project.operation(&self.operation)?;
        let contract = Arc::new(project.contract);
        let url = match &self.url {
            Some(url) => url.clone(),
            None => control::find(self.dir.as_deref())?.url,
        };
        let form = if self.front == "grpc" { Form::Message } else { Form::Document };
        let converter = Converter::new(&contract, operation, form)?;
        let input = converter.input(self.read_input()?.as_bytes()).map_err(refused)?;
        let answer = self.send(contract, operation, form, input, &url)?;
        self.show(&converter, answer)
    }

    fn read_input(&self) -> Result<String, Failure> {
        if self.input == "-" {
            let mut text = String::new();
            std::io::stdin()
                .take(INPUT_BYTES_MAX)
                .read_to_string(&mut text)
                .context("cannot read standard input")?;
            return Ok(text);
        }
        match self.input.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path).context(format!("cannot read {path}")),
            None => Ok(self.input.clone()),
        }
    }

    fn send(
        &self,
        contract: Arc<Contract>,
        operation: OperationId,
        form: Form,
        input: Input,
        url: &str,
    ) -> Result<Answer, Failure> {
        let link = LINKS.iter().find(|link| link.form() == form).expect("each form has a link");
        let scheme = link.schemes().first().expect("a link has a scheme");
        let address = url.split_once("://").map_or(url, |(_, rest)| rest);
        let ends = link
            .open(&format!("{scheme}://{address}"), &LinkOptions::default())
            .map_err(|error| Failure::usage(format!("{url}: {error}")))?;
        let call = ends.call.expect("both links can call");
        let started = Instant::now();
        let mut exchange = Exchange {
            contract,
            operation,
            origin: Origin { link: link.name(), form, binding: 0 },
            caller: Caller::default(),
            metadata: Metadata::default(),
            deadline: Some(started + self.timeout),
            started,
            input,
            answer: None,
            slots: Slots::default(),
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
        runtime
            .block_on(async { tokio::time::timeout(self.timeout, call.call(&mut exchange)).await })
            .map_err(|_| Failure::environment(format!("{url}: no answer within {:?}", self.timeout)))?
            .map_err(|fault| Failure::environment(format!("cannot call {url}: {fault}")))?;
        exchange.answer.ok_or_else(|| Failure { exit: Exit::Bug, message: "no answer".into(), help: None })
    }

    fn show(&self, converter: &Converter, answer: Answer) -> Outcome {
        let (ok, said) = match answer {
            Answer::Document { status, body, .. } => {
                let text = String::from_utf8_lossy(body.bytes());
                let value = serde_json::from_str(&text).unwrap_or(Value::String(text.into_owned()));
                let value = if body.bytes().is_empty() { Value::Null } else { value };
                (status < 400, json!({"ok": status < 400, "status": status, "body": value}))
            }
            Answer::Message { body, .. } => {
                (true, json!({"ok": true, "status": "OK", "body": converter.output(&body).map_err(refused)?}))
            }
            Answer::Failure(failure) => (false, converter.failure(&failure)),
            Answer::Error(error) => {
                (false, json!({"ok": false, "status": error.code.name(), "message": error.message}))
            }
        };
        match self.format {
            Format::Json => output::print_json(&said),
            _ if ok => output::print_line(&pretty(&said["body"])),
            _ => {
                output::note(&format!("error: {}", said["status"].to_string().trim_matches('"')));
                let rest = if said["body"].is_null() { &said } else { &said["body"] };
                output::print_line(&pretty(rest));
            }
        }
        Ok(if ok { Exit::Ok } else { Exit::Wrong })
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value prints")
}

/// The first violation of an input that could not even be sent.
fn refused(refusal: Refusal) -> Failure {
    let first = refusal.violations.first();
    let place = first.map_or(String::new(), |v| format!(" at `{}` ({}, byte {})", v.path, v.rule, v.offset));
    Failure::wrong(format!("the input does not fit the operation{place}"))
}
