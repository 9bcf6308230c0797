//! Copybooks as descriptions.

use polywire_contract::{
    Cobol, CobolAlternative, CobolId, CobolKind, CobolNumber, CobolPlace, CobolSign, CobolUsage, Contract,
    Literal, Record, Sum, TypeId,
};
use polywire_syntax::Value;

use super::description::{Description, Selector, Spot, Step};
use crate::Stop;
use crate::check::moment::{Moment, MomentRule};
use crate::check::number::Bound;
use crate::check::{BytesRules, Exact};
use crate::plan::{Cell, Decimal, Float, Node};
use crate::record::{Area, Leaf, PageRule, RecordCell, RecordForm, Table};
use crate::text::decimal;

/// Digits that a floating-point number always holds.
const FLOAT_DIGITS_MAX: u8 = 15;
/// Bytes of the longest span of time as text.
const SPAN_BYTES: u32 = 26;
/// Bytes of a moment as text, with so many nanoseconds as its least part.
const MOMENT_BYTES: [(u32, i128); 4] = [(30, 1), (27, 1000), (24, 1_000_000), (20, 1_000_000_000)];

/// Copybooks.
pub(super) struct Copybooks;

fn kind(contract: &Contract, at: Spot) -> &CobolKind {
    &contract.cobol.get(CobolId(at.0)).kind
}

fn place(cobol: &Cobol, id: CobolId) -> Option<CobolPlace> {
    cobol.items.get(id.0 as usize)?.place
}

fn leaf(kind: &CobolKind) -> Option<Leaf> {
    match kind {
        CobolKind::Text { right, .. } => Some(Leaf::Text { right: *right }),
        CobolKind::Bytes(_) => Some(Leaf::Bytes),
        CobolKind::Number(number) => Some(Leaf::Number(*number)),
        CobolKind::Group(_) | CobolKind::Table { .. } | CobolKind::Redefines { .. } => None,
    }
}

fn form(cobol: &Cobol, kind: &CobolKind, at: CobolPlace) -> Option<RecordForm> {
    Some(match kind {
        CobolKind::Group(_) => RecordForm::Group,
        CobolKind::Table { item, min, max, depending, .. } => {
            let inside = place(cobol, *item)?;
            let count = match depending {
                Some(id) => match cobol.get(*id).kind {
                    CobolKind::Number(number) => Some((place(cobol, *id)?.start, number)),
                    _ => return None,
                },
                None => None,
            };
            let (item, item_end) = (inside.start.anchor, inside.end);
            RecordForm::Table(Table { count, min: *min, max: *max, item, item_end, after: at.after })
        }
        CobolKind::Redefines { selector, apart, .. } => {
            let at = place(cobol, *selector)?;
            let size = at.end.offset - at.start.offset;
            let leaf = leaf(&cobol.get(*selector).kind)?;
            RecordForm::Area(Area { selector: at.start, size, leaf, apart: *apart })
        }
        elementary => RecordForm::Leaf(leaf(elementary)?),
    })
}

/// Occurrences alone count from an anchor of their own.
fn occurs(cobol: &Cobol, id: CobolId) -> bool {
    let of = |kind: &CobolKind| matches!(kind, CobolKind::Table { item, .. } if *item == id);
    cobol.items.iter().any(|item| of(&item.kind))
}

fn shown(literal: &Literal) -> Option<Box<[u8]>> {
    match &literal.value {
        Value::Text(text) => Some(text.as_bytes().into()),
        Value::Number(number) => Some(number.0.as_bytes().into()),
        _ => None,
    }
}

/// Whether a selector's item can say a value.
fn says(selector: &CobolKind, value: &[u8], rule: PageRule) -> bool {
    match selector {
        CobolKind::Text { size, .. } => rule.holds(value) && characters(value) <= *size,
        CobolKind::Number(number) => {
            let (least, most) = number.range();
            let shown = decimal::unscaled(value, 0);
            // It is read back as such digits.
            let same = shown.is_some_and(|shown| shown.to_string().as_bytes() == value);
            same && shown.is_some_and(|shown| shown >= least && shown <= most)
        }
        _ => false,
    }
}

/// A selector inside of the alternatives must be the tag that tells them apart everywhere, or they could disagree.
fn check_tag(
    contract: &Contract,
    selector: CobolId,
    alternatives: &[CobolAlternative],
    shape: &Sum,
) -> Result<(), String> {
    let cobol = &contract.cobol;
    let there = place(cobol, selector);
    let mut inside = false;
    for alternative in alternatives {
        let (variant, kind) =
            (shape.variants.get(alternative.variant as usize), &cobol.get(alternative.item).kind);
        let (Some(variant), CobolKind::Group(parts)) = (variant, kind) else { continue };
        let Some(part) = parts.iter().find(|part| place(cobol, part.item) == there) else { continue };
        inside = true;
        let field = part.field.and_then(|field| contract.record(variant.ty)?.fields.get(field as usize));
        let is_tag = field.is_some_and(|field| shape.tag.as_deref() == Some(&*field.name));
        let mut values: Vec<_> = alternative.values.iter().filter_map(Literal::as_text).collect();
        let mut tags: Vec<_> = variant.tags.iter().map(String::as_str).collect();
        values.sort_unstable();
        tags.sort_unstable();
        if !is_tag || values != tags {
            return Err("its selector is not the tag that tells the alternatives apart".to_string());
        }
    }
    match shape.tag {
        Some(_) if inside && alternatives.len() != shape.variants.len() => {
            Err("an alternative lies nowhere".to_string())
        }
        _ => Ok(()),
    }
}

