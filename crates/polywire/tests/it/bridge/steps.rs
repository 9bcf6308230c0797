//! Several requests after each other, and what they leave behind: headers at the component, log lines, counters.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use polywire_syntax::{Map, Node, Value};
use polywire_testkit::{grpc, http};

use super::case::{self, Peer, headers, number, text};
use crate::harness::{Served, polywire};

/// How long a step is repeated until it ends as it should.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a caller sent as its secret: it must not go on, nor into a log.
const TOKEN: &str = "hush-hush";

/// An answer of either front.
struct Told {
    status: String,
    fields: Vec<(String, String)>,
    body: String,
}

/// Runs the steps of a case; gives what the golden file has.
pub(super) fn run(case: &Map, peer: &Peer, workspace: &Path) -> String {
    let log = workspace.join("log");
    let served = Served::start_logged(&["."], workspace, &log);
    let mut shown = String::new();
    let mut repeats = false;
    let Some(Value::List(steps)) = case.get("steps").map(|node| &node.value) else {
        panic!("`steps` is a list")
    };
    for step in steps {
        let step = step.as_map().expect("a step");
        if let Some(behaviour) = step.get("component") {
            peer.set(behaviour);
        }
        repeats |= step.get("until").is_some();
        let before = peer.requests();
        let (line, told) = ended(&served, step, workspace);
        let sent = step
            .get("rest")
            .or(step.get("grpc"))
            .or(step.get("call"))
            .and_then(Node::as_map)
            .expect("a request");
        let _ = writeln!(shown, "{line}\n  {}", told.status);
        for (name, value) in &told.fields {
            let value = if name == "x-request-id" { request_id(sent, value) } else { value.clone() };
            let _ = writeln!(shown, "  {name}: {value}");
        }
        if !told.body.is_empty() {
            let _ = writeln!(shown, "  {}", told.body);
        }
        match peer.requests() - before {
            0 => shown.push_str("  did not reach the component\n"),
            _ => seen(case, sent, &told, peer, &mut shown),
        }
    }
    left(&served, repeats, &mut shown);
    served.stop();
    let log = fs::read_to_string(log).expect("there is a log");
    assert!(!log.contains(TOKEN), "{log}");
    assert!(!shown.contains("SECRET"), "{shown}");
    lines(&log, &mut shown);
    shown
}

/// Sends a step's request, once, as often as it says, or until it ends as it says.
fn ended(served: &Served, step: &Map, workspace: &Path) -> (String, Told) {
    let times = step.get("times").map_or(1, |_| number(step, "times"));
    let mut sent = (1..times).fold(send(served, step, workspace), |_, _| send(served, step, workspace));
    let Some(until) = step.get("until").map(|_| number(step, "until").to_string()) else { return sent };
    let begun = Instant::now();
    while sent.1.status != until {
        assert!(begun.elapsed() < PATIENCE, "{}: still {}", sent.0, sent.1.status);
        std::thread::sleep(Duration::from_millis(50));
        sent = send(served, step, workspace);
    }
    sent
}

fn send(served: &Served, step: &Map, workspace: &Path) -> (String, Told) {
    if let Some(call) = step.get("call").and_then(Node::as_map) {
        let (operation, input) = (text(call, "operation"), text(call, "input"));
        let as_grpc = ["--as", "grpc", "--format", "json", "--dir", ".", "--url", &served.url];
        let said = polywire(&[&["call", operation, input][..], &as_grpc].concat(), workspace);
        let (status, body) =
            (format!("exit {}", said.exit), if said.stdout.is_empty() { said.stderr } else { said.stdout });
        return (
            format!("{operation} {input}"),
            Told { status, fields: Vec::new(), body: body.trim_end().to_string() },
        );
    }
    if let Some(request) = step.get("rest").and_then(Node::as_map) {
        let answer = case::rest(served.address(), request).expect("an answer");
        let kept =
            |(name, _): &(String, String)| matches!(name.as_str(), "x-request-id" | "retry-after" | "allow");
        let told = Told {
            status: answer.status.to_string(),
            fields: answer.headers.iter().filter(|field| kept(field)).cloned().collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        };
        return (format!("{} {}", text(request, "method"), text(request, "path")), told);
    }
    let request = step.get("grpc").and_then(Node::as_map).expect("a request by `rest` or `grpc`");
    let path = text(request, "path");
    let message = request.get("message").and_then(Node::as_text).unwrap_or_default();
    let answer = grpc(served.address(), path, &headers(request), message.as_bytes()).expect("an answer");
    let told = Told {
        status: format!("grpc {}", answer.header("grpc-status").unwrap_or("without a status")),
        fields: ["x-request-id", "grpc-message"]
            .into_iter()
            .filter_map(|name| Some((name.to_string(), answer.header(name)?.to_string())))
            .collect(),
        body: answer.message.escape_ascii().to_string(),
    };
    (path.to_string(), told)
}

