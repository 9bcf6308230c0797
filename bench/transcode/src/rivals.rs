//! What the same is done with otherwise: pbjson, a hand-written serde struct, prost-reflect, the `jsonschema` crate.

mod hand;

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde::de::IgnoredAny;

pub(crate) use hand::{hand_to_json, hand_to_protobuf};

/// The messages by prost, their JSON by pbjson.
pub(crate) mod wire {
    #![expect(clippy::all, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/bench.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/bench.v1.serde.rs"));
}

/// Reads JSON by pbjson and serde_json, writes Protobuf by prost. Checks types and names, no rule.
pub(crate) fn pbjson_to_protobuf(json: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<wire::Order>(json).expect("a good order").encode_to_vec()
}

/// Reads Protobuf by prost, writes JSON by pbjson and serde_json.
pub(crate) fn pbjson_to_json(protobuf: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&wire::Order::decode(protobuf).expect("a good order")).expect("an order has a JSON form")
}

/// Messages known only at run time.
pub(crate) struct Reflect(MessageDescriptor);

impl Reflect {
    pub(crate) fn new() -> Self {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
        let pool = DescriptorPool::decode(&bytes[..]).expect("descriptors of our own contract");
        Reflect(pool.get_message_by_name("bench.v1.Order").expect("the contract has it"))
    }

    pub(crate) fn to_protobuf(&self, json: &[u8]) -> Vec<u8> {
        let mut source = serde_json::Deserializer::from_slice(json);
        DynamicMessage::deserialize(self.0.clone(), &mut source).expect("a good order").encode_to_vec()
    }

    pub(crate) fn to_json(&self, protobuf: &[u8]) -> Vec<u8> {
        let message = DynamicMessage::decode(self.0.clone(), protobuf).expect("a good order");
        serde_json::to_vec(&message).expect("an order has a JSON form")
    }
}

/// The contract's rules as JSON Schema.
pub(crate) struct Schema(jsonschema::Validator);

impl Schema {
    pub(crate) fn new() -> Self {
        let schema = serde_json::from_str(include_str!("../schema.json")).expect("our own schema is JSON");
        Schema(jsonschema::validator_for(&schema).expect("our own schema"))
    }

    /// Parses into a tree, then checks the tree.
    pub(crate) fn is_valid(&self, json: &[u8]) -> bool {
        serde_json::from_slice(json).is_ok_and(|value| self.0.is_valid(&value))
    }
}

/// Parses and forgets: what has to be spent where nothing is checked.
pub(crate) fn ignore(json: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(json).is_ok()
}