fn characters(text: &[u8]) -> u32 {
    String::from_utf8_lossy(text).chars().count() as u32
}

impl Description for Copybooks {
    fn of(&self, contract: &Contract, ty: TypeId) -> Option<Spot> {
        let id = contract.cobol.types.get(&ty)?;
        place(&contract.cobol, *id).map(|_| Spot(id.0))
    }

    fn step(&self, contract: &Contract, at: Spot, step: Step) -> Option<Spot> {
        let found = match (kind(contract, at), step) {
            (CobolKind::Group(parts), Step::Field(at)) => {
                parts.iter().find(|part| part.field == Some(at as u32))?.item
            }
            (CobolKind::Table { item, .. }, Step::Item) => *item,
            (CobolKind::Redefines { alternatives, .. }, Step::Variant(at)) => {
                alternatives.iter().find(|alternative| alternative.variant as usize == at)?.item
            }
            _ => return None,
        };
        place(&contract.cobol, found).map(|_| Spot(found.0))
    }

    fn cell(&self, contract: &Contract, at: Spot) -> Cell {
        let (cobol, id) = (&contract.cobol, CobolId(at.0));
        let laid = place(cobol, id).and_then(|place| Some((place, form(cobol, &cobol.get(id).kind, place)?)));
        let Some((place, form)) = laid else { return Cell::Record(RecordCell::NOWHERE) };
        let occurs = place.start.anchor > 0 && place.start.offset == 0 && occurs(cobol, id);
        Cell::Record(RecordCell {
            start: place.start,
            end: place.end,
            form,
            occurs,
            area: 0,
            page: place.page,
        })
    }

    fn branch_cell(&self, contract: &Contract, sum: Spot, _: usize, cell: Cell) -> Cell {
        match (cell, self.cell(contract, sum)) {
            (
                Cell::Record(cell),
                Cell::Record(RecordCell { form: RecordForm::Area(area), occurs, start, end, .. }),
            ) => {
                let area = if area.apart { 0 } else { end.offset - start.offset };
                Cell::Record(RecordCell { area, occurs, ..cell })
            }
            (other, _) => other,
        }
    }

    fn is_text(&self, contract: &Contract, at: Spot) -> bool {
        matches!(kind(contract, at), CobolKind::Text { .. })
    }

