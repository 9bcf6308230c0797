//! Avro's schemas as descriptions.

use polywire_contract::{AvroId, AvroSchema, Contract, TypeId};

use super::description::{Description, Spot, Step};
use crate::Stop;
use crate::avro::{AvroCell, AvroForm};
use crate::check::BytesRules;
use crate::check::moment::{Moment, MomentRule};
use crate::plan::{Cell, Node};

/// Digits that fit into the 16 bytes of the largest decimal.
const DECIMAL_DIGITS_MAX: u16 = 38;
const NANOS: i128 = 1_000_000_000;

/// Avro's schemas.
pub(super) struct Schemas;

/// What a union is to its value.
enum Around {
    /// No union.
    Nothing,
    /// A union of null, at this place, and one other; null may be missing.
    One { null: Option<u16>, place: u16, schema: AvroId },
    /// A union of several besides null.
    Several { null: Option<u16> },
}

fn schema(contract: &Contract, at: Spot) -> &AvroSchema {
    contract.avro.get(AvroId(at.0))
}

fn around(contract: &Contract, at: Spot) -> Around {
    let AvroSchema::Union(branches) = schema(contract, at) else { return Around::Nothing };
    let is_null = |schema: AvroId| *contract.avro.get(schema) == AvroSchema::Null;
    let null = branches.iter().position(|branch| is_null(branch.schema)).map(|place| place as u16);
    let mut others = branches.iter().enumerate().filter(|(_, branch)| !is_null(branch.schema));
    match (others.next(), others.next()) {
        (Some((place, branch)), None) if branch.variant.is_none() => {
            Around::One { null, place: place as u16, schema: branch.schema }
        }
        _ => Around::Several { null },
    }
}

/// The schema of the value itself, without a union of null and it.
fn inner(contract: &Contract, at: Spot) -> Spot {
    match around(contract, at) {
        Around::One { schema, .. } => Spot(schema.0),
        _ => at,
    }
}

fn form(schema: &AvroSchema) -> AvroForm {
    match schema {
        AvroSchema::Float => AvroForm::Float,
        AvroSchema::Double => AvroForm::Double,
        AvroSchema::Bytes | AvroSchema::String => AvroForm::Counted,
        AvroSchema::Fixed(size) => AvroForm::Fixed(*size),
        AvroSchema::Date => AvroForm::Date,
        AvroSchema::TimestampMillis => AvroForm::Timestamp(1_000_000),
        AvroSchema::TimestampMicros => AvroForm::Timestamp(1000),
        AvroSchema::TimestampNanos => AvroForm::Timestamp(1),
        AvroSchema::Decimal { scale, size } => AvroForm::Decimal(*scale, *size),
        AvroSchema::Union(_) => AvroForm::Union,
        _ => AvroForm::Plain,
    }
}

impl Description for Schemas {
    fn of(&self, contract: &Contract, ty: TypeId) -> Option<Spot> {
        contract.avro.types.get(&ty).map(|id| Spot(id.0))
    }

    fn step(&self, contract: &Contract, at: Spot, step: Step) -> Option<Spot> {
        let found = match (schema(contract, inner(contract, at)), step) {
            (AvroSchema::Record(fields), Step::Field(at)) => {
                fields.iter().find(|field| field.field as usize == at)?.schema
            }
            (AvroSchema::Array(item), Step::Item) => *item,
            (AvroSchema::Map(value), Step::Member) => *value,
            (AvroSchema::Union(branches), Step::Variant(at)) => {
                branches.iter().find(|branch| branch.variant == Some(at as u32))?.schema
            }
            _ => return None,
        };
        Some(Spot(found.0))
    }

    fn cell(&self, contract: &Contract, at: Spot) -> Cell {
        let form = form(schema(contract, inner(contract, at)));
        let (lead, null) = match around(contract, at) {
            Around::Nothing => (None, None),
            Around::One { null, place, .. } => (Some(place), null),
            Around::Several { null } => (None, null),
        };
        Cell::Avro(AvroCell { form, lead, null })
    }

