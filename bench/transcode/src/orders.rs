//! The documents: 512 orders of about 1.1 KB that differ in every text and number, the same ones on every run.

use prost::Message as _;

use crate::rivals::wire::{Address, Item, Order};

/// How many there are; a power of two.
pub(crate) const COUNT: usize = 512;

/// The same orders as values, in Protobuf and in JSON.
pub(crate) struct Orders {
    pub(crate) values: Vec<Order>,
    pub(crate) protobuf: Vec<Vec<u8>>,
    pub(crate) json: Vec<Vec<u8>>,
}

impl Orders {
    /// Makes them. An order's own status is never the default, which would be left out.
    pub(crate) fn new() -> Self {
        let mut random = Random(88_172_645_463_325_252);
        let values: Vec<Order> = (0..COUNT).map(|_| order(&mut random)).collect();
        let protobuf = values.iter().map(|order| order.encode_to_vec()).collect();
        let json = values.iter().map(json_of).collect();
        Orders { values, protobuf, json }
    }

    /// The mean size in bytes: JSON, Protobuf.
    pub(crate) fn mean_bytes(&self) -> (usize, usize) {
        let mean = |all: &[Vec<u8>]| all.iter().map(Vec::len).sum::<usize>() / COUNT;
        (mean(&self.json), mean(&self.protobuf))
    }
}

/// ProtoJSON in the contract's order; instants end with `Z`, where pbjson writes `+00:00`.
fn json_of(order: &Order) -> Vec<u8> {
    serde_json::to_string(order).expect("an order has a JSON form").replace("+00:00\"", "Z\"").into_bytes()
}

fn order(random: &mut Random) -> Order {
    Order {
        id: random.text(8, 24),
        customer_id: random.below(10_000_000_000_000) as i64 + 1,
        status: 1 + random.below(3) as i32,
        created_at: Some(random.instant()),
        updated_at: Some(random.instant()),
        currency: "EUR".into(),
        total: random.amount(10_000_000),
        ship_to: Some(Address {
            street: random.text(8, 30),
            city: random.text(4, 20),
            zip: random.text(5, 8),
            country: "CA".into(),
        }),
        items: (0..10).map(|_| item(random)).collect(),
        note: random.text(10, 80),
    }
}

fn item(random: &mut Random) -> Item {
    Item {
        sku: random.text(5, 16),
        quantity: 1 + random.below(999) as i32,
        unit_price: random.amount(100_000),
        status: random.below(4) as i32,
        gift: random.below(2) == 0,
    }
}

/// Marsaglia's xorshift, 64 bits.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn text(&mut self, shortest: u64, longest: u64) -> String {
        const LETTERS: &[u8; 48] = b"abcdefghijklmnopqrstuvwxyz ABCDEFGHIJ0123456789-";
        let length = shortest + self.below(longest - shortest + 1);
        (0..length).map(|_| char::from(LETTERS[self.below(48) as usize])).collect()
    }

    fn amount(&mut self, cents: u64) -> f64 {
        (self.below(cents) + 1) as f64 / 100.0
    }

    /// A moment of 2020 to 2030, half of them with milliseconds.
    fn instant(&mut self) -> pbjson_types::Timestamp {
        let seconds = 1_600_000_000 + self.below(300_000_000) as i64;
        let milliseconds = if self.below(2) == 0 { 0 } else { 1 + self.below(999) as i32 };
        pbjson_types::Timestamp { seconds, nanos: milliseconds * 1_000_000 }
    }
}
