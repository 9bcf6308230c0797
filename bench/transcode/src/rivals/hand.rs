//! The fastest that is commonly written by hand: serde structs that borrow what they can, prost, no checks of rules.

use pbjson_types::Timestamp;
use prost::Message as _;
use serde::{Deserialize, Serialize};

use super::wire;

#[derive(Clone, Copy, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    #[default]
    StatusUnspecified,
    StatusPending,
    StatusPaid,
    StatusShipped,
}

impl Status {
    fn from_number(number: i32) -> Self {
        match number {
            1 => Status::StatusPending,
            2 => Status::StatusPaid,
            3 => Status::StatusShipped,
            _ => Status::StatusUnspecified,
        }
    }
}

/// Texts without escapes are borrowed in numbers and instants; the others become the message's own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrderIn<'a> {
    id: String,
    customer_id: &'a str,
    #[serde(default)]
    status: Status,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    total: f64,
    ship_to: Option<AddressIn>,
    #[serde(default)]
    items: Vec<ItemIn>,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressIn {
    #[serde(default)]
    street: String,
    #[serde(default)]
    city: String,
    #[serde(default)]
    zip: String,
    #[serde(default)]
    country: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ItemIn {
    #[serde(default)]
    sku: String,
    #[serde(default)]
    quantity: i32,
    #[serde(default)]
    unit_price: f64,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    gift: bool,
}

/// Reads JSON into structs of its own, moves their fields into the message, writes it.
pub(crate) fn hand_to_protobuf(json: &[u8]) -> Vec<u8> {
    let order: OrderIn = serde_json::from_slice(json).expect("a good order");
    let item = |item: ItemIn| wire::Item {
        sku: item.sku,
        quantity: item.quantity,
        unit_price: item.unit_price,
        status: item.status as i32,
        gift: item.gift,
    };
    wire::Order {
        id: order.id,
        customer_id: order.customer_id.parse().expect("a good order"),
        status: order.status as i32,
        created_at: order.created_at.map(instant),
        updated_at: order.updated_at.map(instant),
        currency: order.currency,
        total: order.total,
        ship_to: order.ship_to.map(|to| wire::Address {
            street: to.street,
            city: to.city,
            zip: to.zip,
            country: to.country,
        }),
        items: order.items.into_iter().map(item).collect(),
        note: order.note,
    }
    .encode_to_vec()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderOut<'a> {
    id: &'a str,
    customer_id: String,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    currency: &'a str,
    total: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_to: Option<AddressOut<'a>>,
    items: Vec<ItemOut<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
}

#[derive(Serialize)]
struct AddressOut<'a> {
    street: &'a str,
    city: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    zip: &'a str,
    country: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemOut<'a> {
    sku: &'a str,
    quantity: i32,
    unit_price: f64,
    #[serde(skip_serializing_if = "is_default")]
    status: Status,
    #[serde(skip_serializing_if = "is_default")]
    gift: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads the message by prost, writes JSON from structs that borrow its texts.
pub(crate) fn hand_to_json(protobuf: &[u8]) -> Vec<u8> {
    let order = wire::Order::decode(protobuf).expect("a good order");
    let items = order.items.iter().map(|item| ItemOut {
        sku: &item.sku,
        quantity: item.quantity,
        unit_price: item.unit_price,
        status: Status::from_number(item.status),
        gift: item.gift,
    });
    let out = OrderOut {
        id: &order.id,
        customer_id: order.customer_id.to_string(),
        status: Status::from_number(order.status),
        created_at: order.created_at.as_ref().map(text_of),
        updated_at: order.updated_at.as_ref().map(text_of),
        currency: &order.currency,
        total: order.total,
        ship_to: order.ship_to.as_ref().map(|to| AddressOut {
            street: &to.street,
            city: &to.city,
            zip: &to.zip,
            country: &to.country,
        }),
        items: items.collect(),
        note: &order.note,
    };
    serde_json::to_vec(&out).expect("an order has a JSON form")
}

/// `2026-11-20T09:17:30.250Z`, fixed places, as quickly as it can be done without a library.
fn instant(text: &str) -> Timestamp {
    let number = |from: usize, to: usize| text[from..to].bytes().fold(0, |n, digit| n * 10 + i64::from(digit - b'0'));
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era_year, month) = (shifted % 400, (month + 9) % 12);
    let day_of_era = era_year * 365 + era_year / 4 - era_year / 100 + (153 * month + 2) / 5 + day - 1;
    let days = shifted / 400 * 146_097 + day_of_era - 719_468;
    let seconds = days * 86_400 + number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
    let end = text.len() - 1;
    let nanos = if end > 20 { number(20, end) * 10_i64.pow(29 - end as u32) } else { 0 };
    Timestamp { seconds, nanos: nanos as i32 }
}

fn text_of(instant: &Timestamp) -> String {
    let (days, second) = (instant.seconds.div_euclid(86_400) + 719_468, instant.seconds.rem_euclid(86_400));
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let milliseconds = i64::from(instant.nanos / 1_000_000);
    let mut text = String::with_capacity(24);
    let mut put = |number: i64, digits: u32, after: char| {
        for place in (0..digits).rev() {
            text.push(char::from(b'0' + (number / 10_i64.pow(place) % 10) as u8));
        }
        text.push(after);
    };
    put(year, 4, '-');
    put(month, 2, '-');
    put(day, 2, 'T');
    put(second / 3600, 2, ':');
    put(second / 60 % 60, 2, ':');
    if milliseconds == 0 {
        put(second % 60, 2, 'Z');
    } else {
        put(second % 60, 2, '.');
        put(milliseconds, 3, 'Z');
    }
    text
}
