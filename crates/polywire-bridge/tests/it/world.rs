//! A bridge with one component that is a closure, and calls to it.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::{Arc, Once};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use polywire_bridge::{Bridge, ComponentEnds, Settings, SettingsTable, Snapshot};
use polywire_call::{
    Answer, Body, Caller, Clock, Dispatch, Ends, Exchange, Fault, FaultKind, Input, Link, LinkError,
    LinkOptions, ManualClock, MemoryLink, Metadata, Origin, Reply, Routes, Slots,
};
use polywire_contract::Contract;
use polywire_wire::{Form, Param};

/// Stands wherever a component or a link says something that no caller may see.
pub(crate) const SECRET: &str = "10.9.8.7:5432 stack trace";

/// A listener's name and form.
struct Front(&'static str, Form);

impl Link for Front {
    fn name(&self) -> &'static str {
        self.0
    }

    fn schemes(&self) -> &'static [&'static str] {
        &[]
    }

    fn form(&self) -> Form {
        self.1
    }

    fn routes(&self, _contract: &Contract) -> Option<Routes> {
        Some(Arc::new(self.0))
    }

    fn open(&self, _url: &str, _options: &LinkOptions) -> Result<Ends, LinkError> {
        Ok(Ends::default())
    }
}

/// A bridge before the component `users`.
pub(crate) struct World {
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) clock: ManualClock,
}

impl World {
    pub(crate) fn new(form: Form, reply: impl Fn(&mut Exchange) -> Reply + Send + Sync + 'static) -> World {
        World::with(form, Settings::default(), reply)
    }

    pub(crate) fn with(
        form: Form,
        settings: Settings,
        reply: impl Fn(&mut Exchange) -> Reply + Send + Sync + 'static,
    ) -> World {
        listen();
        let clock = ManualClock::default();
        let snapshot = snapshot(form, settings, reply);
        let bridge = Bridge::new(snapshot, Arc::new(clock.clone()), Arc::new(clock.clone()));
        World { bridge, clock }
    }

    /// A call of an operation, as a listener would make it.
    pub(crate) fn exchange(&self, operation: &str, form: Form, input: Input) -> Exchange {
        let contract = self.bridge.pin().contract;
        Exchange {
            operation: contract.find_operation(operation).unwrap(),
            contract,
            origin: Origin { link: if form == Form::Document { "http" } else { "grpc" }, form, binding: 0 },
            caller: Caller { peer: "127.0.0.1:50000".into(), token: None },
            metadata: Metadata::default(),
            deadline: None,
            started: self.clock.now(),
            input,
            answer: None,
            slots: Slots::default(),
        }
    }

    /// Carries a call whose component answers at once.
    pub(crate) fn carry(&self, exchange: &mut Exchange) -> Answer {
        let call = self.bridge.pin().call;
        let mut future = call.call(exchange);
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(()))), "{polled:?}");
        drop(future);
        exchange.answer.clone().expect("every call has an answer")
    }

    pub(crate) fn get(&self, form: Form) -> Answer {
        self.carry(&mut self.exchange("getUser", form, get(form)))
    }

    /// Begins a call that does not end, moves the clock, and gives the answer that there is then, if there is one.
    pub(crate) fn wait(&self, exchange: &mut Exchange, time: Duration) -> Option<Answer> {
        let call = self.bridge.pin().call;
        {
            let mut future = pin!(call.call(exchange));
            let mut ctx = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut ctx).is_pending());
            self.clock.advance(time);
            let _ = future.as_mut().poll(&mut ctx);
        }
        exchange.answer.clone()
    }

    /// One line of the metrics.
    pub(crate) fn metric(&self, start: &str) -> Option<String> {
        let metrics = self.bridge.metrics();
        metrics
            .lines()
            .find(|line| line.starts_with(start))
            .map(|line| line.rsplit(' ').next().unwrap().to_owned())
    }
}