    fn branch_cell(&self, contract: &Contract, sum: Spot, variant: usize, cell: Cell) -> Cell {
        let lead = Some(self.number(contract, sum, variant) as u16);
        match cell {
            Cell::Avro(cell) => Cell::Avro(AvroCell { lead, ..cell }),
            other => other,
        }
    }

    fn takes_null(&self, contract: &Contract, at: Spot) -> bool {
        match around(contract, at) {
            Around::Nothing => *schema(contract, at) == AvroSchema::Null,
            Around::One { null, .. } | Around::Several { null } => null.is_some(),
        }
    }

    fn is_text(&self, contract: &Contract, at: Spot) -> bool {
        *schema(contract, inner(contract, at)) == AvroSchema::String
    }

    fn order(&self, contract: &Contract, at: Spot) -> Vec<usize> {
        match schema(contract, inner(contract, at)) {
            AvroSchema::Record(fields) => fields.iter().map(|field| field.field as usize).collect(),
            _ => Vec::new(),
        }
    }

    fn in_order(&self, _: &Contract, _: Spot) -> bool {
        true
    }

    fn number(&self, contract: &Contract, at: Spot, variant: usize) -> u32 {
        let AvroSchema::Union(branches) = schema(contract, at) else { return 0 };
        let found = branches.iter().position(|branch| branch.variant == Some(variant as u32));
        found.unwrap_or_default() as u32
    }

    fn narrow(&self, contract: &Contract, at: Spot, node: &mut Node) -> Result<(), String> {
        let schema = schema(contract, inner(contract, at));
        match (node, schema) {
            (Node::Bool(_), AvroSchema::Boolean)
            | (Node::Float(_), AvroSchema::Double)
            | (Node::Enum(_), AvroSchema::Enum)
            | (Node::Text(_), AvroSchema::String | AvroSchema::Date)
            | (Node::Bytes(_), AvroSchema::Bytes)
            | (Node::Duration | Node::Instant | Node::Moment(_), AvroSchema::String)
            | (Node::List(_), AvroSchema::Array(_))
            | (Node::Map(_), AvroSchema::Map(_))
            | (Node::Decimal(_), AvroSchema::String) => Ok(()),
            (Node::Float(float), AvroSchema::Float) if float.single => Ok(()),
            (Node::Int(int), AvroSchema::Int) => {
                int.within(i128::from(i32::MIN), i128::from(i32::MAX));
                Ok(())
            }
            (Node::Int(int), AvroSchema::Long) => {
                int.within(i128::from(i64::MIN), i128::from(i64::MAX));
                Ok(())
            }
            (Node::Bytes(bytes), AvroSchema::Fixed(size)) => {
                let rules = bytes.rules.get_or_insert_with(|| Box::new(BytesRules::default()));
                rules.sizes = vec![u64::from(*size)];
                Ok(())
            }
            (Node::Decimal(decimal), AvroSchema::Decimal { scale, .. }) => {
                let digits = decimal.digits;
                if digits == 0 || digits > DECIMAL_DIGITS_MAX || decimal.scale > *scale {
                    return Err(format!("{digits} digits, {} after the point, do not fit", decimal.scale));
                }
                Ok(())
            }
            (node @ (Node::Instant | Node::Moment(_)), schema) => {
                let AvroForm::Timestamp(unit) = form(schema) else {
                    return Err("a moment lies as a timestamp or as text".to_string());
                };
                let mut rules = match node {
                    Node::Moment(moment) => std::mem::take(&mut moment.rules),
                    _ => Vec::new(),
                };
                rules.push((MomentRule::Whole(i128::from(unit)), Stop::MultipleOf));
                let far = i128::from(i64::MAX) * i128::from(unit);
                if far < 253_402_300_800 * NANOS {
                    rules.push((MomentRule::In(-far..=far), Stop::Maximum));
                }
                *node = Node::Moment(Box::new(Moment { span: false, rules }));
                Ok(())
            }
            (_, schema) => Err(format!("its schema there is {schema:?}")),
        }
    }
}
