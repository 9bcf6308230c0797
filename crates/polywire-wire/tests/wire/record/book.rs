//! Copybooks put together in a test: each item together with its type.

use polywire_contract::{
    CobolAlternative, CobolField, CobolId, CobolKind, CobolNumber, CobolPage, CobolSign, CobolUsage, Extra,
    Int, Literal, Shape, Sum, TypeId, Variant,
};
use polywire_syntax::{Node, Number, Value};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch, Validation};

use super::super::contract::{Hand, SPAN};
use super::super::run::told;

/// A type and its item.
pub(crate) type Item = (TypeId, CobolId);

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) hand: Hand,
    groups: Vec<Item>,
}

pub(crate) fn number(usage: CobolUsage, digits: u8, scale: u8, sign: CobolSign) -> CobolNumber {
    CobolNumber { usage, digits, scale, sign }
}

pub(crate) fn comp(bytes: u8) -> CobolUsage {
    CobolUsage::Binary { bytes, little: false, whole: false }
}

pub(crate) fn literal_text(text: &str) -> Literal {
    Node { value: Value::Text(text.into()), span: SPAN }
}

pub(crate) fn literal_number(text: &str) -> Literal {
    Node { value: Value::Number(Number(text.into())), span: SPAN }
}

pub(crate) fn literal_list() -> Literal {
    Node { value: Value::List(Vec::new()), span: SPAN }
}

impl Book {
    pub(crate) fn item(&mut self, shape: Shape, kind: CobolKind) -> Item {
        (self.hand.ty(shape, vec![]), self.hand.contract.cobol.add(kind))
    }

    pub(crate) fn text(&mut self, size: u32) -> Item {
        self.item(Shape::Text, CobolKind::Text { size, right: false })
    }

    pub(crate) fn int(&mut self, domain: Int, number: CobolNumber) -> Item {
        self.item(Shape::Int(domain), CobolKind::Number(number))
    }

    pub(crate) fn decimal(&mut self, number: CobolNumber) -> Item {
        let shape = Shape::Decimal { digits: number.digits.into(), scale: number.scale.into() };
        self.item(shape, CobolKind::Number(number))
    }

    /// A group; `!` after a name is required; what has no name is a `FILLER`.
    pub(crate) fn group(&mut self, parts: &[(&str, Item)], extra: Extra) -> Item {
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        for (name, (ty, item)) in parts {
            let field = (!name.is_empty()).then_some(fields.len() as u32);
            items.push(CobolField { field, item: *item });
            if field.is_some() {
                fields.push((*name, *ty));
            }
        }
        let ty = self.hand.record(&fields, extra);
        let group = self.hand.contract.cobol.add(CobolKind::Group(items));
        self.groups.push((ty, group));
        self.derive();
        (ty, group)
    }

    /// What follows from what, as far as the items are known.
    fn derive(&mut self) {
        for (ty, group) in &self.groups {
            let derived = self.hand.contract.cobol.derived(*group);
            if let Shape::Record(record) = &mut self.hand.contract.types[ty.0 as usize].shape {
                record.derived = derived;
            }
        }
    }

    pub(crate) fn table(&mut self, item: Item, min: u32, max: u32, depending: Option<Item>) -> Item {
        let list = self.hand.list(item.0);
        let depending = depending.map(|count| count.1);
        let kind = CobolKind::Table { item: item.1, min, max, depending, slides: true };
        let table = (list, self.hand.contract.cobol.add(kind));
        self.derive();
        table
    }

