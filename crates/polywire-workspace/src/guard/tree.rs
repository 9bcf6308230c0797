//! The processes below this one, found in `/proc`, and how they are killed.
//!
//! Only descendants of the calling process are ever signalled, so a reused number cannot hit a stranger.
//! Without `/proc` (macOS) the list is empty, and only whole process groups can be killed.

use rustix::process::{Pid, Signal, getpid, kill_process};

/// One living process below this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
}

/// Lists every living descendant of this process; zombies are not living.
pub(crate) fn descendants() -> Vec<Process> {
    let all = every_process();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![getpid().as_raw_nonzero().get()];
    while let Some(parent) = parents.pop() {
        for (process, living) in all.iter().filter(|(p, _)| p.parent == parent) {
            parents.push(process.pid);
            if *living {
                found.push(*process);
            }
        }
    }
    found
}

/// Sends a signal to each; one that has ended meanwhile is no matter.
pub(crate) fn signal_each(processes: &[Process], signal: Signal) {
    for process in processes {
        if let Some(pid) = Pid::from_raw(process.pid) {
            let _ = kill_process(pid, signal);
        }
    }
}

/// Whether the environment with which a process was started contains this `NAME=value`.
pub(crate) fn has_marker(pid: i32, marker: &str) -> bool {
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|entry| entry == marker.as_bytes()))
}

fn every_process() -> Vec<(Process, bool)> {
    let Ok(folder) = std::fs::read_dir("/proc") else { return Vec::new() };
    folder
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| parse_stat(pid, &std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
        .collect()
}

/// Reads `pid (name) state parent group …`; the name may contain anything, so the last parenthesis counts.
fn parse_stat(pid: i32, text: &str) -> Option<(Process, bool)> {
    let mut fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
    let living = !matches!(fields.next()?, "Z" | "X" | "x");
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some((Process { pid, parent, group }, living))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_past_a_name_with_parentheses() {
        let (process, living) = parse_stat(7, "7 (a) Z) b) S 3 5 5 0 -1").unwrap();
        assert_eq!((process.parent, process.group, living), (3, 5, true));
        assert!(!parse_stat(7, "7 (x) Z 3 5 5").unwrap().1);
        assert!(parse_stat(7, "7 (x").is_none());
    }
}
