//! Avro of a type that has everything: what is accepted comes back.

use std::cell::RefCell;

use polywire_contract::{Contract, derive_avro};
use polywire_wire::Encoding;

use crate::pair::Pair;

const CONTRACT: &str = include_str!("../../proof/avro/all.yaml");

thread_local! {
    static PAIR: RefCell<Pair> = RefCell::new(pair());
}

fn pair() -> Pair {
    let mut contract: Contract = crate::read("openapi", "all.yaml", CONTRACT);
    let ty = crate::named(&contract, "All");
    assert!(derive_avro(&mut contract, ty), "everything has a form");
    Pair::new(&contract, ty, Encoding::Avro)
}

/// What is valid Avro is valid JSON, and the same after it has become Avro again.
pub fn wire_avro(bytes: &[u8]) {
    PAIR.with_borrow_mut(|pair| {
        if let Some(json) = pair.pass(pair.back, bytes) {
            pair.again(&json);
        }
    });
}
