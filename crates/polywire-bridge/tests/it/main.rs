//! The bridge with components that are closures: every policy, every crossing, every fault.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod breaker;
mod contract;
mod crossing;
mod faults;
mod policies;
mod world;
