//! How components come up, and what is said when they do not.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    time::Duration,
};

use polywire_workspace::{ComponentSpec, ReadyCheck, StartError, State, token};

use crate::{
    Test,
    support::{processes_with, run, script, supervisor, unique_sleep},
};

pub(crate) const TESTS: &[Test] = &[
    ("dependencies_start_first_and_stop_last", dependencies_start_first_and_stop_last),
    ("one_that_dies_before_it_is_ready_shows_its_output", one_that_dies_shows_its_output),
    ("one_that_is_never_ready_is_stopped", one_that_is_never_ready_is_stopped),
    ("a_missing_program_is_named_with_what_to_install", a_missing_program_is_named),
    ("a_missing_folder_is_named", a_missing_folder_is_named),
    ("a_failing_build_shows_its_output", a_failing_build_shows_its_output),
    ("a_build_runs_before_its_component", a_build_runs_before_its_component),
    ("ready_over_http_waits_for_a_good_status", ready_over_http_waits_for_a_good_status),
    ("secrets_are_in_the_environment_only", secrets_are_in_the_environment_only),
];

fn dependencies_start_first_and_stop_last() {
    run(async {
        let spec = |name: &str, uses: &[&str]| ComponentSpec {
            uses: uses.iter().map(|name| (*name).to_owned()).collect(),
            ready: ReadyCheck::Line { text: "up".into() },
            ..script(name, Path::new("/"), "echo up; exec sleep 86400")
        };
        let (supervisor, seen) = supervisor(vec![spec("a", &["b"]), spec("b", &["c"]), spec("c", &[])]);
        supervisor.start_all().await.unwrap();
        supervisor.stop_all().await;
        let expected = ["c starting", "c ready", "b starting", "b ready", "a starting", "a ready"];
        assert_eq!(seen.states()[..6], expected);
        assert_eq!(seen.states()[6..], ["a stopped", "b stopped", "c stopped"]);
    });
}

fn one_that_dies_shows_its_output() {
    run(async {
        let spec = ComponentSpec {
            ready: ReadyCheck::Line { text: "up".into() },
            ..script("bad", Path::new("/"), "echo looking; echo 'no database' >&2; exit 4")
        };
        let (supervisor, _) = supervisor(vec![spec]);
        let error = supervisor.start_all().await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, StartError::DiedBeforeReady { .. }), "{error:?}");
        assert!(text.starts_with("bad: ended before it was ready: exit status 4"), "{text}");
        assert!(text.contains("  | looking") && text.contains("  | no database"), "{text}");
        assert!(matches!(supervisor.status()[0].state, State::Failed { .. }));
        supervisor.stop_all().await;
    });
}

fn one_that_is_never_ready_is_stopped() {
    run(async {
        let sleep = unique_sleep();
        let spec = ComponentSpec {
            ready: ReadyCheck::Line { text: "up".into() },
            ready_limit: Duration::from_millis(100),
            ..script("slow", Path::new("/"), &format!("echo wait; exec sleep {sleep}"))
        };
        let (supervisor, _) = supervisor(vec![spec]);
        let text = supervisor.start_all().await.unwrap_err().to_string();
        assert!(text.contains("not ready within 100ms: no line of its output contains `up`"), "{text}");
        assert!(processes_with(&sleep).is_empty());
        supervisor.stop_all().await;
    });
}

fn a_missing_program_is_named() {
    run(async {
        let gone = ComponentSpec::new("gone", "/", &["no-such-program-anywhere"]);
        let own = ComponentSpec::new("own", "/", &["./not-built"]);
        let (supervisor, _) = supervisor(vec![gone, own]);
        let error = supervisor.start("gone").await.unwrap_err();
        assert_eq!(error.kind(), "tool_missing");
        assert!(
            error.to_string().contains("`no-such-program-anywhere` was not found: install it"),
            "{error}"
        );
        let error = supervisor.start("own").await.unwrap_err().to_string();
        assert!(error.contains("`./not-built`") && error.contains("`build:`"), "{error}");
        assert_eq!(supervisor.start("other").await.unwrap_err().kind(), "unknown_component");
        supervisor.stop_all().await;
    });
}

fn a_missing_folder_is_named() {
    run(async {
        let (supervisor, _) = supervisor(vec![ComponentSpec::new("one", "/no/such/folder", &["true"])]);
        let text = supervisor.start_all().await.unwrap_err().to_string();
        assert!(text.contains("there is no folder /no/such/folder"), "{text}");
        supervisor.stop_all().await;
    });
}

fn a_failing_build_shows_its_output() {
    run(async {
        let mut spec = script("one", Path::new("/"), "exec sleep 86400");
        spec.build = Some(vec!["sh".into(), "-c".into(), "echo line 7: wrong; exit 2".into()]);
        let (supervisor, seen) = supervisor(vec![spec]);
        let error = supervisor.start_all().await.unwrap_err();
        assert_eq!(error.kind(), "build");
        assert!(error.to_string().contains("exit status 2") && error.to_string().contains("line 7: wrong"));
        assert_eq!(seen.states(), ["one building", "one failed"]);
        supervisor.stop_all().await;
    });
}

fn a_build_runs_before_its_component() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = script("one", folder.path(), "cat made; exec sleep 86400");
        spec.build = Some(["sh", "-c", "echo made-by-build > made"].map(String::from).into());
        spec.ready = ReadyCheck::Line { text: "made-by-build".into() };
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        assert_eq!(seen.states(), ["one building", "one built", "one starting", "one ready"]);
        supervisor.stop_all().await;
    });
}

fn ready_over_http_waits_for_a_good_status() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            for status in ["503 Service Unavailable", "404 Not Found", "204 No Content"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0u8; 1024];
                let count = stream.read(&mut request).unwrap();
                assert!(request[..count].starts_with(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1:"));
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).unwrap();
            }
        });
        let spec = ComponentSpec {
            ready: ReadyCheck::Http { address, path: "/health".into() },
            ..script("web", Path::new("/"), "exec sleep 86400")
        };
        let (supervisor, _) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        server.join().unwrap();
        supervisor.stop_all().await;
    });
}

fn secrets_are_in_the_environment_only() {
    run(async {
        let secret = token().unwrap();
        let mut spec =
            script("one", Path::new("/"), "echo \"token=$POLYWIRE_TOKEN port=$PORT\"; exec sleep 86400");
        spec.ready = ReadyCheck::Line { text: "token=".into() };
        spec.environment = vec![("POLYWIRE_TOKEN".into(), secret.clone()), ("PORT".into(), "4711".into())];
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        assert!(seen.has_line(&format!("token={secret} port=4711")));
        assert_eq!(processes_with(&secret), Vec::<i32>::new());
        supervisor.stop_all().await;
    });
}
