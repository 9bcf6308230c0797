//! JSON to Protobuf and back, validation, and refusal, against what is used for it otherwise.
//!
//! `transcode [ROUNDS]` prints the tables; `transcode alone NAME COUNT` runs one case alone, for profilers.

mod measure;
mod orders;
mod rivals;
mod table;

use std::hint::black_box;

use measure::{Case, interleave};
use orders::Orders;
use rivals::{Reflect, Schema};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let orders = Orders::new();
    println!("{:?}", orders.mean_bytes());
    let reflect = Reflect::new();
    let schema = Schema::new();
    for i in 0..512 {
        assert!(schema.is_valid(&orders.json[i]), "{}", String::from_utf8_lossy(&orders.json[i]));
        assert_eq!(rivals::hand_to_protobuf(&orders.json[i]), orders.protobuf[i]);
        assert_eq!(rivals::pbjson_to_protobuf(&orders.json[i]), orders.protobuf[i]);
        assert_eq!(reflect.to_protobuf(&orders.json[i]), orders.protobuf[i]);
        assert_eq!(rivals::hand_to_json(&orders.protobuf[i]), orders.json[i]);
    }
    let _ = (&orders.values, table::print as usize);
    let mut cases = vec![
        Case::new("pbjson", |i| { black_box(rivals::pbjson_to_protobuf(&orders.json[i])); }),
        Case::new("hand", |i| { black_box(rivals::hand_to_protobuf(&orders.json[i])); }),
        Case::new("reflect", |i| { black_box(reflect.to_protobuf(&orders.json[i])); }),
        Case::new("schema", |i| { black_box(schema.is_valid(&orders.json[i])); }),
        Case::new("ignore", |i| { black_box(rivals::ignore(&orders.json[i])); }),
        Case::new("pbjson back", |i| { black_box(rivals::pbjson_to_json(&orders.protobuf[i])); }),
        Case::new("hand back", |i| { black_box(rivals::hand_to_json(&orders.protobuf[i])); }),
        Case::new("reflect back", |i| { black_box(reflect.to_json(&orders.protobuf[i])); }),
    ];
    let t = interleave(&mut cases, 7);
    for (c, t) in cases.iter().zip(t) { println!("{:20} {:7.0} [{:.0}..{:.0}]", c.name, t.median, t.low, t.high); }
}
