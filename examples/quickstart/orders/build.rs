//! Compiles the service's own contract and the two that the bridge derives for `users` and
//! `catalog` into Rust. Needs no protoc. Must not reach the network.

use std::error::Error;

/// What is compiled: the first is ours, the others are what `polywire export protobuf` prints.
const CONTRACTS: [&str; 3] = ["orders.proto", "proto/shop.users.v1.proto", "proto/shop.catalog.v1.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=orders.proto");
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(CONTRACTS, ["proto", "."])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
