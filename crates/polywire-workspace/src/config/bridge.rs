//! The section of the bridge.

use std::net::{Ipv4Addr, SocketAddr};

use super::policies::{self, POLICIES, Policies};
use crate::schema::{Key, Kind, Need, Record, Table};

#[derive(Clone, Debug)]
pub struct Bridge {
    pub listen: SocketAddr,
    pub admin: SocketAddr,
    pub validate: Validate,
    pub validate_response: ValidateResponse,
    pub policies: Policies,
}

/// What is done with a request that breaks its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validate {
    Enforce,
    Observe,
}

/// What is done with an answer that breaks its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidateResponse {
    Reject,
    Log,
    Off,
}

pub(super) const VALIDATE: Kind = Kind::Choice(&["enforce", "observe"]);
pub(super) const VALIDATE_RESPONSE: Kind = Kind::Choice(&["reject", "log", "off"]);

pub(super) const BRIDGE: Table = Table {
    name: "bridge",
    doc: "The bridge: REST and gRPC on one port, administration on another.",
    keys: &[
        Key {
            name: "listen",
            kind: Kind::Address,
            need: Need::Default("127.0.0.1:8080"),
            doc: "Where it listens; port 0 is any free one.",
        },
        Key {
            name: "admin",
            kind: Kind::Address,
            need: Need::Default("127.0.0.1:0"),
            doc: "Where health, metrics and control are; keep it private.",
        },
        Key {
            name: "validate",
            kind: VALIDATE,
            need: Need::Default("enforce"),
            doc: "Requests that break the contract are refused, or only reported.",
        },
        Key {
            name: "validate_response",
            kind: VALIDATE_RESPONSE,
            need: Need::Default("reject"),
            doc: "Answers that break the contract are replaced by an error, reported, or not looked at.",
        },
        Key {
            name: "policies",
            kind: Kind::Table(&POLICIES),
            need: Need::Optional,
            doc: "What every call passes on its way.",
        },
        Key {
            name: "events",
            kind: Kind::Later,
            need: Need::Optional,
            doc: "The resource that carries events.",
        },
    ],
};

impl Validate {
    pub(super) fn of(word: &str) -> Self {
        if word == "observe" { Validate::Observe } else { Validate::Enforce }
    }
}

impl ValidateResponse {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "log" => ValidateResponse::Log,
            "off" => ValidateResponse::Off,
            _ => ValidateResponse::Reject,
        }
    }
}

pub(super) fn lower(mut fields: Record) -> Bridge {
    let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Bridge {
        listen: fields.address("listen").unwrap_or(local(8080)),
        admin: fields.address("admin").unwrap_or(local(0)),
        validate: Validate::of(fields.choice("validate").unwrap_or("enforce")),
        validate_response: ValidateResponse::of(fields.choice("validate_response").unwrap_or("reject")),
        policies: policies::lower(fields.record("policies").unwrap_or_default()),
    }
}
