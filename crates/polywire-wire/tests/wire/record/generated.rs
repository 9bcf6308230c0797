//! Copybooks and values out of a seed, against a reference that only puts bytes one after the other.

use polywire_contract::{CobolNumber, CobolPage, CobolSign, CobolUsage, Extra, Int};
use serde_json::{Map, Value};

use super::super::random::Random;
use super::book::{Book, Item, Ways, hex, literal_text, number};
use super::ebcdic;

/// An item.
enum Spec {
    Text(u32),
    /// An integer, or a decimal.
    Number(CobolNumber, bool),
    Group(Vec<Part>),
}

/// A part of a group.
enum Part {
    Plain(String, Spec),
    Filler(u32),
    /// A table and its count, which may stand in groups: `group/count`.
    Counted {
        count: String,
        number: CobolNumber,
        list: String,
        item: Spec,
        min: u32,
        max: u32,
    },
    /// So many occurrences.
    Fixed(String, Spec, u32),
    /// An area and its selector, which may stand in groups, too.
    Chosen {
        selector: String,
        sum: String,
        groups: Vec<Spec>,
    },
}

struct Made {
    random: Random,
    names: u32,
}

impl Made {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("f{}", self.names)
    }

    /// The name of a count or selector, after those of the groups around it.
    fn way(&mut self) -> String {
        let names: Vec<String> = (0..1 + self.random.below(3)).map(|_| self.name()).collect();
        names.join("/")
    }

    fn number(&mut self, most: u64, scaled: bool) -> CobolNumber {
        let digits = 1 + self.random.below(most) as u8;
        let scale = if scaled { self.random.below(u64::from(digits) + 1) as u8 } else { 0 };
        let sign = match self.random.below(5) {
            0 => CobolSign::None,
            1 => CobolSign::Leading,
            2 => CobolSign::TrailingSeparate,
            3 => CobolSign::LeadingSeparate,
            _ => CobolSign::Trailing,
        };
        let bytes = match digits {
            0..=4 => 2,
            5..=9 => 4,
            _ => 8,
        };
        match self.random.below(3) {
            0 => number(CobolUsage::Display, digits, scale, sign),
            1 if digits <= 18 => {
                let little = self.random.below(2) == 0;
                number(CobolUsage::Binary { bytes, little, whole: false }, digits, scale, sign)
            }
            _ => number(CobolUsage::Packed, digits, scale, sign),
        }
    }

    fn item(&mut self, depth: u32, varies: bool) -> Spec {
        match self.random.below(if depth == 0 { 3 } else { 4 }) {
            0 => Spec::Text(1 + self.random.below(9) as u32),
            1 => Spec::Number(self.number(18, false), false),
            2 => Spec::Number(self.number(30, true), true),
            _ => self.group(depth - 1, varies),
        }
    }

    /// A group; `varies` says whether tables of varying length may lie in it.
    fn group(&mut self, depth: u32, varies: bool) -> Spec {
        let parts = (0..1 + self.random.below(4)).map(|_| match self.random.below(8) {
            0 | 1 if varies => {
                let max = 1 + self.random.below(4) as u32;
                Part::Counted {
                    count: self.way(),
                    number: self.number(4, false),
                    list: self.name(),
                    item: self.item(depth, true),
                    min: self.random.below(u64::from(max)) as u32,
                    max,
                }
            }
            2 => Part::Fixed(self.name(), self.item(depth, varies), 1 + self.random.below(3) as u32),
            3 if depth > 0 => {
                let groups = (0..2 + self.random.below(2)).map(|_| self.group(depth - 1, false)).collect();
                Part::Chosen { selector: self.way(), sum: self.name(), groups }
            }
            4 => Part::Filler(1 + self.random.below(3) as u32),
            _ => Part::Plain(self.name(), self.item(depth, varies)),
        });
        let mut parts: Vec<Part> = parts.collect();
        // Alternatives are told apart by a name.
        parts.push(Part::Plain(self.name(), Spec::Text(1)));
        Spec::Group(parts)
    }

    // ---- values

    fn value(&mut self, spec: &Spec) -> Value {
        match spec {
            Spec::Text(size) => {
                let letters: Vec<char> = "Az09 é[".chars().collect();
                let text: String = (0..self.random.below(u64::from(*size) + 1))
                    .map(|_| letters[self.random.below(letters.len() as u64) as usize])
                    .collect();
                Value::String(text.trim_end().to_string())
            }
            Spec::Number(number, decimal) => self.digits(*number, *decimal),
            Spec::Group(parts) => {
                let mut members = Map::new();
                for part in parts {
                    self.part(part, &mut members);
                }
                Value::Object(members)
            }
        }
    }

    fn digits(&mut self, number: CobolNumber, decimal: bool) -> Value {
        let many = 1 + self.random.below(number.digits.into());
        let digits: String = (0..many).map(|_| char::from(b'0' + self.random.below(10) as u8)).collect();
        let magnitude: i128 = digits.parse().unwrap();
        let negative = number.sign != CobolSign::None && self.random.below(2) == 0;
        let value = if negative { -magnitude } else { magnitude };
        if !decimal {
            return Value::from(i64::try_from(value).unwrap());
        }
        let scale = usize::from(number.scale);
        let digits = format!("{magnitude:0>width$}", width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        let point = if scale > 0 { "." } else { "" };
        Value::from(format!("{}{whole}{point}{part}", if value < 0 { "-" } else { "" }))
    }

    fn part(&mut self, part: &Part, members: &mut Map<String, Value>) {
        match part {
            Part::Filler(_) => {}
            Part::Plain(name, spec) => {
                let value = self.value(spec);
                members.insert(name.clone(), value);
            }
            Part::Counted { count, list, item, min, max, .. } => {
                let many = u64::from(*min) + self.random.below(u64::from(max - min) + 1);
                insert(members, count, Value::from(many));
                let items = (0..many).map(|_| self.value(item)).collect();
                members.insert(list.clone(), Value::Array(items));
            }
            Part::Fixed(name, item, many) => {
                let items = (0..*many).map(|_| self.value(item)).collect();
                members.insert(name.clone(), Value::Array(items));
            }
            Part::Chosen { selector, sum, groups } => {
                let chosen = self.random.below(groups.len() as u64) as usize;
                insert(members, selector, Value::from(chosen_by(chosen)));
                let value = self.value(&groups[chosen]);
                members.insert(sum.clone(), value);
            }
        }
    }

    /// JSON with members in any order, and some without what follows from others.
    fn shuffled(&mut self, value: &Value, spec: &Spec) -> String {
        let (Value::Object(members), Spec::Group(parts)) = (value, spec) else { return value.to_string() };
        let mut texts = Vec::new();
        for part in parts {
            let named = |name: &str, text: String| format!("\"{name}\":{text}");
            match part {
                Part::Filler(_) => {}
                Part::Plain(name, spec) => texts.push(named(name, self.shuffled(&members[name], spec))),
                Part::Counted { count, list, item, .. } => {
                    texts.push(named(list, self.list(&members[list], item)));
                    let told = self.random.below(2) == 0;
                    add_told(&mut texts, count, told.then(|| told_at(value, count)));
                }
                Part::Fixed(name, item, _) => texts.push(named(name, self.list(&members[name], item))),
                Part::Chosen { selector, sum, groups } => {
                    let chosen =
                        (0..groups.len()).find(|at| *told_at(value, selector) == chosen_by(*at)).unwrap();
                    texts.push(named(sum, self.shuffled(&members[sum], &groups[chosen])));
                    let told = self.random.below(2) == 0;
                    add_told(&mut texts, selector, told.then(|| told_at(value, selector)));
                }
            }
        }
        for at in (1..texts.len()).rev() {
            texts.swap(at, self.random.below(at as u64 + 1) as usize);
        }
        format!("{{{}}}", texts.join(","))
    }

    fn list(&mut self, list: &Value, item: &Spec) -> String {
        let items = list.as_array().unwrap().iter().map(|value| self.shuffled(value, item));
        format!("[{}]", items.collect::<Vec<_>>().join(","))
    }
}

