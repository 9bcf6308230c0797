//! Makes sure before anything is timed that all do the same.

use prost::Message as _;
use serde_json::Value;

use crate::orders::Orders;
use crate::ours::{Ours, Verdict};
use crate::rivals::{self, Reflect, Schema, wire};

/// Compares every way with every other on every order.
pub(crate) fn all(orders: &Orders) {
    let (mut ours, reflect, schema) = (Ours::new(), Reflect::new(), Schema::new());
    for ((value, protobuf), json) in orders.values.iter().zip(&orders.protobuf).zip(&orders.json) {
        let said = String::from_utf8_lossy(json);
        assert_eq!(ours.to_protobuf(json), &protobuf[..], "{said}");
        assert_eq!(rivals::hand_to_protobuf(json), *protobuf, "{said}");
        assert_eq!(rivals::pbjson_to_protobuf(json), *protobuf, "{said}");
        assert_eq!(wire::Order::decode(&reflect.to_protobuf(json)[..]).as_ref(), Ok(value), "{said}");

        assert_eq!(tree(ours.to_json(protobuf)), tree(json), "{said}");
        assert_eq!(rivals::hand_to_json(protobuf), *json, "{said}");

        assert_eq!(ours.verdict(json), Verdict::Accepted, "{said}");
        assert!(schema.is_valid(json), "{said}");
    }
    refusals(&mut ours, &schema, &String::from_utf8_lossy(&orders.json[0]));
}

/// What breaks a rule is refused by both.
fn refusals(ours: &mut Ours, schema: &Schema, good: &str) {
    let broken = [
        ("\"currency\":\"EUR\"", "\"currency\":\"eur\""),
        ("\"country\":\"CA\"", "\"country\":\"CAN\""),
        ("\"country\":\"CA\"", "\"country\":\"CA\",\"planet\":\"Earth\""),
        ("\"quantity\":", "\"quantity\":1000000"),
        ("\"currency\":\"EUR\",", ""),
        ("\"status\":\"STATUS_", "\"status\":\"STATUS_UNHEARD_OF_"),
    ];
    for (from, to) in broken {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert!(matches!(ours.verdict(bad.as_bytes()), Verdict::Refused { .. }), "{bad}");
        assert!(!schema.is_valid(bad.as_bytes()), "{bad}");
    }
}

fn tree(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("what was written is JSON")
}
