//! The nodes of a plan: what stands at each place, with its checks. Data only; no encoding's code.

use polywire_contract::ProtoKind;

use super::{Lead, Mapped, Record, SchemaNode, Slot, Twice};
use crate::Stop;
use crate::check::{BytesRules, FloatRules, Moment, TextRules};

/// Most values of an enum that are tried one after the other.
const LEADS_MAX: usize = 8;

/// A node's place in the arena of [`crate::Plans`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    #[inline(always)]
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// What stands at a place. The kind is a byte of its own: found anywhere else, it would cost more than the jump that follows.
#[derive(Clone, Debug)]
#[repr(u8)]
pub enum Node {
    /// Named fields.
    Record(Record),
    /// Named fields that become those of another type.
    Mapped(Box<Mapped>),
    /// Items.
    List(List),
    /// Members under keys of one type.
    Map(Box<Map>),
    /// One of several alternatives.
    Sum(Box<Sum>),
    /// A message of one of several types, which stands beside it.
    Packed(Box<Packed>),
    /// A value that Protobuf puts into a message of its own; JSON shows the value alone.
    Wrapped(Box<Wrapped>),
    /// Unicode text, and all that is text in both encodings.
    Text(Text),
    /// An integer.
    Int(Int),
    /// A floating-point number.
    Float(Float),
    /// Text of an exact decimal.
    Decimal(Decimal),
    /// `true` or `false`.
    Bool(Bool),
    /// Bytes.
    Bytes(Bytes),
    /// A moment.
    Instant,
    /// A span of time.
    Duration,
    /// One of the two with rules.
    Moment(Box<Moment>),
    /// One of named values.
    Enum(Enum),
    /// `google.protobuf.FieldMask`.
    Mask,
    /// `null` as a value.
    Null,
    /// Any value: passed over, not written.
    Any,
    /// Any value: written as it is read, part by part.
    Copied,
    /// A member that says which alternative a sum holds: read before, written by the sum.
    Tag,
    /// A place that another pass reads: passed over, not written.
    Elsewhere,
    /// What a schema says of a JSON value: read, not written.
    Schema(Box<SchemaNode>),
    /// A value that is held to a schema beside its shape.
    Twice(Twice),
}

/// A list.
#[derive(Clone, Debug)]
pub struct List {
    pub(crate) item: NodeId,
    pub(crate) slot: Slot,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// None at all is allowed whatever `min` says.
    pub(crate) or_empty: bool,
    /// Items may lie in one block (Protobuf's packed numbers).
    pub(crate) scalar: bool,
    pub(crate) unique: bool,
}

/// A map.
#[derive(Clone, Debug)]
pub struct Map {
    pub(crate) key: NodeId,
    pub(crate) value: NodeId,
    pub(crate) key_slot: Slot,
    pub(crate) value_slot: Slot,
    /// None at all is allowed whatever `min` says.
    pub(crate) or_empty: bool,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A value in a message of its own.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// One row that every number of the value stands for.
    pub(crate) record: Record,
    pub(crate) node: NodeId,
    /// The outer key, the inner tag.
    pub(crate) slot: Slot,
    pub(crate) nullable: bool,
    pub(crate) empty: Empty,
}

/// What a message without the value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// `null`.
    Null,
    /// The zero value; `null` where there is none.
    Zero,
    /// Nothing is written.
    Nothing,
    /// A violation.
    Refuse(Stop),
}

/// A sum.
#[derive(Clone, Debug)]
pub struct Sum {
    pub(crate) branches: Vec<Branch>,
    pub(crate) tag: Option<Tag>,
    /// The branches that a value of each kind can be, by [`crate::Kind`].
    pub(crate) kinds: [u128; 6],
    /// What the members of an object say about it.
    pub(crate) peek: Option<Peek>,
    pub(crate) exact: bool,
    /// Where the source names the alternative outside of it: texts of its names, sorted.
    pub(crate) named: Vec<(Box<[u8]>, u32)>,
}