pub(crate) fn snapshot(
    form: Form,
    settings: Settings,
    reply: impl Fn(&mut Exchange) -> Reply + Send + Sync + 'static,
) -> Snapshot {
    let component = ComponentEnds {
        name: "users".into(),
        form,
        ends: Ends { call: Some(Arc::new(MemoryLink::new(reply))) },
    };
    let mut diags = Vec::new();
    let table = SettingsTable { all: settings, ..SettingsTable::default() };
    let fronts = [Front("http", Form::Document), Front("grpc", Form::Message)];
    let fronts: Vec<&dyn Link> = fronts.iter().map(|front| front as &dyn Link).collect();
    let contract = Arc::new(crate::contract::users());
    let snapshot = Snapshot::compile(contract, vec![component], &fronts, &table, &mut diags);
    assert!(diags.is_empty(), "{diags:?}");
    snapshot
}

/// `getUser` for user 7.
pub(crate) fn get(form: Form) -> Input {
    match form {
        Form::Document => {
            Input { params: vec![Param::text(0, "7")], target: Some("/users/7".into()), ..Input::default() }
        }
        Form::Message => message(&[8, 7]),
    }
}

pub(crate) fn json(text: &str) -> Input {
    let body = Body::Message(text.to_owned().into());
    Input { media: Some("application/json".into()), body, ..Input::default() }
}

pub(crate) fn message(bytes: &[u8]) -> Input {
    Input { body: Body::Message(bytes.to_vec().into()), ..Input::default() }
}

/// What a component answers that speaks in documents.
pub(crate) fn document(status: u16, body: &str) -> Reply {
    let body = Body::Message(body.to_owned().into());
    let media = Some("application/json; charset=utf-8".to_owned());
    Reply::Answer(Answer::Document { status, media, metadata: Metadata::default(), body })
}

pub(crate) const ANN: &str = r#"{"id":7,"name":"Ann"}"#;
pub(crate) const ANN_MESSAGE: &[u8] = &[8, 7, 18, 3, b'A', b'n', b'n'];

/// User 7, who is called Ann.
pub(crate) fn ann(_: &mut Exchange) -> Reply {
    document(200, ANN)
}

pub(crate) fn ann_message(_: &mut Exchange) -> Reply {
    let body = ANN_MESSAGE.to_vec().into();
    Reply::Answer(Answer::Message { metadata: Metadata::default(), body })
}

pub(crate) fn fault(kind: FaultKind) -> Reply {
    Reply::Fault(Fault::peer(kind, SECRET).because(std::io::Error::other(SECRET)))
}

/// What an answer says to its caller, without the metadata that every answer has; never a secret.
pub(crate) fn told(answer: &Answer) -> String {
    assert!(!format!("{answer:?}").contains(SECRET), "{answer:?}");
    match answer {
        Answer::Document { status, media, body, .. } => {
            let body = String::from_utf8_lossy(body.bytes()).into_owned();
            format!("{status} {} {body}", media.as_deref().unwrap_or("-"))
        }
        Answer::Message { body, .. } => format!("message {body:?}"),
        Answer::Failure(failure) => {
            let details: Vec<String> = failure
                .details
                .iter()
                .map(|detail| format!("{} {:?}", detail.type_url, detail.value))
                .collect();
            let reason = failure.reason.as_deref().unwrap_or("-");
            format!("failure {} {reason} {:?} {details:?}", failure.code, failure.message)
        }
        Answer::Error(error) => {
            let wait = error.retry_after_seconds.map_or(String::new(), |wait| format!(" after {wait}"));
            let rules: Vec<String> = error
                .violations
                .iter()
                .map(|violation| format!(" {}:{}", violation.path, violation.rule))
                .collect();
            format!(
                "error {} {} {:?}{wait}{}",
                error.code.name(),
                error.http(),
                error.message,
                rules.concat()
            )
        }
    }
}

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what a thread logs for that thread: tests run beside each other.
struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Listens to the log before anything is logged: what has no listener at first may never get one.
fn listen() {
    static INIT: Once = Once::new();
    INIT.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Lines).init());
}

/// Everything that is logged while something runs.
pub(crate) fn logged(run: impl FnOnce()) -> String {
    listen();
    LINES.take();
    run();
    String::from_utf8(LINES.take()).unwrap()
}
