//! Processes that are measured: pinned to one processor, their time and memory read from /proc, ended with their guard.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::thread::{CpuSet, sched_setaffinity};

/// A process that is killed when this goes.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program on one processor; what it says goes to a file.
    pub(crate) fn start(processor: usize, command: &mut Command, said: &Path) -> Result<Self> {
        let file = File::create(said)?;
        let own = rustix::thread::sched_getaffinity(None)?;
        pin(processor)?;
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn();
        sched_setaffinity(None, &own)?;
        Ok(Process(child.with_context(|| format!("cannot start {:?}", command.get_program()))?))
    }

    /// Seconds of processor time, and resident bytes, of the process and its children.
    pub(crate) fn spent(&self) -> Result<(f64, f64)> {
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        let (mut ticks, mut kilobytes) = (0.0, 0.0);
        for id in tree(self.0.id()) {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
            let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat has a name")?;
            let fields: Vec<&str> = fields.split_whitespace().collect();
            ticks += fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
            let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            kilobytes += resident.and_then(|r| r.split_whitespace().next()).map_or(Ok(0.0), str::parse)?;
        }
        Ok((ticks / ticks_per_second, kilobytes * 1024.0))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself: there is nothing left to do then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn tree(id: u32) -> Vec<u32> {
    let mut all = vec![id];
    let Ok(threads) = std::fs::read_dir(format!("/proc/{id}/task")) else { return all };
    for thread in threads.flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|child| child.parse().ok()).flat_map(tree));
    }
    all
}

/// Keeps this process on one processor.
pub(crate) fn pin(processor: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(processor);
    Ok(sched_setaffinity(None, &set)?)
}

/// Waits until somebody listens.
pub(crate) fn wait_for(address: SocketAddr) -> Result<()> {
    let start = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        if start.elapsed() > Duration::from_secs(10) {
            bail!("nobody listens at {address}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
