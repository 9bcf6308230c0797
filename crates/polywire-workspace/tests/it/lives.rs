//! What happens to components that run: death and restart, stop, the foreground command.

use std::{path::Path, time::Duration};

use polywire_workspace::{ComponentSpec, ReadyCheck, State};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Test,
    support::{processes_with, run, script, supervisor, unique_sleep, until_async},
};

pub(crate) const TESTS: &[Test] = &[
    ("one_that_dies_is_restarted_with_longer_pauses", one_that_dies_is_restarted),
    ("what_a_dead_one_leaves_behind_is_killed_before_the_restart", what_a_dead_one_leaves_is_killed),
    ("stop_is_graceful_and_lasts", stop_is_graceful_and_lasts),
    ("stop_waits_for_the_group_then_kills_it", stop_waits_for_the_group_then_kills_it),
    ("a_command_gives_its_exit_status", a_command_gives_its_exit_status),
    ("a_command_is_told_to_end_with_its_parent", a_command_is_told_to_end),
];

fn one_that_dies_is_restarted() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let text = "[ -f dies ] && exit 7; echo up; exec sleep 86400";
        let spec = ComponentSpec {
            ready: ReadyCheck::Line { text: "up".into() },
            ..script("one", folder.path(), text)
        };
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        let kill =
            |pid: Option<i32>| kill_process(Pid::from_raw(pid.unwrap()).unwrap(), Signal::KILL).unwrap();
        kill(supervisor.status()[0].pid);
        until_async("it is ready again", || seen.count(" ready") == 2).await;
        std::fs::write(folder.path().join("dies"), "").unwrap();
        kill(supervisor.status()[0].pid);
        until_async("it was tried four times", || seen.restarts().len() == 4).await;
        let expected = [(200, "killed by SIGKILL"), (400, "killed by SIGKILL"), (800, "exit status 7")];
        let restarts = seen.restarts();
        for ((after, reason), (ms, why)) in restarts.iter().zip(expected) {
            assert_eq!((*after, reason.as_str()), (Duration::from_millis(ms), why));
        }
        assert_eq!(supervisor.status()[0].restarts, 4);
        supervisor.stop("one").await.unwrap();
        assert_eq!(supervisor.status()[0].state, State::Stopped);
        supervisor.stop_all().await;
    });
}

fn what_a_dead_one_leaves_is_killed() {
    run(async {
        let sleep = unique_sleep();
        let mut spec = script("one", Path::new("/"), &format!("setsid sleep {sleep} & sleep {sleep} & wait"));
        spec.environment.push(("POLYWIRE_TOKEN".into(), format!("token-{sleep}")));
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        until_async("both are there", || processes_with(&sleep).len() == 3).await;
        let before = processes_with(&sleep);
        let pid = supervisor.status()[0].pid.unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        until_async("it exited", || seen.count(" exited") == 1).await;
        // Told only once all of the old life is gone.
        let left: Vec<i32> = processes_with(&sleep).into_iter().filter(|pid| before.contains(pid)).collect();
        assert_eq!(left, Vec::<i32>::new());
        supervisor.stop_all().await;
    });
}

fn stop_is_graceful_and_lasts() {
    run(async {
        let sleep = unique_sleep();
        let text = format!("trap 'echo bye; exit 0' TERM; sleep {sleep} & echo up; wait");
        let spec = ComponentSpec {
            ready: ReadyCheck::Line { text: "up".into() },
            ..script("one", Path::new("/"), &text)
        };
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        supervisor.stop("one").await.unwrap();
        assert!(seen.has_line("bye"));
        assert!(processes_with(&sleep).is_empty());
        assert_eq!((supervisor.status()[0].pid, seen.count("restarting")), (None, 0));
        supervisor.start("one").await.unwrap();
        supervisor.start("one").await.unwrap();
        assert_eq!(seen.count(" ready"), 2);
        supervisor.stop_all().await;
    });
}

fn stop_waits_for_the_group_then_kills_it() {
    run(async {
        let sleep = unique_sleep();
        // The leader obeys at once; one worker takes a moment and says so, one never obeys.
        let text = format!(
            "sh -c 'trap \"echo worker done; exit\" TERM; echo up; while :; do sleep 0.05; done' & \
             sh -c 'trap \"\" TERM; : {sleep}; echo up; while :; do sleep 0.05; done' & \
             trap 'exit 0' TERM; wait; wait"
        );
        let spec =
            ComponentSpec { grace: Duration::from_millis(400), ..script("one", Path::new("/"), &text) };
        let (supervisor, seen) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        until_async("the workers are up", || seen.line_count("up") == 2).await;
        supervisor.stop("one").await.unwrap();
        assert!(seen.has_line("worker done"));
        assert!(processes_with(&sleep).is_empty());
        supervisor.stop_all().await;
    });
}

fn a_command_gives_its_exit_status() {
    run(async {
        let (supervisor, _) = supervisor(Vec::new());
        let status = async |text: &str| {
            let words = ["sh", "-c", text].map(String::from);
            let environment = vec![("WHO".to_owned(), "me".to_owned())];
            supervisor.run_command(&words, Path::new("/"), environment).await.unwrap()
        };
        assert_eq!(status("test \"$WHO $PWD\" = 'me /'").await, 0);
        assert_eq!(status("exit 7").await, 7);
        assert_eq!(status("kill -9 $$").await, 137);
        let missing = supervisor.run_command(&["no-such-command".into()], Path::new("/"), Vec::new()).await;
        assert_eq!(missing.unwrap_err().kind(), "tool_missing");
        supervisor.stop_all().await;
    });
}

fn a_command_is_told_to_end() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let (supervisor, _) = supervisor(Vec::new());
        let words = ["sh", "-c", "trap 'exit 9' TERM; touch begun; while :; do sleep 0.05; done"];
        let words = words.map(String::from);
        let command = supervisor.run_command(&words, folder.path(), Vec::new());
        let terminated = async {
            until_async("it has begun", || folder.path().join("begun").exists()).await;
            kill_process(rustix::process::getpid(), Signal::TERM).unwrap();
        };
        let (status, ()) = tokio::join!(command, terminated);
        assert_eq!(status.unwrap(), 9);
        supervisor.stop_all().await;
    });
}