/// What the component was sent of the fields that the case asks for.
fn seen(case: &Map, sent: &Map, told: &Told, peer: &Peer, shown: &mut String) {
    let Some(Value::List(names)) = case.get("seen").map(|node| &node.value) else {
        shown.push_str("  reached the component\n");
        return;
    };
    shown.push_str("  reached the component with\n");
    for name in names.iter().filter_map(Node::as_text) {
        let value = peer.header(name);
        let value = value.as_deref().unwrap_or("nothing");
        let given = headers(sent).into_iter().find(|(given, _)| *given == name).map(|(_, value)| value);
        let answered = told.fields.iter().any(|(field, answered)| field == name && answered == value);
        let value = match name {
            "x-request-id" if answered => "the id of the answer".to_string(),
            "traceparent" => trace(given, value),
            "grpc-timeout" => timeout(value),
            _ => value.to_string(),
        };
        let _ = writeln!(shown, "    {name}: {value}");
    }
}

fn request_id(sent: &Map, answered: &str) -> String {
    if headers(sent).iter().any(|(name, value)| *name == "x-request-id" && *value == answered) {
        return format!("{answered} (as sent)");
    }
    assert!(answered.len() == 32 && answered.bytes().all(|b| b.is_ascii_hexdigit()), "{answered}");
    "(made)".to_string()
}

/// `00-TRACE-SPAN-FLAGS`, against what the caller sent.
fn trace(given: Option<&str>, value: &str) -> String {
    let parts: Vec<&str> = value.split('-').collect();
    let [_, trace, span, flags] = parts[..] else { return format!("no traceparent: {value}") };
    assert_eq!((trace.len(), span.len()), (32, 16), "{value}");
    let whose = if given.is_some_and(|given| given.contains(trace)) { "the caller's" } else { "a new" };
    let same = given.is_some_and(|given| given.contains(span));
    format!("{whose} trace, {} span, flags {flags}", if same { "the caller's" } else { "a new" })
}

/// A timeout in round figures: a little of it has always passed.
fn timeout(value: &str) -> String {
    let (digits, unit) = value.split_at(value.len() - 1);
    let Ok(digits) = digits.parse::<u64>() else { return value.to_string() };
    let unit = match unit {
        "n" => 1,
        "u" => 1_000,
        "m" => 1_000_000,
        "S" => 1_000_000_000,
        _ => return value.to_string(),
    };
    let round = [1, 5, 10, 30, 60].into_iter().find(|seconds| digits * unit <= seconds * 1_000_000_000);
    round.map_or(value.to_string(), |seconds| format!("at most {seconds} s"))
}

/// The counters; how often something was repeated does not matter.
fn left(served: &Served, repeats: bool, shown: &mut String) {
    let metrics = http(served.admin(), "GET", "/metrics", &[], b"").expect("the admin port answers");
    let metrics = String::from_utf8(metrics.body).expect("metrics are text");
    shown.push_str("metrics\n");
    for line in metrics.lines() {
        let counts = line.starts_with("polywire_server_requests_total{") && !repeats;
        if counts
            || line.starts_with("polywire_violations_total{")
            || line.starts_with("polywire_breaker_state{")
        {
            let _ = writeln!(shown, "  {}", line.trim_start_matches("polywire_"));
        }
    }
}

/// The log: what does not change from run to run, each line once.
fn lines(log: &str, shown: &mut String) {
    shown.push_str("log\n");
    let mut last = String::new();
    // What the contract's own remarks say comes before the log.
    for line in log.lines().skip_while(|line| !line.starts_with('{')) {
        let line: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no log line: {line}"));
        let mut text = format!(
            "  {} {}:",
            line["level"].as_str().unwrap_or("?"),
            line["message"].as_str().unwrap_or("?")
        );
        for name in ["op", "component", "front", "code", "status", "observed"] {
            match &line[name] {
                serde_json::Value::Null => {}
                serde_json::Value::String(value) => text.push_str(&format!(" {name}={value}")),
                value => text.push_str(&format!(" {name}={value}")),
            }
        }
        if line["op"].is_string() {
            for (name, length) in [("trace_id", 32), ("span_id", 16)] {
                assert_eq!(line[name].as_str().map(str::len), Some(length), "{line}");
            }
            assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
        }
        if line["error"].is_string() {
            text.push_str(" error=…");
        }
        if text != last {
            let _ = writeln!(shown, "{text}");
        }
        last = text;
    }
}