fn chosen_by(at: usize) -> String {
    ["A", "B", "C"][at].to_string()
}

fn insert(members: &mut Map<String, Value>, way: &str, value: Value) {
    let mut names = way.rsplit('/');
    let last = names.next().unwrap();
    let (mut name, mut value) = (last, value);
    for outer in names {
        value = Value::Object(Map::from_iter([(name.to_string(), value)]));
        name = outer;
    }
    members.insert(name.to_string(), value);
}

fn told_at<'v>(value: &'v Value, way: &str) -> &'v Value {
    value.pointer(&format!("/{way}")).unwrap()
}

/// The member, or of groups around it that they are empty.
fn add_told(texts: &mut Vec<String>, way: &str, told: Option<&Value>) {
    let (outer, last) = way.rsplit_once('/').map_or((None, way), |(outer, last)| (Some(outer), last));
    let mut text = told.map_or(String::new(), |told| format!("\"{last}\":{told}"));
    for name in outer.iter().flat_map(|outer| outer.rsplit('/')) {
        text = format!("\"{name}\":{{{text}}}");
    }
    if !text.is_empty() {
        texts.push(text);
    }
}

/// An item in groups of its own; the name of the outermost.
fn around(book: &mut Book, way: &str, item: Item) -> (String, Item) {
    let mut names = way.rsplit('/');
    let mut name = names.next().unwrap().to_string();
    let mut item = item;
    for outer in names {
        item = book.group(&[(&name, item)], Extra::Closed);
        name = format!("{outer}!");
    }
    (name, item)
}

