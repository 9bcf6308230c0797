//! Processor time per request under full load, then latency under a steady one.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{PROXY_PROCESSOR, Place, Server};
use crate::load::{Kind, Outcome, closed_loop, open_loop};
use crate::on_one_thread;
use crate::table::{Row, median, print};

/// Loads: what, connections.
const LOADS: &[(Kind, usize)] = &[(Kind::Get, 32), (Kind::Post, 32), (Kind::Post, 4)];

/// The proxy that all are compared with.
const BASE: usize = 0;

struct Proxy {
    name: &'static str,
    /// The part of a figure's name.
    figure: &'static str,
    /// For each of [`LOADS`] whether it takes part, and the ratio to reach.
    takes: [Option<Option<f64>>; 3],
    server: Server,
}

/// Measures and prints.
pub(super) fn run(
    place: &Place,
    component: &Server,
    grpc_component: &Server,
    rounds: usize,
    seconds: u64,
) -> Result<()> {
    let proxies = start(place, component, grpc_component)?;
    let time = Duration::from_secs(seconds);
    for proxy in &proxies {
        for (load, (kind, connections)) in LOADS.iter().enumerate() {
            if proxy.takes[load].is_some() {
                on_one_thread(closed_loop(proxy.server.address, *kind, *connections, time / 4))
                    .with_context(|| format!("{} does not answer", proxy.name))?;
            }
        }
    }
    let mut spent = vec![vec![Vec::new(); LOADS.len()]; proxies.len()];
    for _ in 0..rounds {
        for (load, (kind, connections)) in LOADS.iter().enumerate() {
            for (proxy, spent) in proxies.iter().zip(&mut spent) {
                if proxy.takes[load].is_some() {
                    spent[load].push(microseconds_per_request(&proxy.server, *kind, *connections, time)?);
                }
            }
        }
    }
    print("processor time per request", ["us", "hyper us", "ratio"], &rows(&proxies, &spent));
    latency(component, &proxies, time * 2)
}

fn start(place: &Place, component: &Server, grpc_component: &Server) -> Result<Vec<Proxy>> {
    let to = component.address.to_string();
    let url = format!("http://{to}");
    let own = |mode: &str| place.start_own(mode, PROXY_PROCESSOR, std::slice::from_ref(&to));
    let everything = [Some(Some(1.0)), Some(Some(1.0)), None];
    let least = [Some(Some(0.9)), Some(Some(0.9)), None];
    let grpc = [None, Some(Some(1.4)), Some(Some(2.0))];
    Ok(vec![
        Proxy { name: "hyper, hyper-util's client", figure: "hyper", takes: [Some(None); 3], server: own("proxy-client")? },
        Proxy { name: "hyper, own pool", figure: "hyper_pool", takes: [Some(None); 3], server: own("proxy-pool")? },
        Proxy {
            name: "polywire, REST, least policies",
            figure: "rest_least",
            takes: least,
            server: place.start_bare_bridge(&url)?,
        },
        Proxy {
            name: "polywire, REST, all policies",
            figure: "rest",
            takes: everything,
            server: place.start_bridge("rest", "users.yaml", &url)?,
        },
        Proxy {
            name: "polywire, REST to gRPC, all policies",
            figure: "grpc",
            takes: grpc,
            server: place.start_bridge("grpc", "users.proto", &format!("grpc://{}", grpc_component.address))?,
        },
    ])
}

fn microseconds_per_request(server: &Server, kind: Kind, connections: usize, time: Duration) -> Result<f64> {
    let (before, _) = server.process.spent()?;
    let outcome: Outcome = on_one_thread(closed_loop(server.address, kind, connections, time))?;
    let (after, _) = server.process.spent()?;
    Ok((after - before) * 1e6 / outcome.requests as f64)
}

/// A ratio is the median of the ratios of each round: what slows a round down slows both.
fn rows(proxies: &[Proxy], spent: &[Vec<Vec<f64>>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (load, (kind, connections)) in LOADS.iter().enumerate() {
        let base = &spent[BASE][load];
        for (proxy, spent) in proxies.iter().zip(spent).skip(BASE + 1) {
            let Some(reach) = proxy.takes[load] else { continue };
            let ratios = spent[load].iter().zip(base).map(|(own, base)| own / base).collect();
            rows.push(Row {
                what: format!("{} ({}, {connections} connections)", proxy.name, word(*kind)),
                value: median(spent[load].clone()),
                base: median(base.clone()),
                reach,
                figure: format!("{}_{}_{connections}", proxy.figure, word(*kind).to_lowercase()),
                ratio: median(ratios),
            });
        }
    }
    rows
}

/// What each proxy adds to a direct call at 1,000 requests a second, in milliseconds.
fn latency(component: &Server, proxies: &[Proxy], time: Duration) -> Result<()> {
    const PER_SECOND: u32 = 1000;
    const PERCENTILES: &[(f64, &str, f64)] = &[(0.5, "p50", 0.15), (0.99, "p99", 0.5), (0.999, "p99.9", 2.0)];
    let direct: Outcome = on_one_thread(open_loop(component.address, Kind::Get, PER_SECOND, time))?;
    let mut rows = Vec::new();
    for proxy in proxies.iter().filter(|proxy| proxy.takes[0].is_some()) {
        let through: Outcome = on_one_thread(open_loop(proxy.server.address, Kind::Get, PER_SECOND, time))?;
        for (share, name, reach) in PERCENTILES {
            let (value, base) = (through.percentile(*share) / 1000.0, direct.percentile(*share) / 1000.0);
            rows.push(Row {
                what: format!("{}, {name}", proxy.name),
                value,
                base,
                reach: (proxy.figure == "rest").then_some(*reach),
                figure: format!("added_ms_{}_{name}", proxy.figure),
                ratio: value - base,
            });
        }
    }
    print("latency, open loop, 1,000 requests/s", ["ms", "direct ms", "added"], &rows);
    Ok(())
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Get => "GET",
        Kind::Post => "POST",
    }
}
