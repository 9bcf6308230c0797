//! The bridge with components that are closures: every policy, every crossing, every fault.

mod admin;
mod breaker;
mod contract;
mod crossing;
mod faults;
mod policies;
mod world;