/// `google.protobuf.Any`.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The rows of the message itself: type, value.
    pub(crate) record: Record,
    /// Where JSON says the type; values are full names.
    pub(crate) tag: Tag,
    pub(crate) branches: Vec<PackedBranch>,
    /// Where the target has the message in a field of its own, not beside the type.
    pub(crate) value_slot: Option<Slot>,
    /// Types that are not known pass as they are.
    pub(crate) identity: bool,
}

/// One type that can be in it.
#[derive(Clone, Debug)]
pub struct PackedBranch {
    /// A record.
    pub(crate) node: NodeId,
    /// The message is the value of the record's first row, which in JSON is a member beside the type.
    pub(crate) alone: bool,
    /// The type.
    pub(crate) written: Written,
}

/// One alternative.
#[derive(Clone, Debug)]
pub struct Branch {
    pub(crate) node: NodeId,
    pub(crate) slot: Slot,
    /// The number by which the source names it: a Protobuf field, a place in an Avro union.
    pub(crate) number: u32,
    /// The tag's member and value, where the alternative itself does not hold it.
    pub(crate) written: Option<Written>,
}

/// A member that the sink writes although the source's value does not hold it.
pub(crate) type Written = (Slot, Box<[u8]>);

/// The member that names the alternative.
#[derive(Clone, Debug)]
pub struct Tag {
    /// A record with the tag as its only row.
    pub(crate) record: Record,
    /// Values, sorted, with their alternatives.
    pub(crate) values: Vec<(Box<[u8]>, u32)>,
}

/// One look over the members of an object rules alternatives out.
#[derive(Clone, Debug)]
pub struct Peek {
    /// Every member that an alternative knows.
    pub(crate) record: Record,
    /// For each row of it.
    pub(crate) rows: Vec<PeekRow>,
    /// Alternatives that take members which they do not know.
    pub(crate) open: u128,
}

/// What one member says.
#[derive(Clone, Debug)]
pub struct PeekRow {
    /// Alternatives that can not be without it.
    pub(crate) required_by: u128,
    /// Alternatives that can hold a value of each kind there.
    pub(crate) kinds: [u128; 6],
    /// Texts that only some alternatives allow.
    pub(crate) texts: Vec<(Box<[u8]>, u128)>,
    /// Alternatives that allow a text which is not listed.
    pub(crate) other_texts: u128,
}

/// Text.
#[derive(Clone, Debug)]
pub struct Text {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) rules: Option<Box<TextRules>>,
}

/// An integer.
#[derive(Clone, Debug)]
pub struct Int {
    pub(crate) min: i64,
    pub(crate) max: u64,
    pub(crate) min_rule: Stop,
    pub(crate) max_rule: Stop,
    /// The value is a multiple of this; 0 and 1 are no rule.
    pub(crate) multiple: u64,
    pub(crate) values: Option<Box<Values>>,
    pub(crate) signed: bool,
    /// The Protobuf field has 32 bits.
    pub(crate) narrow: bool,
    pub(crate) wire: Wire,
    /// JSON writes it as text.
    pub(crate) quoted: bool,
    /// JSON reads it as text, too.
    pub(crate) lenient: bool,
}

/// The rarer rules of an integer.
#[derive(Clone, Debug, Default)]
pub struct Values {
    pub(crate) among: Option<Vec<i128>>,
    pub(crate) not_among: Vec<i128>,
    /// A maximum below zero, with its rule.
    pub(crate) most: Option<(i128, Stop)>,
    /// Below the first, or above the second; both are allowed themselves.
    pub(crate) outside: Option<(i128, i128)>,
    /// The rules of a value that is not zero.
    pub(crate) unless_zero: Option<Box<Int>>,
}

/// How a number lies on the Protobuf wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A varint.
    Varint,
    /// A varint with the sign in the lowest bit.
    ZigZag,
    /// Four bytes.
    Fixed32,
    /// Eight bytes.
    Fixed64,
}

/// A floating-point number.
#[derive(Clone, Debug)]
pub struct Float {
    /// Both bounds are allowed themselves.
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) min_rule: Stop,
    pub(crate) max_rule: Stop,
    /// A contract set a bound, which NaN is never within.
    pub(crate) bounded: bool,
    pub(crate) rules: Option<Box<FloatRules>>,
    /// 32 bits.
    pub(crate) single: bool,
    /// JSON reads it as text, too, and knows `NaN` and infinities.
    pub(crate) lenient: bool,
}

