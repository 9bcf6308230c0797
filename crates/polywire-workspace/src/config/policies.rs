//! The section of the policies that every call passes.

use std::time::Duration;

use crate::schema::{Key, Kind, Need, Record, Table};

#[derive(Clone, Debug, PartialEq)]
pub struct Policies {
    pub timeout: Duration,
    pub limits: Limits,
    pub breaker: Breaker,
}

/// The largest request that is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub body_bytes_max: u64,
    pub header_bytes_max: u64,
}

/// When a component that fails is left alone for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    /// From 0 to 1.
    pub failures_ratio: f64,
    pub window: Duration,
    pub requests_min: u32,
    pub reset: Duration,
}

pub(super) const POLICIES: Table = Table {
    name: "bridge.policies",
    doc: "What every call passes on its way.",
    keys: &[
        Key {
            name: "timeout",
            kind: Kind::Duration,
            need: Need::Default("15s"),
            doc: "For a call as a whole; passed on to the component as its deadline.",
        },
        Key { name: "limits", kind: Kind::Table(&LIMITS), need: Need::Optional, doc: "What is taken in." },
        Key {
            name: "breaker",
            kind: Kind::Table(&BREAKER),
            need: Need::Optional,
            doc: "When a component that fails is left alone.",
        },
    ],
};

const LIMITS: Table = Table {
    name: "bridge.policies.limits",
    doc: "The largest request that is taken in.",
    keys: &[
        Key { name: "body", kind: Kind::Size, need: Need::Default("8MiB"), doc: "Its body, decompressed." },
        Key { name: "header", kind: Kind::Size, need: Need::Default("64KiB"), doc: "All its header fields." },
    ],
};

const BREAKER: Table = Table {
    name: "bridge.policies.breaker",
    doc: "A component of which too many calls fail is not called for a while; then a few trials decide.",
    keys: &[
        Key {
            name: "failures",
            kind: Kind::Share,
            need: Need::Default("50%"),
            doc: "From this share of failed calls on it opens.",
        },
        Key {
            name: "window",
            kind: Kind::Duration,
            need: Need::Default("10s"),
            doc: "The time over which calls are counted.",
        },
        Key {
            name: "requests_min",
            kind: Kind::Count,
            need: Need::Default("10"),
            doc: "With fewer calls in the window it stays closed.",
        },
        Key {
            name: "reset",
            kind: Kind::Duration,
            need: Need::Default("5s"),
            doc: "How long it stays open before trials.",
        },
    ],
};

pub(super) fn lower(mut fields: Record) -> Policies {
    let mut limits = fields.record("limits").unwrap_or_default();
    let mut breaker = fields.record("breaker").unwrap_or_default();
    Policies {
        timeout: fields.duration("timeout").unwrap_or(Duration::from_secs(15)),
        limits: Limits {
            body_bytes_max: limits.size("body").unwrap_or(8 << 20),
            header_bytes_max: limits.size("header").unwrap_or(64 << 10),
        },
        breaker: Breaker {
            failures_ratio: breaker.share("failures").unwrap_or(0.5),
            window: breaker.duration("window").unwrap_or(Duration::from_secs(10)),
            requests_min: breaker.count("requests_min").unwrap_or(10),
            reset: breaker.duration("reset").unwrap_or(Duration::from_secs(5)),
        },
    }
}
