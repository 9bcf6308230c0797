//! Bodies of about 1 MB that break a rule late or often: both passes against accepting a good one.

use crate::measure::{Times, thread_nanoseconds};
use crate::ours::{Ours, Verdict};
use crate::table::Row;

/// Items per order; with these an order has about 1 MB.
const ITEMS: usize = 11_000;

/// How often each is taken.
const TAKEN: usize = 25;

/// One row per body, each against the good one.
pub(crate) fn rows() -> Vec<Row> {
    let mut ours = Ours::with_long_lists();
    let wrong_at_the_end = Verdict::Refused { violations: 1 };
    let bodies = [
        ("good", "hostile_good", body("\"n\"", 0), Verdict::Accepted),
        ("wrong type at the end", "hostile_end", body("5", 0), wrong_at_the_end),
        ("40 violations, spread", "hostile_many", body("\"n\"", 40), Verdict::Refused { violations: 32 }),
    ];
    let mut times = vec![Vec::new(); bodies.len()];
    for _ in 0..TAKEN {
        for ((what, _, body, expected), times) in bodies.iter().zip(&mut times) {
            let start = thread_nanoseconds();
            let verdict = ours.verdict(body.as_bytes());
            times.push((thread_nanoseconds() - start) / 1000.0);
            assert_eq!(verdict, *expected, "{what}");
        }
    }
    let times: Vec<Times> = times.into_iter().map(Times::of).collect();
    let row = |((what, figure, ..), ours): (&(&'static str, &'static str, String, Verdict), &Times)| {
        Row::new((*what).into(), ours, &times[0], Some(2.0), figure)
    };
    bodies.iter().zip(&times).skip(1).map(row).collect()
}

/// An order of [`ITEMS`] items, of which some have a quantity below its minimum; the note comes last.
fn body(note: &str, wrong: usize) -> String {
    let item = |quantity: u32| {
        format!(r#"{{"sku":"SKU-07919","quantity":{quantity},"unitPrice":20.87,"status":"STATUS_PAID","gift":true}}"#)
    };
    let is_wrong = |at: usize| wrong > 0 && at.is_multiple_of(ITEMS / wrong);
    let items: Vec<String> = (0..ITEMS).map(|at| item(if is_wrong(at) { 0 } else { 2 })).collect();
    let head = r#""id":"a","customerId":"1","status":"STATUS_PAID","createdAt":"2026-11-20T09:17:30Z","currency":"EUR","total":1"#;
    format!(r#"{{{head},"items":[{}],"note":{note}}}"#, items.join(","))
}
