//! What the tests share: a watcher that remembers, processes found by a word, bounded waiting.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use polywire_workspace::{
    ComponentSpec, Event, GUARD_ARGUMENT, GuardCommand, State, Stream, Supervisor, Watcher,
};

/// Everything that a supervisor told.
#[derive(Default)]
pub(crate) struct Seen {
    lines: Mutex<Vec<(String, Stream, String)>>,
    events: Mutex<Vec<Event>>,
}

impl Watcher for Seen {
    fn line(&self, component: &str, stream: Stream, line: &str) {
        self.lines.lock().unwrap().push((component.into(), stream, line.into()));
    }

    fn event(&self, event: &Event) {
        self.events.lock().unwrap().push(event.clone());
    }
}

impl Seen {
    pub(crate) fn has_line(&self, text: &str) -> bool {
        self.lines.lock().unwrap().iter().any(|(_, _, line)| line == text)
    }

    pub(crate) fn line_count(&self, text: &str) -> usize {
        self.lines.lock().unwrap().iter().filter(|(_, _, line)| line == text).count()
    }

    /// `component state` in the order of the events.
    pub(crate) fn states(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().map(|event| format!("{} {}", event.component, event.state.name())).collect()
    }

    pub(crate) fn restarts(&self) -> Vec<(Duration, String)> {
        let events = self.events.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match &event.state {
                State::Restarting { after, reason } => Some((*after, reason.clone())),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn count(&self, state: &str) -> usize {
        self.states().iter().filter(|seen| seen.ends_with(state)).count()
    }
}

/// Runs an async test on the kind of runtime that the binary has.
pub(crate) fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

pub(crate) fn guard_command() -> GuardCommand {
    GuardCommand { program: std::env::current_exe().unwrap(), arguments: vec![GUARD_ARGUMENT.into()] }
}

pub(crate) fn supervisor(specs: Vec<ComponentSpec>) -> (Supervisor, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let watcher: Arc<dyn Watcher> = Arc::<Seen>::clone(&seen);
    (Supervisor::new(specs, &guard_command(), watcher).unwrap(), seen)
}

/// A component that is a shell script.
pub(crate) fn script(name: &str, folder: &Path, text: &str) -> ComponentSpec {
    ComponentSpec::new(name, folder, &["sh", "-c", text])
}

/// A length of sleep that nobody else on this machine uses: processes are found by it.
pub(crate) fn unique_sleep() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("86400.{}{:03}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The processes whose command line contains a word.
pub(crate) fn processes_with(word: &str) -> Vec<i32> {
    let own = std::process::id() as i32;
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| *pid != own)
        .filter(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(word)
        })
        .collect()
}

/// Looks again and again until it holds; fails when it has not held for a minute.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "never came true: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The same, letting the supervisor's tasks run meanwhile.
pub(crate) async fn until_async(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
