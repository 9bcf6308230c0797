//! Puts types of the contract, their C types and the text of their C declarations together, each from the same call.

use std::fmt::Write;

use polywire_contract::{
    Derivation, Derived, Extra, Field, Float, Int, Layout, LayoutId, LayoutMember, LayoutVariant, Literal,
    Record, Shape, Sum, TypeId, Variant,
};
use polywire_syntax::{Node, Number, Value};

use crate::contract::{Hand, SPAN};

/// A type on all sides.
#[derive(Clone)]
pub(super) struct Ty {
    pub(super) ty: TypeId,
    pub(super) layout: LayoutId,
    /// What stands before and behind a name in C.
    pub(super) c: (String, String),
}

/// How a member is used.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Use {
    Plain,
    /// The member at this place counts it.
    CountedBy(u32),
    /// The member at this place names its alternative.
    ChosenBy(u32),
    /// The contract does not know it.
    Hidden,
}

#[derive(Default)]
pub(super) struct Build {
    pub(super) hand: Hand,
    /// Declarations so far.
    pub(super) text: String,
    /// Structs so far: name, type, names of members.
    pub(super) structs: Vec<(String, LayoutId, Vec<String>)>,
}

impl Build {
    fn made(&mut self, shape: Shape, layout: Layout, c: (&str, &str)) -> Ty {
        let ty = self.hand.ty(shape, vec![]);
        self.of(ty, layout, c)
    }

    fn of(&mut self, ty: TypeId, layout: Layout, c: (&str, &str)) -> Ty {
        let layout = self.hand.contract.layouts.add(layout).unwrap();
        Ty { ty, layout, c: (c.0.to_string(), c.1.to_string()) }
    }

    pub(super) fn int(&mut self, int: Int) -> Ty {
        let sign = if int.is_signed() { "" } else { "u" };
        let c = format!("{sign}int{}_t", 8 * int.size());
        self.made(Shape::Int(int), Layout::Int(int), (&c, ""))
    }

    pub(super) fn bool(&mut self) -> Ty {
        self.made(Shape::Bool, Layout::Bool, ("_Bool", ""))
    }

    pub(super) fn float(&mut self, float: Float) -> Ty {
        match float {
            Float::F32 => self.made(Shape::Float(float), Layout::Float, ("float", "")),
            Float::F64 => self.made(Shape::Float(float), Layout::Double, ("double", "")),
        }
    }

    pub(super) fn chars(&mut self, size: u32, terminated: bool) -> Ty {
        self.made(Shape::Text, Layout::Chars { size, terminated }, ("char", &format!("[{size}]")))
    }

    pub(super) fn bytes(&mut self, size: u32) -> Ty {
        self.made(Shape::Bytes, Layout::Bytes(size), ("unsigned char", &format!("[{size}]")))
    }

    pub(super) fn enumeration(&mut self, values: &[(&str, i32)]) -> Ty {
        let name = format!("E{}", self.hand.contract.types.len());
        let list: Vec<String> =
            values.iter().map(|(value, number)| format!("{name}_{value} = {number}")).collect();
        writeln!(self.text, "enum {name} {{ {} }};", list.join(", ")).unwrap();
        let names: Vec<&str> = values.iter().map(|value| value.0).collect();
        let ty = self.hand.enumeration(&names);
        let numbers: Vec<i32> = values.iter().map(|value| value.1).collect();
        // A C compiler takes `unsigned int` where no number is below zero.
        let int = if numbers.iter().any(|number| *number < 0) { Int::I32 } else { Int::U32 };
        self.of(ty, Layout::Enum { int, numbers }, (&format!("enum {name}"), ""))
    }

    pub(super) fn array(&mut self, item: &Ty, count: u32) -> Ty {
        let c = (item.c.0.clone(), format!("[{count}]{}", item.c.1));
        let layout = Layout::Array { item: item.layout, count };
        self.made(Shape::List(item.ty.into()), layout, (&c.0, &c.1))
    }