    fn order(&self, contract: &Contract, at: Spot) -> Vec<usize> {
        match kind(contract, at) {
            CobolKind::Group(parts) => {
                parts.iter().filter_map(|part| part.field.map(|field| field as usize)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Something begins behind a table whose length varies.
    fn in_order(&self, contract: &Contract, at: Spot) -> bool {
        let start = |id: CobolId| place(&contract.cobol, id).map(|place| place.start.anchor);
        match kind(contract, at) {
            CobolKind::Group(parts) => parts.iter().any(|part| start(part.item) != start(CobolId(at.0))),
            _ => false,
        }
    }

    fn selector(&self, contract: &Contract, sum: Spot, shape: &Sum) -> Result<Option<Selector>, String> {
        let CobolKind::Redefines { selector, alternatives, .. } = kind(contract, sum) else {
            return Ok(None);
        };
        let item = contract.cobol.get(*selector);
        let Some(at) = item.place else { return Ok(None) };
        let rule =
            PageRule { page: at.page, right: matches!(item.kind, CobolKind::Text { right: true, .. }) };
        let mut values: Vec<(Box<[u8]>, u32)> = Vec::new();
        for alternative in alternatives {
            if alternative.values.is_empty() {
                return Err("an alternative that no value of the selector means".to_string());
            }
            for literal in &alternative.values {
                let value = shown(literal).filter(|value| says(&item.kind, value, rule));
                let Some(value) = value else {
                    return Err("a selector's value does not fit its item".to_string());
                };
                if values.iter().any(|known| known.0 == value) {
                    return Err("a selector's value means two alternatives".to_string());
                }
                values.push((value, alternative.variant));
            }
        }
        check_tag(contract, *selector, alternatives, shape)?;
        Ok(Some(Selector { at: Spot(selector.0), values }))
    }

    fn derives(&self) -> bool {
        true
    }

    fn record_fits(&self, contract: &Contract, at: Spot, record: &Record) -> Result<(), String> {
        let derived = contract.cobol.derived(CobolId(at.0));
        let same =
            derived.len() == record.derived.len() && derived.iter().all(|one| record.derived.contains(one));
        if same { Ok(()) } else { Err("its counts and selectors are others there".to_string()) }
    }

    fn narrow(&self, contract: &Contract, at: Spot, node: &mut Node) -> Result<(), String> {
        let Some(place) = place(&contract.cobol, CobolId(at.0)) else {
            return Err("it was not laid out".to_string());
        };
        match (node, kind(contract, at)) {
            (node, CobolKind::Text { size, right }) => {
                narrow_text(node, *size, PageRule { page: place.page, right: *right })
            }
            (node, CobolKind::Number(number)) => narrow_number(node, *number),
            (Node::Bytes(bytes), CobolKind::Bytes(size)) => {
                let rules = bytes.rules.get_or_insert_with(|| Box::new(BytesRules::default()));
                rules.sizes = vec![u64::from(*size)];
                Ok(())
            }
            (Node::List(list), CobolKind::Table { min, max, .. }) => {
                list.min = list.min.max(*min);
                list.max = list.max.min(*max);
                list.or_empty &= *min == 0;
                Ok(())
            }
            (_, kind) => Err(format!("what lies there is {}", word(kind))),
        }
    }
}

fn word(kind: &CobolKind) -> &'static str {
    match kind {
        CobolKind::Group(_) => "a group",
        CobolKind::Text { .. } => "text",
        CobolKind::Bytes(_) => "bytes",
        CobolKind::Number(_) => "a number",
        CobolKind::Table { .. } => "a table",
        CobolKind::Redefines { .. } => "a redefined area",
    }
}

fn narrow_text(node: &mut Node, size: u32, rule: PageRule) -> Result<(), String> {
    match node {
        Node::Text(text) => {
            text.max = text.max.min(size);
            text.rules.get_or_insert_default().page = Some(rule);
            Ok(())
        }
        Node::Enum(choice) => {
            choice.open = false;
            let fits = |name: &[u8]| characters(name) <= size && rule.holds(name);
            match choice.names.iter().find(|entry| !fits(&entry.0)) {
                Some(entry) => Err(format!("`{}` does not fit", String::from_utf8_lossy(&entry.0))),
                None => Ok(()),
            }
        }
        Node::Instant | Node::Moment(_) => {
            let span = matches!(node, Node::Moment(moment) if moment.span);
            if span {
                return if size >= SPAN_BYTES {
                    Ok(())
                } else {
                    Err("a span of time does not fit".to_string())
                };
            }
            let unit = MOMENT_BYTES.iter().find(|entry| size >= entry.0).map(|entry| entry.1);
            let Some(unit) = unit else { return Err("a moment does not fit".to_string()) };
            let mut rules = match node {
                Node::Moment(moment) => std::mem::take(&mut moment.rules),
                _ => Vec::new(),
            };
            rules.push((MomentRule::Whole(unit), Stop::MultipleOf));
            *node = Node::Moment(Box::new(Moment { span: false, rules }));
            Ok(())
        }
        Node::Duration if size >= SPAN_BYTES => Ok(()),
        _ => Err("what lies there is text".to_string()),
    }
}

fn narrow_number(node: &mut Node, number: CobolNumber) -> Result<(), String> {
    let (least, most) = number.range();
    match node {
        Node::Int(int) if number.scale == 0 => {
            int.within(least, most);
            Ok(())
        }
        Node::Decimal(decimal) => {
            narrow_decimal(decimal, number);
            Ok(())
        }
        Node::Float(float) if number.digits <= FLOAT_DIGITS_MAX => narrow_float(float, number, least, most),
        Node::Float(_) => Err(format!("{} digits are more than a float holds", number.digits)),
        Node::Int(_) => Err("it has digits after the point".to_string()),
        _ => Err("what lies there is a number".to_string()),
    }
}

fn exact(value: i128, scale: u8) -> Exact {
    Exact { negative: value < 0, digits: value.unsigned_abs(), exponent: -i32::from(scale) }
}

fn narrow_decimal(decimal: &mut Decimal, number: CobolNumber) {
    if decimal.digits == 0 {
        (decimal.digits, decimal.scale) = (u16::MAX, number.scale.into());
    }
    decimal.scale = decimal.scale.min(number.scale.into());
    let rules = decimal.rules.get_or_insert_default();
    if !matches!(number.usage, CobolUsage::Binary { whole: true, .. }) {
        let whole = u32::from(number.digits - number.scale);
        rules.whole = Some((whole, number.sign != CobolSign::None));
        return;
    }
    let (least, most) = number.range();
    rules.bounds.push((Bound::Minimum, exact(least, number.scale)));
    rules.bounds.push((Bound::Maximum, exact(most, number.scale)));
}

fn narrow_float(float: &mut Float, number: CobolNumber, least: i128, most: i128) -> Result<(), String> {
    float.min = float.min.max(exact(least, number.scale).float());
    float.max = float.max.min(exact(most, number.scale).float());
    float.lenient = false;
    let step = Exact { negative: false, digits: 1, exponent: -i32::from(number.scale) };
    let rules = float.rules.get_or_insert_default();
    match rules.multiple {
        Some(multiple) if multiple.is_multiple_of(step) => {}
        Some(_) => return Err("its multiples have more digits after the point".to_string()),
        None => rules.multiple = Some(step),
    }
    Ok(())
}