    /// Alternatives with the selector's values that mean them.
    pub(crate) fn redefines(&mut self, selector: Item, parts: &[(Item, &[Literal])]) -> Item {
        let variant = |(at, part): (usize, &(Item, &[Literal]))| Variant {
            name: format!("v{at}"),
            ty: part.0.0,
            tags: vec![],
            span: SPAN,
        };
        let variants = parts.iter().enumerate().map(variant).collect();
        let sum = self.hand.ty(Shape::Sum(Sum { variants, tag: None, exact: true }), vec![]);
        let alternative = |(at, part): (usize, &(Item, &[Literal]))| CobolAlternative {
            variant: at as u32,
            item: part.0.1,
            values: part.1.to_vec(),
        };
        let alternatives = parts.iter().enumerate().map(alternative).collect();
        let kind = CobolKind::Redefines { selector: selector.1, alternatives, apart: false };
        let area = (sum, self.hand.contract.cobol.add(kind));
        self.derive();
        area
    }

    /// Alternatives whose first field is the selector and the tag, with its values; all of a table, or apart.
    pub(crate) fn tagged(&mut self, tag: &str, parts: &[(Item, &str)], apart: bool) -> Item {
        let mut selector = None;
        let (mut variants, mut alternatives) = (Vec::new(), Vec::new());
        for (at, (item, value)) in parts.iter().enumerate() {
            if let CobolKind::Group(fields) = &self.hand.contract.cobol.get(item.1).kind {
                selector.get_or_insert(fields[0].item);
            }
            let tags = vec![value.to_string()];
            variants.push(Variant { name: format!("v{at}"), ty: item.0, tags, span: SPAN });
            let values = vec![literal_text(value)];
            alternatives.push(CobolAlternative { variant: at as u32, item: item.1, values });
        }
        let shape = Shape::Sum(Sum { variants, tag: Some(tag.into()), exact: true });
        let kind = CobolKind::Redefines { selector: selector.unwrap(), alternatives, apart };
        self.item(shape, kind)
    }

    /// The whole record, ready to be run.
    pub(crate) fn done(mut self, whole: Item, page: CobolPage) -> Ways {
        assert_eq!(self.hand.contract.cobol.lay(whole.1, page), Ok(()));
        self.hand.contract.cobol.types.insert(whole.0, whole.1);
        self.hand.derive();
        Ways::new(&self.hand, whole.0)
    }

    /// Why there is no plan.
    pub(crate) fn refused(mut self, whole: Item, page: CobolPage) -> String {
        assert_eq!(self.hand.contract.cobol.lay(whole.1, page), Ok(()));
        self.hand.contract.cobol.types.insert(whole.0, whole.1);
        let (mut compiler, mut diags) = (Compiler::new(&self.hand.contract), Vec::new());
        let options = PlanOptions::default();
        let plan = compiler.ty(whole.0.into(), Encoding::Json, Encoding::Record, &options, &mut diags);
        assert!(plan.is_none());
        diags.iter().map(|diag| diag.message.clone()).collect::<Vec<_>>().join(", ")
    }
}

/// The plans of one record.
pub(crate) struct Ways {
    plans: Plans,
    to_record: PlanId,
    to_json: PlanId,
    check: PlanId,
    from_protobuf: Option<PlanId>,
    to_protobuf: Option<PlanId>,
    scratch: Scratch,
}

impl Ways {
    fn new(hand: &Hand, ty: TypeId) -> Ways {
        let mut compiler = Compiler::new(&hand.contract);
        let (options, mut diags) = (PlanOptions::default(), Vec::new());
        let mut plan = |from, to| compiler.ty(ty.into(), from, to, &options, &mut diags);
        let (to_record, to_json) =
            (plan(Encoding::Json, Encoding::Record), plan(Encoding::Record, Encoding::Json));
        let check = plan(Encoding::Record, Encoding::Record);
        let from_protobuf = plan(Encoding::Protobuf, Encoding::Record);
        let to_protobuf = plan(Encoding::Record, Encoding::Protobuf);
        assert!(diags.is_empty(), "{diags:?}");
        Ways {
            plans: compiler.finish(),
            to_record: to_record.unwrap(),
            to_json: to_json.unwrap(),
            check: check.unwrap(),
            from_protobuf,
            to_protobuf,
            scratch: Scratch::new(7),
        }
    }

