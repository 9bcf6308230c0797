//! The text that Prometheus reads (exposition format 0.0.4). Knows only counters.

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use super::{BOUNDS_US, Breach, Cells, Ending, Labels, Registry};
use crate::{BreakerState, ComponentState, Liveness};

/// Writes everything that was counted.
pub(crate) fn render<'a>(
    registry: &Registry,
    components: impl Iterator<Item = &'a ComponentState>,
) -> String {
    let mut text = String::new();
    let all: Vec<(String, std::sync::Arc<Cells>)> =
        registry.all().into_iter().map(|(labels, cells)| (escaped(&labels), cells)).collect();
    requests(&mut text, &all);
    durations(&mut text, &all);
    violations(&mut text, &all);
    head(&mut text, "polywire_server_active_requests", "gauge", "Calls that have not ended.");
    for (labels, cells) in &all {
        line(&mut text, "polywire_server_active_requests", labels, cells.active.load(Relaxed));
    }
    head(
        &mut text,
        "polywire_dropped_fields_total",
        "counter",
        "Fields of answers without a place on the other side.",
    );
    for (labels, cells) in &all {
        let dropped = cells.dropped.load(Relaxed);
        if dropped > 0 {
            line(&mut text, "polywire_dropped_fields_total", labels, dropped);
        }
    }
    states(&mut text, &components.collect::<Vec<_>>());
    text
}

fn requests(text: &mut String, all: &[(String, std::sync::Arc<Cells>)]) {
    head(text, "polywire_server_requests_total", "counter", "Calls that ended, by the code of the answer.");
    for (labels, cells) in all {
        for ending in Ending::all() {
            let count = cells.endings[ending.slot()].load(Relaxed);
            if count > 0 {
                let labels = format!("{labels},code=\"{}\"", ending.name());
                line(text, "polywire_server_requests_total", &labels, count);
            }
        }
    }
}

fn durations(text: &mut String, all: &[(String, std::sync::Arc<Cells>)]) {
    const NAME: &str = "polywire_server_request_duration_seconds";
    head(text, NAME, "histogram", "How long calls took, from their arrival to their answer.");
    for (labels, cells) in all {
        let mut total = 0;
        for (at, bucket) in cells.buckets.iter().enumerate() {
            total += bucket.load(Relaxed);
            let bound = BOUNDS_US.get(at).map_or("+Inf".into(), |bound| (*bound as f64 / 1e6).to_string());
            line(text, &format!("{NAME}_bucket"), &format!("{labels},le=\"{bound}\""), total);
        }
        line(text, &format!("{NAME}_sum"), labels, cells.sum_us.load(Relaxed) as f64 / 1e6);
        line(text, &format!("{NAME}_count"), labels, total);
    }
}

fn violations(text: &mut String, all: &[(String, std::sync::Arc<Cells>)]) {
    head(
        text,
        "polywire_violations_total",
        "counter",
        "Messages that break the contract, and what was done about them.",
    );
    for (labels, cells) in all {
        for breach in Breach::ALL {
            let count = cells.breaches[breach as usize].load(Relaxed);
            if count > 0 {
                let (direction, action) = breach.labels();
                let labels = format!("{labels},direction=\"{direction}\",action=\"{action}\"");
                line(text, "polywire_violations_total", &labels, count);
            }
        }
    }
}

fn states(text: &mut String, components: &[&ComponentState]) {
    head(text, "polywire_breaker_state", "gauge", "0 closed, 1 half-open, 2 open.");
    for component in components {
        let state = match component.breaker() {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        line(text, "polywire_breaker_state", &named(component), state);
    }
    head(text, "polywire_component_up", "gauge", "0 where it is known not to run.");
    for component in components {
        let up = u8::from(component.liveness() == Liveness::Up);
        line(text, "polywire_component_up", &named(component), up);
    }
    head(text, "polywire_client_active_requests", "gauge", "Calls on their way to a component.");
    for component in components {
        line(text, "polywire_client_active_requests", &named(component), component.calls());
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "{name}{{{labels}}} {value}");
}

fn named(component: &ComponentState) -> String {
    format!("component=\"{}\"", escape(component.name()))
}

fn escaped(labels: &Labels) -> String {
    let (operation, component) = (escape(&labels.operation), escape(&labels.component));
    format!("operation=\"{operation}\",component=\"{component}\",front=\"{}\"", labels.front)
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
