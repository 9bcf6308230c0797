//! JSON to Protobuf and back, validation, and refusal, against what is used for it otherwise.
//!
//! `transcode [ROUNDS]` prints the tables; `transcode alone NAME MESSAGES` runs one case alone, for profilers.

mod hostile;
mod measure;
mod orders;
mod ours;
mod record;
mod rivals;
mod table;
mod verify;

use measure::{Case, interleave};
use orders::Orders;
use ours::Ours;
use record::Accounts;
use rivals::{Reflect, Schema};
use table::Row;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Ours, a rival, the ratio to reach, and the figure's name.
const ROWS: &[(&str, &str, Option<f64>, &str)] = &[
    ("to-protobuf", "hand-to-protobuf", Some(0.35), "json_to_protobuf_hand"),
    ("to-protobuf", "pbjson-to-protobuf", Some(0.19), "json_to_protobuf_pbjson"),
    ("to-protobuf", "reflect-to-protobuf", Some(1.0 / 15.0), "json_to_protobuf_reflect"),
    ("to-json", "pbjson-to-json", Some(0.5), "protobuf_to_json_pbjson"),
    ("to-json", "hand-to-json", None, "protobuf_to_json_hand"),
    ("to-json", "reflect-to-json", None, "protobuf_to_json_reflect"),
    ("validate", "jsonschema", Some(0.17), "validate_jsonschema"),
    ("validate", "ignore", None, "validate_ignore"),
    ("record-to-json", "hand-record-to-json", None, "record_to_json_hand"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let orders = Orders::new();
    match words[..] {
        ["alone", name, messages] => alone(&orders, name, messages.parse().expect("MESSAGES is a number")),
        [] => tables(&orders, 25),
        [rounds] => tables(&orders, rounds.parse().expect("ROUNDS is a number")),
        _ => panic!("transcode [ROUNDS] | transcode alone NAME MESSAGES"),
    }
}

/// Every way that is timed, by name.
fn cases<'a>(orders: &'a Orders, ours: &'a mut [Ours; 3]) -> Vec<Case<'a>> {
    let [first, second, third] = ours;
    let (json, protobuf) = (&orders.json, &orders.protobuf);
    let (reflect, reflect_back, schema) = (Reflect::new(), Reflect::new(), Schema::new());
    let mut accounts = Accounts::new();
    let records = accounts.records();
    let records_again = records.clone();
    vec![
        Case::new("to-protobuf", |at| first.to_protobuf(&json[at]).len()),
        Case::new("to-json", |at| second.to_json(&protobuf[at]).len()),
        Case::new("validate", |at| third.validate(&json[at])),
        Case::new("hand-to-protobuf", |at| rivals::hand_to_protobuf(&json[at])),
        Case::new("pbjson-to-protobuf", |at| rivals::pbjson_to_protobuf(&json[at])),
        Case::new("reflect-to-protobuf", move |at| reflect.to_protobuf(&json[at])),
        Case::new("hand-to-json", |at| rivals::hand_to_json(&protobuf[at])),
        Case::new("pbjson-to-json", |at| rivals::pbjson_to_json(&protobuf[at])),
        Case::new("reflect-to-json", move |at| reflect_back.to_json(&protobuf[at])),
        Case::new("jsonschema", move |at| schema.is_valid(&json[at])),
        Case::new("ignore", |at| rivals::ignore(&json[at])),
        Case::new("record-to-json", move |at| accounts.to_json(&records[at]).len()),
        Case::new("hand-record-to-json", move |at| record::by_hand(&records_again[at]).len()),
    ]
}

fn tables(orders: &Orders, rounds: usize) {
    verify::all(orders);
    let mut ours = [Ours::new(), Ours::new(), Ours::new()];
    let mut cases = cases(orders, &mut ours);
    let times = interleave(&mut cases, rounds);
    let (json_bytes, protobuf_bytes) = orders.mean_bytes();
    println!("{} orders of {json_bytes} bytes of JSON, {protobuf_bytes} of Protobuf; {rounds} rounds", orders::COUNT);
    println!("{:20}  {:>9}  p10..p90", "", "median ns");
    for (case, times) in cases.iter().zip(&times) {
        println!("{:20}  {:>9.0}  {:.0}..{:.0}", case.name, times.median(), times.tenths(1), times.tenths(9));
    }
    let find = |name: &str| cases.iter().position(|case| case.name == name).expect("ROWS names cases");
    let row = |(ours, rival, reach, figure): &(&str, &str, Option<f64>, &'static str)| {
        let what = format!("{ours} / {rival}");
        Row::new(what, &times[find(ours)], &times[find(rival)], *reach, figure)
    };
    table::print("every check of the contract on", "ns", &ROWS.iter().map(row).collect::<Vec<_>>());
    table::print("1 MB, both passes / a good one", "us", &hostile::rows());
}

fn alone(orders: &Orders, name: &str, messages: usize) {
    let mut ours = [Ours::new(), Ours::new(), Ours::new()];
    let mut cases = cases(orders, &mut ours);
    let names: Vec<&str> = cases.iter().map(|case| case.name).collect();
    let case = cases.iter_mut().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("no case `{name}`; there are {}", names.join(", ")));
    println!("{name}: {:.0} ns", case.time(messages));
}