    pub(super) fn record(&mut self, members: &[(&str, &Ty, Use)], pack: Option<u32>) -> Ty {
        let name = format!("S{}", self.structs.len());
        let mut record = Record { extra: Extra::Closed, ..Record::default() };
        let (mut laid, mut fields) = (Vec::new(), Vec::new());
        for (member, ty, used) in members {
            let field = record.fields.len() as u32;
            fields.push(field);
            laid.push(match used {
                Use::Hidden => LayoutMember::hidden(ty.layout),
                Use::Plain => LayoutMember::new(field, ty.layout),
                Use::CountedBy(by) | Use::ChosenBy(by) => LayoutMember::new(field, ty.layout).by(*by),
            });
            if *used != Use::Hidden {
                let mut made = Field::new(*member, ty.ty.into(), SPAN);
                made.required = true;
                record.fields.push(made);
            }
        }
        for (at, (_, ty, used)) in members.iter().enumerate() {
            let (by, from) = match used {
                Use::CountedBy(by) => (*by, Derivation::Count(fields[at])),
                Use::ChosenBy(by) => {
                    let Layout::Union { variants, .. } = &self.hand.contract.layouts.get(ty.layout).layout
                    else {
                        unreachable!("a union is chosen")
                    };
                    let values = variants.iter().map(|variant| vec![number(variant.tag)]).collect();
                    (*by, Derivation::Alternative { sum: fields[at], values })
                }
                _ => continue,
            };
            if members[by as usize].2 != Use::Hidden {
                record.fields[fields[by as usize] as usize].required = false;
                record.derived.push(Derived { field: fields[by as usize], below: vec![], from });
            }
        }
        let declared: Vec<_> = members.iter().map(|(member, ty, _)| (*member, *ty)).collect();
        self.declare(&format!("struct {name}"), &declared, pack);
        let made = self.made(
            Shape::Record(record),
            Layout::Struct { members: laid, pack },
            (&format!("struct {name}"), ""),
        );
        self.hand.contract.layouts.types.insert(made.ty, made.layout);
        let names = members.iter().map(|member| member.0.to_string()).collect();
        self.structs.push((name, made.layout, names));
        made
    }

    fn declare(&mut self, name: &str, members: &[(&str, &Ty)], pack: Option<u32>) {
        let lines: Vec<String> =
            members.iter().map(|(member, ty)| format!("  {} {member}{};\n", ty.c.0, ty.c.1)).collect();
        let text = format!("{name} {{\n{}}};", lines.concat());
        match pack {
            Some(pack) => {
                writeln!(self.text, "#pragma pack(push, {pack})\n{text}\n#pragma pack(pop)").unwrap()
            }
            None => writeln!(self.text, "{text}").unwrap(),
        }
    }

    /// A union; its alternatives with the numbers that mean them.
    pub(super) fn union(&mut self, variants: &[(&str, &Ty, i32)], pack: Option<u32>) -> Ty {
        let shape = Shape::Sum(Sum {
            variants: variants
                .iter()
                .map(|(name, ty, _)| Variant { name: name.to_string(), ty: ty.ty, tags: vec![], span: SPAN })
                .collect(),
            tag: None,
            exact: true,
        });
        let laid = (0..).zip(variants).map(|(variant, (_, ty, tag))| LayoutVariant {
            variant,
            layout: ty.layout,
            tag: *tag,
        });
        let layout = Layout::Union { variants: laid.collect(), pack };
        let name = format!("union U{}", self.hand.contract.types.len());
        let members: Vec<_> = variants.iter().map(|(name, ty, _)| (*name, *ty)).collect();
        self.declare(&name, &members, pack);
        self.made(shape, layout, (&name, ""))
    }
}

fn number(value: i32) -> Literal {
    Node { span: SPAN, value: Value::Number(Number(value.to_string())) }
}