// ---- the copybook

fn build(book: &mut Book, spec: &Spec) -> Item {
    match spec {
        Spec::Text(size) => book.text(*size),
        Spec::Number(number, true) => book.decimal(*number),
        Spec::Number(number, false) => book.int(Int::I64, *number),
        Spec::Group(parts) => {
            let mut made: Vec<(String, Item)> = Vec::new();
            for part in parts {
                match part {
                    Part::Plain(name, spec) => made.push((format!("{name}!"), build(book, spec))),
                    Part::Filler(size) => made.push((String::new(), book.text(*size))),
                    Part::Counted { count, number, list, item, min, max } => {
                        let counter = book.int(Int::I32, *number);
                        let item = build(book, item);
                        made.push(around(book, count, counter));
                        made.push((format!("{list}!"), book.table(item, *min, *max, Some(counter))));
                    }
                    Part::Fixed(name, item, many) => {
                        let item = build(book, item);
                        made.push((format!("{name}!"), book.table(item, *many, *many, None)));
                    }
                    Part::Chosen { selector, sum, groups } => {
                        let by = book.text(1);
                        let groups: Vec<Item> = groups.iter().map(|group| build(book, group)).collect();
                        let values: Vec<_> =
                            (0..groups.len()).map(|at| [literal_text(&chosen_by(at))]).collect();
                        let parts: Vec<_> =
                            groups.iter().zip(&values).map(|(group, values)| (*group, &values[..])).collect();
                        made.push(around(book, selector, by));
                        made.push((format!("{sum}!"), book.redefines(by, &parts)));
                    }
                }
            }
            let parts: Vec<_> = made.iter().map(|(name, item)| (name.as_str(), *item)).collect();
            book.group(&parts, Extra::Closed)
        }
    }
}

// ---- the reference

fn bytes(value: &Value, spec: &Spec) -> Vec<u8> {
    match spec {
        Spec::Text(size) => ebcdic(value.as_str().unwrap(), *size as usize),
        Spec::Number(number, _) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_string).replace('.', "");
            number_bytes(&text, *number)
        }
        Spec::Group(parts) => parts.iter().flat_map(|part| part_bytes(value, part)).collect(),
    }
}

fn part_bytes(value: &Value, part: &Part) -> Vec<u8> {
    let items = |name: &String, item: &Spec| -> Vec<u8> {
        value[name].as_array().unwrap().iter().flat_map(|value| bytes(value, item)).collect()
    };
    match part {
        Part::Plain(name, spec) => bytes(&value[name], spec),
        Part::Filler(size) => vec![0x40; *size as usize],
        Part::Counted { count, number, list, item, .. } => {
            [number_bytes(&told_at(value, count).to_string(), *number), items(list, item)].concat()
        }
        Part::Fixed(name, item, _) => items(name, item),
        Part::Chosen { selector, sum, groups } => {
            let by = told_at(value, selector).as_str().unwrap();
            let chosen = (0..groups.len()).find(|at| chosen_by(*at) == by).unwrap();
            let mut area = bytes(&value[sum], &groups[chosen]);
            area.resize(groups.iter().map(length).max().unwrap(), 0x40);
            [ebcdic(by, 1), area].concat()
        }
    }
}

