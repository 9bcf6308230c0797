//! What the admin port answers, without a transport: health, metrics, the derived contract, control of components.

use std::sync::Arc;

use polywire_call::{BoxFuture, Metadata};
use serde_json::{Map, Value, json};

use crate::Bridge;

/// What can be done to a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends it, and does not start it again.
    Stop,
    /// Starts it.
    Start,
    /// Ends it and starts it again.
    Restart,
}

/// What is known of a component beside what the bridge knows: process, URL, restarts.
#[derive(Clone, Debug, Default)]
pub struct ComponentFacts {
    /// Its name in the workspace.
    pub name: String,
    /// Members added to its object.
    pub facts: Map<String, Value>,
}

/// Why a component could not be controlled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlError {
    /// There is none of that name.
    Unknown,
    /// In words for people.
    Failed(String),
}

/// Whoever starts and stops components.
pub trait Control: Send + Sync {
    /// Does something to a component; ready when it is done.
    fn control(&self, component: &str, action: Action) -> BoxFuture<'static, Result<(), ControlError>>;

    /// What is known of each component.
    fn components(&self) -> Vec<ComponentFacts>;
}

/// An answer of the admin port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminResponse {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// Methods that there are, where the one asked for is not.
    pub allow: Option<&'static str>,
    /// The body.
    pub body: Vec<u8>,
}

/// Answers requests to the admin port.
pub struct Admin {
    bridge: Arc<Bridge>,
    control: Option<(Arc<dyn Control>, String)>,
}

impl Admin {
    /// Answers for a bridge alone.
    pub fn new(bridge: Arc<Bridge>) -> Self {
        Admin { bridge, control: None }
    }

    /// Lets those who hold the token control components.
    pub fn with_control(mut self, control: Arc<dyn Control>, token: impl Into<String>) -> Self {
        self.control = Some((control, token.into()));
        self
    }

    /// Answers one request; `path` is without query, names of `headers` in lower case.
    pub async fn handle(&self, method: &str, path: &str, headers: &Metadata) -> AdminResponse {
        let action = path.strip_prefix("/v1/components/").and_then(|rest| rest.split_once('/'));
        match (action, path) {
            (Some((component, action)), _) => match parse(action) {
                Some(_) if method != "POST" => not_allowed("POST"),
                Some(action) => self.act(component, action, headers).await,
                None => missing(),
            },
            (None, "/livez" | "/readyz" | "/metrics" | "/openapi.json" | "/v1/components") => match method {
                "GET" | "HEAD" => self.read(path),
                _ => not_allowed("GET, HEAD"),
            },
            (None, _) => missing(),
        }
    }

    fn read(&self, path: &str) -> AdminResponse {
        match path {
            "/livez" => text(200, "ok\n"),
            "/readyz" if self.bridge.ready() => text(200, "ready\n"),
            "/readyz" => text(503, "not ready\n"),
            "/metrics" => AdminResponse {
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                ..text(200, &self.bridge.metrics())
            },
            "/openapi.json" => match &self.bridge.snapshot().openapi {
                Some(document) => AdminResponse { body: document.to_vec(), ..json_body(200, &Value::Null) },
                None => missing(),
            },
            _ => json_body(200, &self.components()),
        }
    }

    fn components(&self) -> Value {
        let facts = self.control.as_ref().map(|(control, _)| control.components()).unwrap_or_default();
        let components = self.bridge.components().into_iter().map(|component| {
            let mut object = Map::new();
            object.insert("name".into(), component.name().into());
            object.insert("state".into(), format!("{:?}", component.liveness()).to_lowercase().into());
            object.insert("breaker".into(), component.breaker().name().into());
            object.insert("calls".into(), component.calls().into());
            let own = facts.iter().find(|facts| facts.name == component.name());
            object.extend(own.map(|own| own.facts.clone()).unwrap_or_default());
            Value::Object(object)
        });
        json!({"components": components.collect::<Vec<_>>()})
    }

    async fn act(&self, component: &str, action: Action, headers: &Metadata) -> AdminResponse {
        let Some((control, token)) = &self.control else {
            return error(501, "NOT_IMPLEMENTED", "There is nothing here that starts or stops components.");
        };
        let given = headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
        if token.is_empty() || !given.is_some_and(|given| equal(given.as_bytes(), token.as_bytes())) {
            return error(401, "UNAUTHORIZED", "Control of components needs the workspace's token.");
        }
        match control.control(component, action).await {
            Ok(()) => json_body(200, &json!({"component": component, "done": true})),
            Err(ControlError::Unknown) => missing(),
            Err(ControlError::Failed(reason)) => error(409, "CONFLICT", &reason),
        }
    }
}

fn parse(action: &str) -> Option<Action> {
    match action {
        "stop" => Some(Action::Stop),
        "start" => Some(Action::Start),
        "restart" => Some(Action::Restart),
        _ => None,
    }
}

/// Compares in a time that depends on the lengths alone.
fn equal(given: &[u8], token: &[u8]) -> bool {
    let differences = given.iter().zip(token).fold(0, |seen, (a, b)| seen | (a ^ b));
    std::hint::black_box(differences) == 0 && given.len() == token.len()
}

fn text(status: u16, body: &str) -> AdminResponse {
    AdminResponse { status, content_type: "text/plain; charset=utf-8", allow: None, body: body.into() }
}

fn json_body(status: u16, value: &Value) -> AdminResponse {
    let body = format!("{value}\n").into_bytes();
    AdminResponse { status, content_type: "application/json", allow: None, body }
}

fn error(status: u16, code: &str, message: &str) -> AdminResponse {
    let kind = polywire_call::Code::parse(code).map_or("InternalError", |code| code.kind());
    json_body(status, &json!({"error": {"code": code, "message": message, "type": kind, "details": {}}}))
}

fn missing() -> AdminResponse {
    error(404, "NOT_FOUND", "There is nothing here.")
}

fn not_allowed(allow: &'static str) -> AdminResponse {
    AdminResponse {
        allow: Some(allow),
        ..error(405, "METHOD_NOT_ALLOWED", "This path has no answer with this method.")
    }
}