    fn run(&mut self, plan: PlanId, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        match self.plans.transcode(plan, input, &mut out, &mut self.scratch)? {
            Passed::Written => Ok(out),
            Passed::Same => Ok(input.to_vec()),
        }
    }

    pub(crate) fn record(&mut self, json: &str) -> Result<Vec<u8>, String> {
        self.run(self.to_record, json.as_bytes()).map_err(|refusal| told(Err(refusal)))
    }

    /// JSON, or what is wrong with the record; the plan that only checks says the same.
    pub(crate) fn json(&mut self, record: &[u8]) -> String {
        let checked = told(self.run(self.check, record).map(|_| String::new()));
        let json = self.run(self.to_json, record).map(|json| String::from_utf8(json).unwrap());
        assert_eq!(
            checked,
            json.as_ref().map_or_else(|refusal| told(Err(refusal.clone())), |_| String::new())
        );
        told(json)
    }

    /// What is wrong with a record, and what stands there instead.
    pub(crate) fn found(&mut self, record: &[u8]) -> Vec<&'static str> {
        let refusal = self.run(self.to_json, record).unwrap_err();
        refusal.violations.iter().map(|violation| violation.found).collect()
    }

    /// Both ways; the bytes are what was expected, the JSON is the same.
    #[track_caller]
    pub(crate) fn same(&mut self, json: &str, bytes: &[u8]) {
        let record = self.record(json).unwrap_or_else(|told| panic!("{told}: {json}"));
        assert_eq!(hex(&record), hex(bytes), "{json}");
        assert_eq!(self.json(bytes), json);
    }

    /// To Protobuf and back.
    #[track_caller]
    pub(crate) fn through_protobuf(&mut self, record: &[u8]) {
        let message = self.run(self.to_protobuf.unwrap(), record).unwrap();
        let back = self.run(self.from_protobuf.unwrap(), &message).unwrap();
        assert_eq!(hex(&back), hex(record));
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// From one encoding to another and back.
pub(crate) fn through(
    book: &mut Book,
    whole: Item,
    by: Encoding,
    record: &[u8],
) -> (Vec<u8>, Result<Vec<u8>, Refusal>) {
    assert_eq!(book.hand.contract.cobol.lay(whole.1, CobolPage::Ascii), Ok(()));
    book.hand.contract.cobol.types.insert(whole.0, whole.1);
    let (mut compiler, mut diags) = (Compiler::new(&book.hand.contract), Vec::new());
    let options = PlanOptions::default();
    let mut plan = |from, to| compiler.ty(whole.0.into(), from, to, &options, &mut diags);
    let (there, back) = (plan(Encoding::Record, by), plan(by, Encoding::Record));
    assert!(diags.is_empty(), "{diags:?}");
    let (plans, mut scratch) = (compiler.finish(), Scratch::new(1));
    let (mut between, mut out) = (Vec::new(), Vec::new());
    assert_eq!(plans.transcode(there.unwrap(), record, &mut between, &mut scratch), Ok(Passed::Written));
    let back = plans.transcode(back.unwrap(), &between, &mut out, &mut scratch).map(|_| out);
    (between, back)
}

/// To a record, with rules that are only observed.
pub(crate) fn observed(book: &mut Book, whole: Item, json: &str) -> Result<Vec<u8>, String> {
    book.hand.contract.cobol.types.insert(whole.0, whole.1);
    let (mut compiler, mut diags) = (Compiler::new(&book.hand.contract), Vec::new());
    let options = PlanOptions { validation: Validation::Observe, ..PlanOptions::default() };
    let plan = compiler.ty(whole.0.into(), Encoding::Json, Encoding::Record, &options, &mut diags).unwrap();
    let (plans, mut out) = (compiler.finish(), Vec::new());
    let passed = plans.transcode(plan, json.as_bytes(), &mut out, &mut Scratch::new(1));
    passed.map(|_| out).map_err(|refusal| told(Err(refusal)))
}