/// Bytes of an item whose length is always the same.
fn length(spec: &Spec) -> usize {
    match spec {
        Spec::Text(size) => *size as usize,
        Spec::Number(number, _) => number.size() as usize,
        Spec::Group(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Plain(_, spec) => length(spec),
                Part::Filler(size) => *size as usize,
                Part::Fixed(_, item, many) => length(item) * *many as usize,
                Part::Chosen { groups, .. } => 1 + groups.iter().map(length).max().unwrap(),
                Part::Counted { .. } => unreachable!("its length varies"),
            })
            .sum(),
    }
}

/// A number from its digits as text.
fn number_bytes(text: &str, number: CobolNumber) -> Vec<u8> {
    let negative = text.starts_with('-') && text.contains(|c: char| ('1'..='9').contains(&c));
    let digits = text.trim_start_matches('-').trim_start_matches('0');
    let digits = format!("{digits:0>width$}", width = number.digits.into());
    let signed = number.sign != CobolSign::None;
    match number.usage {
        CobolUsage::Binary { bytes, little, .. } => {
            let value: i128 = format!("{}{digits}", if negative { "-" } else { "" }).parse().unwrap();
            let mut all = value.to_be_bytes()[16 - usize::from(bytes)..].to_vec();
            if little {
                all.reverse();
            }
            all
        }
        CobolUsage::Packed => {
            let sign = if !signed {
                'f'
            } else if negative {
                'd'
            } else {
                'c'
            };
            let nibbles = format!("{digits}{sign}");
            let nibbles = if nibbles.len() % 2 == 1 { format!("0{nibbles}") } else { nibbles };
            let pairs = (0..nibbles.len()).step_by(2).map(|at| &nibbles[at..at + 2]);
            pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
        }
        CobolUsage::Display => {
            let mut all: Vec<u8> = digits.bytes().map(|digit| digit - b'0' + 0xf0).collect();
            let (over, mark) = if negative { (0xd0, 0x60) } else { (0xc0, 0x4e) };
            let last = all.len() - 1;
            match number.sign {
                CobolSign::None => {}
                CobolSign::Trailing => all[last] = all[last] & 15 | over,
                CobolSign::Leading => all[0] = all[0] & 15 | over,
                CobolSign::TrailingSeparate => all.push(mark),
                CobolSign::LeadingSeparate => all.insert(0, mark),
            }
            all
        }
    }
}

fn ways(spec: &Spec) -> Ways {
    let mut book = Book::default();
    let whole = build(&mut book, spec);
    book.done(whole, CobolPage::Ebcdic037)
}

#[test]
fn records_are_what_the_reference_says_and_come_back() {
    let mut made = Made { random: Random(0x0c0b_01c0_b01c_0b01), names: 0 };
    for _ in 0..120 {
        let spec = made.group(3, true);
        let mut ways = ways(&spec);
        for _ in 0..12 {
            let value = made.value(&spec);
            let expected = bytes(&value, &spec);
            let json = made.shuffled(&value, &spec);
            let record = ways.record(&json).unwrap_or_else(|told| panic!("{told}: {json}"));
            assert_eq!(hex(&record), hex(&expected), "{json}");
            let back: Value = serde_json::from_str(&ways.json(&record)).unwrap();
            assert_eq!(back, value);
            ways.through_protobuf(&record);
        }
    }
}

#[test]
fn broken_records_never_panic_and_what_is_accepted_comes_back() {
    let mut made = Made { random: Random(0x5eed), names: 0 };
    let mut accepted = 0;
    for _ in 0..60 {
        let spec = made.group(3, true);
        let mut ways = ways(&spec);
        for _ in 0..40 {
            let value = made.value(&spec);
            let mut record = bytes(&value, &spec);
            made.random.mutate(&mut record, &[0x40, 0xf0, 0xf9, 0xc1, 0x0c, 0x00, 0xff]);
            let told = ways.json(&record);
            if !told.starts_with('{') {
                continue;
            }
            accepted += 1;
            // Bytes that mean nothing may differ: fillers, other signs, minus zero.
            let again = ways.record(&told).unwrap_or_else(|rule| panic!("{rule}: {told}"));
            assert_eq!(ways.json(&again), told);
        }
    }
    assert!(accepted > 100, "{accepted}");
}
