//! No process outlives its run, however the run ends.

use std::{
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
};

use polywire_workspace::{State, Supervisor};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Test,
    support::{
        Seen, guard_command, processes_with, run, script, supervisor, unique_sleep, until, until_async,
    },
};

pub(crate) const VICTIM_ARGUMENT: &str = "--victim";

pub(crate) const TESTS: &[Test] = &[
    ("kill_9_leaves_no_process", kill_9_leaves_no_process),
    ("kill_9_while_building_leaves_no_process", kill_9_while_building_leaves_no_process),
    ("terminal_signals_do_not_end_the_guard", terminal_signals_do_not_end_the_guard),
    ("a_lost_guard_is_an_error_and_takes_its_groups_along", a_lost_guard_takes_its_groups_along),
    ("stop_all_takes_what_left_its_group", stop_all_takes_what_left_its_group),
];

/// Seven sleeps: in the group, in other sessions, double-forked, without an environment, and the shells around.
fn tree(sleep: &str) -> String {
    format!(
        "sleep {sleep} & \
         setsid sh -c 'sleep {sleep} & exec sleep {sleep}' & \
         (setsid sh -c '(setsid sleep {sleep} &)' &); \
         (env -i \"$(command -v setsid)\" \"$(command -v sleep)\" {sleep} &); \
         trap '' TERM INT HUP; sleep {sleep}; sleep {sleep}"
    )
}

/// At least this many processes of a tree carry the word, shells not counted.
const TREE_SLEEPS: usize = 6;

/// Runs a workspace until it is killed: the other side of `kill_9_leaves_no_process`.
pub(crate) fn victim(sleep: &str) -> ExitCode {
    run(async {
        let mut spec = script("tree", Path::new("/"), &tree(sleep));
        if sleep.ends_with("000") {
            spec.build = Some(vec!["sh".into(), "-c".into(), tree(sleep)]);
        }
        spec.environment.push(("POLYWIRE_TOKEN".into(), format!("token-{sleep}")));
        let supervisor = Supervisor::new(vec![spec], &guard_command(), Arc::new(Seen::default())).unwrap();
        supervisor.start_all().await.unwrap();
        let words = ["sh", "-c", &tree(sleep)].map(String::from);
        supervisor.run_command(&words, Path::new("/"), Vec::new()).await.unwrap();
    });
    ExitCode::SUCCESS
}

fn sleeps(word: &str) -> usize {
    let is_sleep = |pid: &&i32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "sleep")
    };
    processes_with(word).iter().filter(is_sleep).count()
}

/// The guards are the children of a process that carry the guard's name.
fn guard_of(parent: u32) -> Option<i32> {
    processes_with("pw-guard").into_iter().find(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.split(") ").last().unwrap().split(' ').nth(1) == Some(&parent.to_string()))
    })
}

fn kill_victim(sleep: &str, expected_sleeps: usize) {
    let mut victim = Command::new(std::env::current_exe().unwrap());
    victim.args([VICTIM_ARGUMENT, sleep]).stdin(Stdio::null());
    let mut victim = victim.spawn().unwrap();
    until("the tree has grown", || sleeps(sleep) >= expected_sleeps);
    let guard = guard_of(victim.id()).unwrap();
    victim.kill().unwrap();
    victim.wait().unwrap();
    until("every process of the tree is gone", || processes_with(sleep).is_empty());
    // As a zombie it has no command line; taking it away is the system's affair.
    until("the guard is gone", || !processes_with("pw-guard").contains(&guard));
}

fn kill_9_leaves_no_process() {
    // A component and a foreground command, both with such a tree.
    kill_victim(&format!("{}1", unique_sleep()), 2 * TREE_SLEEPS);
}

fn kill_9_while_building_leaves_no_process() {
    kill_victim(&format!("{}000", unique_sleep()), TREE_SLEEPS);
}

fn terminal_signals_do_not_end_the_guard() {
    run(async {
        let sleep = unique_sleep();
        let (supervisor, _) = supervisor(vec![script("one", Path::new("/"), &format!("exec sleep {sleep}"))]);
        supervisor.start_all().await.unwrap();
        let guard = guard_of(std::process::id()).unwrap();
        for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
            kill_process(Pid::from_raw(guard).unwrap(), signal).unwrap();
        }
        // It still does what it is asked for, after the signals.
        supervisor.restart("one").await.unwrap();
        until_async("it runs again", || processes_with(&sleep).len() == 1).await;
        supervisor.stop_all().await;
        assert!(processes_with(&sleep).is_empty());
    });
}

fn a_lost_guard_takes_its_groups_along() {
    run(async {
        let sleep = unique_sleep();
        let (supervisor, seen) =
            supervisor(vec![script("one", Path::new("/"), &format!("sleep {sleep} & sleep {sleep}"))]);
        supervisor.start_all().await.unwrap();
        let guard = guard_of(std::process::id()).unwrap();
        kill_process(Pid::from_raw(guard).unwrap(), Signal::KILL).unwrap();
        until_async("it failed", || seen.count("failed") == 1).await;
        until_async("its group is gone", || processes_with(&sleep).is_empty()).await;
        assert!(matches!(supervisor.status()[0].state, State::Failed { .. }));
        assert_eq!(supervisor.start("one").await.unwrap_err().kind(), "guard");
        supervisor.stop_all().await;
    });
}

fn stop_all_takes_what_left_its_group() {
    run(async {
        let sleep = unique_sleep();
        let mut spec = script("tree", Path::new("/"), &tree(&sleep));
        spec.grace = std::time::Duration::from_millis(50);
        let (supervisor, _) = supervisor(vec![spec]);
        supervisor.start_all().await.unwrap();
        until_async("the tree has grown", || sleeps(&sleep) >= TREE_SLEEPS).await;
        supervisor.stop_all().await;
        assert_eq!(processes_with(&sleep), Vec::<i32>::new());
    });
}
