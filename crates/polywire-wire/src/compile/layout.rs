//! C types as descriptions.

use polywire_contract::{
    Contract, Derivation, Layout, LayoutId, LayoutMember, LayoutPlace, LayoutVariant, Literal, Record, Shape,
    TypeId,
};
use polywire_syntax::Value;

use super::description::{Description, Spot, Step};
use crate::check::TextRules;
use crate::layout::{LayoutCell, LayoutForm, LayoutNumber};
use crate::plan::{Bytes, Cell, Enum, Node, Text};

/// C types.
pub(super) struct Types;

fn place(contract: &Contract, at: Spot) -> &LayoutPlace {
    contract.layouts.get(LayoutId(at.0))
}

fn members(contract: &Contract, at: Spot) -> &[LayoutMember] {
    match &place(contract, at).layout {
        Layout::Struct { members, .. } => members,
        _ => &[],
    }
}

/// The alternatives of a union of which another member says which one it holds.
fn variants(place: &LayoutPlace) -> &[LayoutVariant] {
    match &place.layout {
        Layout::Union { variants, .. } if place.by.is_some() => variants,
        _ => &[],
    }
}

fn form(contract: &Contract, layout: &Layout) -> LayoutForm {
    match layout {
        Layout::Bool => LayoutForm::Bool,
        Layout::Int(int) | Layout::Enum { int, .. } => LayoutForm::Int(*int),
        Layout::Float => LayoutForm::Float,
        Layout::Double => LayoutForm::Double,
        Layout::Chars { terminated, .. } => LayoutForm::Chars(*terminated),
        Layout::Bytes(_) => LayoutForm::Bytes,
        Layout::Array { item, .. } => LayoutForm::Array(contract.layouts.get(*item).size),
        Layout::Struct { .. } | Layout::Union { .. } => LayoutForm::Struct,
    }
}

impl Description for Types {
    fn of(&self, contract: &Contract, ty: TypeId) -> Option<Spot> {
        contract.layouts.types.get(&ty).map(|id| Spot(id.0))
    }

    fn step(&self, contract: &Contract, at: Spot, step: Step) -> Option<Spot> {
        let place = place(contract, at);
        let found = match (&place.layout, step) {
            (Layout::Struct { members, .. }, Step::Field(at)) => {
                members.iter().find(|member| member.field == Some(at as u32))?.layout
            }
            (Layout::Array { item, .. }, Step::Item) => *item,
            (Layout::Union { .. }, Step::Variant(at)) => {
                variants(place).iter().find(|variant| variant.variant == at as u32)?.layout
            }
            _ => return None,
        };
        Some(Spot(found.0))
    }

    fn cell(&self, contract: &Contract, at: Spot) -> Cell {
        let place = place(contract, at);
        let by = place.by.and_then(|by| {
            let by = contract.layouts.get(by);
            match form(contract, &by.layout) {
                LayoutForm::Int(int) => Some(LayoutNumber { offset: by.offset?, int }),
                _ => None,
            }
        });
        Cell::Layout(LayoutCell {
            form: form(contract, &place.layout),
            offset: place.offset,
            size: place.size,
            by,
            tag: place.tag.map(|tag| (tag, place.size)),
            says: place.says,
        })
    }

    fn branch_cell(&self, contract: &Contract, sum: Spot, _: usize, cell: Cell) -> Cell {
        let size = place(contract, sum).size;
        match cell {
            Cell::Layout(cell) => {
                Cell::Layout(LayoutCell { tag: cell.tag.map(|(tag, _)| (tag, size)), ..cell })
            }
            other => other,
        }
    }

    fn is_text(&self, contract: &Contract, at: Spot) -> bool {
        matches!(place(contract, at).layout, Layout::Chars { .. })
    }

    fn order(&self, contract: &Contract, at: Spot) -> Vec<usize> {
        members(contract, at).iter().filter_map(|member| member.field).map(|field| field as usize).collect()
    }

    fn in_order(&self, _: &Contract, _: Spot) -> bool {
        false
    }

    fn number(&self, contract: &Contract, at: Spot, variant: usize) -> u32 {
        let found = variants(place(contract, at)).iter().find(|one| one.variant == variant as u32);
        found.map_or(0, |found| found.tag as u32)
    }

    fn derives(&self) -> bool {
        true
    }

    /// Counts and tags that the contract knows must follow in it from the same lists and sums.
    fn record_fits(&self, contract: &Contract, at: Spot, record: &Record) -> Result<(), String> {
        let members = members(contract, at);
        let member_of = |field| members.iter().find(|member| member.field == Some(field));
        let name = |field: u32| record.fields.get(field as usize).map_or("", |field| &field.name);
        for derived in &record.derived {
            let of = match &derived.from {
                Derivation::Count(of) | Derivation::Alternative { sum: of, .. }
                    if derived.below.is_empty() =>
                {
                    of
                }
                _ => return Err(format!("`{}` stands in another struct", name(derived.field))),
            };
            let says = member_of(derived.field).map(|member| member.layout);
            let by = member_of(*of).and_then(|member| contract.layouts.get(member.layout).by);
            if by.is_none() || by != says {
                return Err(format!("`{}` does not say it of `{}`", name(derived.field), name(*of)));
            }
        }
        for member in members {
            let (Some(field), Some(by)) = (member.field, member.by) else { continue };
            let Some(says) = members.get(by as usize).and_then(|by| by.field) else { continue };
            let derived = record.derived.iter().find(|derived| derived.field == says);
            let fits = match derived.map(|derived| &derived.from) {
                Some(Derivation::Count(of)) => *of == field,
                Some(Derivation::Alternative { sum, values }) => {
                    let named = record.fields.get(says as usize).map(|field| &contract.ty(field.ty.id).shape);
                    *sum == field && tags_fit(contract, (members[by as usize], named), *member, values)
                }
                Some(Derivation::Around) | None => false,
            };
            if !fits {
                return Err(format!(
                    "`{}` follows from `{}`, which the contract does not say",
                    name(says),
                    name(field)
                ));
            }
        }
        Ok(())
    }