/// A decimal.
#[derive(Clone, Debug)]
pub struct Decimal {
    pub(crate) digits: u16,
    pub(crate) scale: u16,
    pub(crate) rules: Option<Box<FloatRules>>,
}

/// A boolean.
#[derive(Clone, Debug)]
pub struct Bool {
    /// Which of the two are allowed.
    pub(crate) allowed: [bool; 2],
}

/// Bytes.
#[derive(Clone, Debug)]
pub struct Bytes {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) rules: Option<Box<BytesRules>>,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Names with their numbers, in the order of the contract.
    pub(crate) names: Vec<(Box<[u8]>, i32)>,
    /// Each as JSON writes it.
    pub(crate) texts: Vec<Box<[u8]>>,
    /// `name"` of each; none where there are too many to try.
    pub(crate) leads: Vec<(Lead, i32)>,
    /// Places in `names`, sorted by name.
    pub(crate) sorted: Vec<u16>,
    pub(crate) open: bool,
    /// JSON reads numbers, too.
    pub(crate) lenient: bool,
    /// Protobuf holds the name.
    pub(crate) text: bool,
    /// JSON shows `null` (`google.protobuf.NullValue`).
    pub(crate) null: bool,
    /// Numbers that rules leave.
    pub(crate) allowed: Option<Vec<i32>>,
    /// Numbers that rules take away.
    pub(crate) excluded: Vec<i32>,
    /// The enum that is written, where it is another.
    pub(crate) into: Option<Box<Translation>>,
    /// Where a side has numbers of its own: that of each value, in the order of the contract.
    pub(crate) codes: Option<Box<[i32]>>,
}

/// Values of one enum as those of another.
#[derive(Clone, Debug)]
pub struct Translation {
    /// Numbers of the one with those of the other.
    pub(crate) numbers: Vec<(i32, i32)>,
    pub(crate) target: Enum,
}

impl Int {
    /// Bounds it by what a place can hold.
    pub(crate) fn within(&mut self, least: i128, most: i128) {
        if least > i128::from(self.min) {
            self.min = i64::try_from(least).unwrap_or(i64::MAX);
            self.min_rule = Stop::Minimum;
        }
        if most < i128::from(self.max) {
            self.max = u64::try_from(most).unwrap_or_default();
            self.max_rule = Stop::Maximum;
        }
    }
}

impl Float {
    /// A number of 64 bits without rules.
    pub(crate) const PLAIN: Float = Float {
        min: f64::MIN,
        max: f64::MAX,
        min_rule: Stop::Minimum,
        max_rule: Stop::Maximum,
        bounded: false,
        rules: None,
        single: false,
        lenient: false,
    };

    /// Bounds it from below.
    pub(crate) fn at_least(&mut self, least: f64, rule: Stop) {
        self.bounded = true;
        if least > self.min {
            (self.min, self.min_rule) = (least, rule);
        }
    }

    /// Bounds it from above.
    pub(crate) fn at_most(&mut self, most: f64, rule: Stop) {
        self.bounded = true;
        if most < self.max {
            (self.max, self.max_rule) = (most, rule);
        }
    }
}

impl Wire {
    pub(crate) fn of(kind: ProtoKind) -> Wire {
        match kind {
            ProtoKind::Sint32 | ProtoKind::Sint64 => Wire::ZigZag,
            ProtoKind::Fixed32 | ProtoKind::Sfixed32 | ProtoKind::Float => Wire::Fixed32,
            ProtoKind::Fixed64 | ProtoKind::Sfixed64 | ProtoKind::Double => Wire::Fixed64,
            _ => Wire::Varint,
        }
    }
}

