//! The admin port's answers.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use polywire_bridge::{
    Action, Admin, AdminResponse, ComponentFacts, Control, ControlError, Liveness, Settings,
};
use polywire_call::{BoxFuture, Metadata};
use polywire_wire::Form;

use crate::world::{World, ann, snapshot};

fn ask(admin: &Admin, method: &str, path: &str, token: Option<&str>) -> AdminResponse {
    let mut headers = Metadata::default();
    token.into_iter().for_each(|token| headers.push("authorization", format!("Bearer {token}")));
    match pin!(admin.handle(method, path, &headers)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[derive(Default)]
struct Recorder(Mutex<Vec<(String, Action)>>);

impl Control for Recorder {
    fn control(&self, component: &str, action: Action) -> BoxFuture<'static, Result<(), ControlError>> {
        self.0.lock().unwrap().push((component.into(), action));
        let result = match component {
            "users" => Ok(()),
            "busy" => Err(ControlError::Failed("it is being built".into())),
            _ => Err(ControlError::Unknown),
        };
        Box::pin(async move { result })
    }

    fn components(&self) -> Vec<ComponentFacts> {
        let facts = [("pid".to_owned(), 42.into())].into_iter().collect();
        vec![ComponentFacts { name: "users".into(), facts }]
    }
}

#[test]
fn health_and_readiness_differ() {
    let world = World::new(Form::Document, ann);
    let admin = Admin::new(world.bridge.clone());
    assert_eq!(ask(&admin, "GET", "/livez", None).status, 200);
    assert_eq!(ask(&admin, "GET", "/readyz", None).status, 503);
    world.bridge.set_ready(true);
    assert_eq!(ask(&admin, "GET", "/readyz", None).status, 200);
}

#[test]
fn metrics_and_the_contract_are_served() {
    let world = World::new(Form::Document, ann);
    let admin = Admin::new(world.bridge.clone());
    let metrics = ask(&admin, "GET", "/metrics", None);
    assert!(metrics.content_type.starts_with("text/plain; version=0.0.4"));
    assert!(
        String::from_utf8(metrics.body).unwrap().contains("# TYPE polywire_server_requests_total counter")
    );
    assert_eq!(ask(&admin, "GET", "/openapi.json", None).status, 404);
    world.bridge.swap(snapshot(Form::Document, Settings::default(), ann).with_openapi("{}"));
    let document = ask(&admin, "GET", "/openapi.json", None);
    assert_eq!((document.status, document.body.as_slice()), (200, &b"{}"[..]));
}

#[test]
fn components_are_listed_with_what_is_known_of_them() {
    let world = World::new(Form::Document, ann);
    world.bridge.set_component_state("users", Liveness::Down);
    let admin = Admin::new(world.bridge.clone()).with_control(Arc::new(Recorder::default()), "key");
    let list: serde_json::Value =
        serde_json::from_slice(&ask(&admin, "GET", "/v1/components", None).body).unwrap();
    let expected = serde_json::json!({
        "components": [{"name": "users", "state": "down", "breaker": "open", "calls": 0, "pid": 42}]
    });
    assert_eq!(list, expected);
}

#[test]
fn control_needs_the_token() {
    let world = World::new(Form::Document, ann);
    let recorder = Arc::new(Recorder::default());
    let admin = Admin::new(world.bridge.clone()).with_control(recorder.clone(), "key");
    for token in [None, Some(""), Some("kex"), Some("ke"), Some("keyy")] {
        assert_eq!(ask(&admin, "POST", "/v1/components/users/stop", token).status, 401, "{token:?}");
    }
    assert!(recorder.0.lock().unwrap().is_empty());
    assert_eq!(ask(&admin, "POST", "/v1/components/users/restart", Some("key")).status, 200);
    assert_eq!(*recorder.0.lock().unwrap(), [("users".to_owned(), Action::Restart)]);
    assert_eq!(ask(&admin, "POST", "/v1/components/nobody/stop", Some("key")).status, 404);
    let busy = ask(&admin, "POST", "/v1/components/busy/start", Some("key"));
    assert_eq!(busy.status, 409);
    assert!(String::from_utf8(busy.body).unwrap().contains("it is being built"));
    assert_eq!(
        ask(&Admin::new(world.bridge.clone()), "POST", "/v1/components/users/stop", Some("")).status,
        501
    );
}

#[test]
fn what_is_not_there_is_404_and_other_methods_405() {
    let world = World::new(Form::Document, ann);
    let admin = Admin::new(world.bridge.clone()).with_control(Arc::new(Recorder::default()), "key");
    for path in ["/", "/v1", "/v1/components/", "/v1/components/users", "/v1/components/users/kill"] {
        assert_eq!(ask(&admin, "GET", path, None).status, 404, "{path}");
    }
    assert_eq!(ask(&admin, "POST", "/metrics", None).allow, Some("GET, HEAD"));
    let stop = ask(&admin, "GET", "/v1/components/users/stop", Some("key"));
    assert_eq!((stop.status, stop.allow), (405, Some("POST")));
}