    fn narrow(&self, contract: &Contract, at: Spot, node: &mut Node) -> Result<(), String> {
        let place = place(contract, at);
        let counted = place.by.is_some() && place.tag.is_none();
        match (node, &place.layout) {
            (Node::Bool(_), Layout::Bool) => Ok(()),
            (Node::Float(float), Layout::Float) if float.single => Ok(()),
            (Node::Float(float), Layout::Double) if !float.single => Ok(()),
            (Node::Int(int), Layout::Int(domain)) => {
                let (least, most) = domain.range();
                int.within(least, most);
                Ok(())
            }
            (Node::Enum(choice), Layout::Enum { numbers, .. }) => coded(choice, numbers),
            (Node::Text(text), Layout::Chars { size, terminated }) => {
                let rules = text_rules(text);
                let most = size - u32::from(*terminated && !counted);
                let bytes = rules.bytes.get_or_insert((0, u32::MAX));
                bytes.1 = bytes.1.min(most);
                if !counted {
                    rules.without.push(Box::from(&b"\0"[..]));
                }
                Ok(())
            }
            (Node::Bytes(bytes), Layout::Bytes(size)) => sized(bytes, *size, counted),
            (Node::List(list), Layout::Array { count, .. }) => {
                if !counted {
                    (list.min, list.or_empty) = (list.min.max(*count), false);
                }
                list.max = list.max.min(*count);
                Ok(())
            }
            (_, layout) => Err(format!("its C type is {}", name(layout))),
        }
    }
}

fn name(layout: &Layout) -> String {
    match layout {
        Layout::Bool => "`_Bool`".into(),
        Layout::Int(int) => {
            format!("`{}int{}_t`", if int.is_signed() { "" } else { "u" }, 8 * int.size())
        }
        Layout::Float => "`float`".into(),
        Layout::Double => "`double`".into(),
        Layout::Enum { .. } => "an enum".into(),
        Layout::Chars { size, .. } => format!("`char[{size}]`"),
        Layout::Bytes(size) => format!("`unsigned char[{size}]`"),
        Layout::Array { .. } => "an array".into(),
        Layout::Struct { .. } => "a struct".into(),
        Layout::Union { .. } => "a union".into(),
    }
}

/// Each alternative has one value, which means its tag.
fn tags_fit(
    contract: &Contract,
    (by, shape): (LayoutMember, Option<&Shape>),
    sum: LayoutMember,
    values: &[Vec<Literal>],
) -> bool {
    let by = &contract.layouts.get(by.layout).layout;
    let number = |value: &Literal| match (&value.value, by, shape) {
        (Value::Number(number), Layout::Int(_), _) => number.0.parse().ok(),
        (Value::Text(name), Layout::Enum { numbers, .. }, Some(Shape::Enum(named))) => {
            let at = named.values.iter().position(|value| value.name == *name)?;
            numbers.get(at).copied()
        }
        _ => None,
    };
    let found = variants(contract.layouts.get(sum.layout));
    found.iter().all(|variant| match values.get(variant.variant as usize).map(Vec::as_slice) {
        Some([value]) => number(value) == Some(variant.tag),
        _ => false,
    })
}

/// The numbers that the place knows are all that may come.
fn coded(choice: &mut Enum, numbers: &[i32]) -> Result<(), String> {
    if numbers.len() != choice.names.len() {
        return Err(format!("its {} values have {} numbers", choice.names.len(), numbers.len()));
    }
    if choice.codes.as_deref().is_some_and(|codes| codes != numbers) {
        return Err("both sides number its values, and not alike".to_string());
    }
    choice.codes = Some(numbers.into());
    if choice.open && choice.allowed.is_none() {
        choice.allowed = Some(choice.names.iter().map(|name| name.1).collect());
    }
    Ok(())
}

/// The rules that every text is checked by.
fn text_rules(text: &mut Text) -> &mut TextRules {
    let rules = text.rules.get_or_insert_default();
    if rules.unless_empty.is_none() {
        return rules;
    }
    rules.unless_empty.as_mut().expect("it was looked at").rules.get_or_insert_default()
}

/// All bytes of the place, unless another member counts them.
fn sized(bytes: &mut Bytes, size: u32, counted: bool) -> Result<(), String> {
    if counted {
        bytes.max = bytes.max.min(size);
        return Ok(());
    }
    let unless_empty = bytes.rules.as_deref_mut().and_then(|rules| rules.unless_empty.take());
    if let Some(inner) = unless_empty {
        // Here there is no place for none at all.
        *bytes = *inner;
    }
    let rules = bytes.rules.get_or_insert_default();
    if !rules.sizes.is_empty() && !rules.sizes.contains(&u64::from(size)) {
        return Err(format!("values never have {size} bytes"));
    }
    rules.sizes = vec![u64::from(size)];
    Ok(())
}
