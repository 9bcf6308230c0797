//! How long the bridge takes from its start to its first answer, and the memory it holds then.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{PROXY_PROCESSOR, Place, Server, free_address};
use crate::load::{Kind, once};
use crate::on_one_thread;
use crate::process::Process;
use crate::table::{Row, median, print};

const STARTS: usize = 9;
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures and prints.
pub(super) fn run(place: &Place, component: &Server) -> Result<()> {
    let to = format!("http://{}", component.address);
    let (mut milliseconds, mut megabytes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let address = free_address()?;
        let mut command = place.bridge("users.yaml", &to, address)?;
        let begin = Instant::now();
        let process = Process::start(PROXY_PROCESSOR, &mut command, &place.said.join("start.log"))?;
        first_answer(address)?;
        milliseconds.push(begin.elapsed().as_secs_f64() * 1000.0);
        megabytes.push(process.spent()?.1 / 1e6);
    }
    let row = |what: &str, figure: &str, value: f64, reach: f64| Row {
        what: what.into(),
        value,
        base: 1.0,
        reach: Some(reach),
        figure: figure.into(),
        ratio: value,
    };
    let rows = [
        row("start to first request served, ms", "start_ms", median(milliseconds), 50.0),
        row("resident memory then, MB", "idle_mb", median(megabytes), 25.0),
    ];
    print("start", ["", "", "value"], &rows);
    Ok(())
}

fn first_answer(address: SocketAddr) -> Result<()> {
    let begin = Instant::now();
    on_one_thread(async {
        loop {
            match once(address, Kind::Get).await {
                Ok(()) => return Ok(()),
                Err(error) if begin.elapsed() > PATIENCE => return Err(error).context("no first answer"),
                Err(_) => tokio::time::sleep(Duration::from_micros(200)).await,
            }
        }
    })
}