impl Enum {
    pub(crate) fn new(names: Vec<(Box<[u8]>, i32)>, open: bool) -> Enum {
        let mut sorted: Vec<u16> = (0..names.len() as u16).collect();
        sorted.sort_by(|a, b| names[*a as usize].0.cmp(&names[*b as usize].0));
        let texts = names.iter().map(|(name, _)| {
            let name = String::from_utf8_lossy(name);
            crate::json::quoted(&name).into()
        });
        let texts = texts.collect();
        let few = if names.len() <= LEADS_MAX { &names[..] } else { &[] };
        let lead = |name: &[u8]| Lead::new(&String::from_utf8_lossy(name), "");
        let leads = few.iter().map(|(name, number)| (lead(name), *number)).collect();
        Enum {
            names,
            texts,
            leads,
            sorted,
            open,
            lenient: false,
            text: false,
            null: false,
            allowed: None,
            excluded: Vec::new(),
            into: None,
            codes: None,
        }
    }

    /// JSON writes numbers.
    pub(crate) fn show_numbers(&mut self) {
        self.texts = self.names.iter().map(|(_, number)| number.to_string().into_bytes().into()).collect();
    }

    /// JSON writes `null`, and reads it.
    pub(crate) fn show_null(&mut self) {
        self.null = true;
        self.texts.fill(b"null".as_slice().into());
    }

    /// The number of the name that stands at a place, with its closing quote, and where it ends.
    #[inline(always)]
    pub(crate) fn likely(&self, here: u128, bytes: &[u8], at: usize) -> Option<(i32, usize)> {
        self.leads.iter().find_map(|(lead, number)| Some((*number, lead.end(here, bytes, at)?)))
    }

    /// The number of a name.
    pub(crate) fn by_name(&self, name: &[u8]) -> Option<i32> {
        let found = self.sorted.binary_search_by(|at| (*self.names[*at as usize].0).cmp(name)).ok()?;
        Some(self.names[self.sorted[found] as usize].1)
    }

    /// The first name of a number.
    #[inline(always)]
    pub(crate) fn by_number(&self, number: i32) -> Option<&[u8]> {
        Some(&self.names[self.first_of(number)?].0)
    }

    /// The same as JSON writes it.
    #[inline(always)]
    pub(crate) fn text_of(&self, number: i32) -> Option<&[u8]> {
        Some(&self.texts[self.first_of(number)?])
    }

    #[inline(always)]
    fn first_of(&self, number: i32) -> Option<usize> {
        match self.names.get(number as usize) {
            Some(entry) if entry.1 == number => Some(number as usize),
            _ => self.names.iter().position(|entry| entry.1 == number),
        }
    }

    /// A number's place in the order of the contract.
    pub(crate) fn place_of(&self, number: i32) -> usize {
        self.names.iter().position(|entry| entry.1 == number).unwrap_or_default()
    }

    /// The number of the value that a side's own number means.
    pub(crate) fn by_code(&self, code: i128) -> Option<i32> {
        let at = self.codes.as_deref()?.iter().position(|known| i128::from(*known) == code)?;
        self.names.get(at).map(|name| name.1)
    }

    /// A side's own number of a value.
    pub(crate) fn code(&self, number: i32) -> i32 {
        let code = self.codes.as_deref().and_then(|codes| codes.get(self.place_of(number)));
        code.copied().unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn check(&self, number: i32) -> Result<(), Stop> {
        match &self.allowed {
            Some(allowed) if !allowed.contains(&number) => Err(Stop::Enum),
            _ if !self.excluded.is_empty() && self.excluded.contains(&number) => Err(Stop::Not),
            _ => Ok(()),
        }
    }
}

impl Translation {
    /// The other enum's number.
    pub(crate) fn number(&self, number: i32) -> Result<i32, Stop> {
        self.numbers.iter().find(|pair| pair.0 == number).map(|pair| pair.1).ok_or(Stop::Enum)
    }
}

impl List {
    /// Whether so many items are too few.
    #[inline(always)]
    pub(crate) fn lacks(&self, items: u32) -> bool {
        items < self.min && !(items == 0 && self.or_empty)
    }
}

impl Map {
    /// Whether so many members are too few.
    pub(crate) fn lacks(&self, members: u32) -> bool {
        members < self.min && !(members == 0 && self.or_empty)
    }
}
