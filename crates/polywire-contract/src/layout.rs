//! The layout side of types: how each lies in the memory of a C program, by the rules of the System V ABI for x86-64 and
//! AArch64 (little-endian, LP64). Offsets are computed as types are added.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Int, TypeId};

/// Largest type.
const SIZE_MAX: u64 = 1 << 30;

/// A place in [`Layouts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayoutId(pub u32);

/// C types, and which types of the contract they are.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    /// Types by themselves, and their copies as members of structs and unions.
    places: Vec<LayoutPlace>,
    /// The C type of each type that has one of its own.
    pub types: BTreeMap<TypeId, LayoutId>,
}

/// A C type where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutPlace {
    /// The type.
    pub layout: Layout,
    /// Of a member: where it begins, from the beginning of the struct around it.
    pub offset: Option<u32>,
    /// How many bytes it takes.
    pub size: u32,
    /// What its address is a multiple of.
    pub align: u32,
    /// The member that says how many items or bytes count, or which alternative is held.
    pub by: Option<LayoutId>,
    /// Of an alternative: the number by which that member means it.
    pub tag: Option<i32>,
    /// It says so of another member.
    pub says: bool,
}

/// A C type.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// `_Bool`
    Bool,
    /// An integer.
    Int(Int),
    /// `float`
    Float,
    /// `double`
    Double,
    /// An `enum`, with the number of each value in the order of the contract.
    Enum {
        /// How a number lies: `int` unless something else is said.
        int: Int,
        /// The numbers.
        numbers: Vec<i32>,
    },
    /// `char[size]` that holds UTF-8 text.
    Chars {
        /// How many bytes there are.
        size: u32,
        /// The text always ends with a NUL; else one that fills its place has none.
        terminated: bool,
    },
    /// `unsigned char[size]` that holds bytes.
    Bytes(u32),
    /// `item[count]`; where another member says how many count, at most so many.
    Array {
        /// What an item is.
        item: LayoutId,
        /// How many there are.
        count: u32,
    },
    /// A `struct`.
    Struct {
        /// In the order in which they lie.
        members: Vec<LayoutMember>,
        /// The largest alignment of a member (`#pragma pack`).
        pack: Option<u32>,
    },
    /// A `union`; the member of a struct beside it says which alternative it holds.
    Union {
        /// The alternatives.
        variants: Vec<LayoutVariant>,
        /// The largest alignment of an alternative (`#pragma pack`).
        pack: Option<u32>,
    },
}

/// A member of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutMember {
    /// Its place in [`crate::Record::fields`]; none where the contract does not know it.
    pub field: Option<u32>,
    /// Its type; once added, the member itself.
    pub layout: LayoutId,
    /// The place among the members of the one that counts it, or names its alternative.
    pub by: Option<u32>,
}

/// An alternative of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutVariant {
    /// Its place in [`crate::Sum::variants`].
    pub variant: u32,
    /// Its type; once added, the alternative itself.
    pub layout: LayoutId,
    /// The number that means it.
    pub tag: i32,
}

/// Why a C type cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// It is made of a type that was not added.
    Missing,
    /// An array of nothing.
    Empty,
    /// It is larger than types may be.
    TooLarge,
    /// An alignment that is no power of two up to 16.
    Pack,
    /// A member that can neither count nor name an alternative of the other.
    By,
    /// A number that does not fit, or that stands for two alternatives.
    Number,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LayoutError::Missing => "it is made of a type that is not there",
            LayoutError::Empty => "an array of nothing",
            LayoutError::TooLarge => "it is too large",
            LayoutError::Pack => "its members cannot be aligned like this",
            LayoutError::By => "a member that can neither count nor name an alternative",
            LayoutError::Number => "a number that does not fit, or stands for two alternatives",
        })
    }
}

impl std::error::Error for LayoutError {}

impl LayoutMember {
    /// A member that holds a field of the record.
    pub fn new(field: u32, layout: LayoutId) -> LayoutMember {
        LayoutMember { field: Some(field), layout, by: None }
    }

    /// A member that the contract does not know: a count, a tag, something reserved.
    pub fn hidden(layout: LayoutId) -> LayoutMember {
        LayoutMember { field: None, layout, by: None }
    }

    /// The member at this place among all counts it, or names its alternative.
    pub fn by(self, member: u32) -> LayoutMember {
        LayoutMember { by: Some(member), ..self }
    }
}

impl Layouts {
    /// Adds a type made of types that were added before, and returns its place.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn add(&mut self, layout: Layout) -> Result<LayoutId, LayoutError> {
        let id = self.places.len();
        let added = match layout {
            Layout::Struct { members, pack } => self.add_struct(members, pack),
            other => {
                self.extent(&other).and_then(|(size, align)| self.push(other, None, size, u64::from(align)))
            }
        };
        if added.is_err() {
            self.places.truncate(id);
        }
        added
    }

    /// The type at a place.
    pub fn get(&self, id: LayoutId) -> &LayoutPlace {
        &self.places[id.0 as usize]
    }

    fn known(&self, id: LayoutId) -> Result<&LayoutPlace, LayoutError> {
        self.places.get(id.0 as usize).ok_or(LayoutError::Missing)
    }

    fn push(
        &mut self,
        layout: Layout,
        offset: Option<u32>,
        size: u64,
        align: u64,
    ) -> Result<LayoutId, LayoutError> {
        if size > SIZE_MAX {
            return Err(LayoutError::TooLarge);
        }
        let (size, align) = (size as u32, align as u32);
        self.places.push(LayoutPlace { layout, offset, size, align, by: None, tag: None, says: false });
        Ok(LayoutId(self.places.len() as u32 - 1))
    }

    /// Size and alignment of all that is no struct.
    fn extent(&self, layout: &Layout) -> Result<(u64, u32), LayoutError> {
        Ok(match layout {
            Layout::Bool => (1, 1),
            Layout::Int(int) => (u64::from(int.size()), int.size()),
            Layout::Float => (4, 4),
            Layout::Double => (8, 8),
            Layout::Enum { int, numbers } => {
                if !numbers.iter().all(|number| int.holds(i128::from(*number))) {
                    return Err(LayoutError::Number);
                }
                (u64::from(int.size()), int.size())
            }
            Layout::Chars { size: 0, .. } | Layout::Bytes(0) | Layout::Array { count: 0, .. } => {
                return Err(LayoutError::Empty);
            }
            Layout::Chars { size, .. } | Layout::Bytes(size) => (u64::from(*size), 1),
            Layout::Array { item, count } => {
                let item = self.known(*item)?;
                if item.size == 0 {
                    return Err(LayoutError::Empty);
                }
                (u64::from(item.size) * u64::from(*count), item.align)
            }
            Layout::Union { variants, pack } => {
                let (mut size, mut align) = (0, 1);
                for (at, variant) in variants.iter().enumerate() {
                    if variants[..at].iter().any(|other| other.tag == variant.tag) {
                        return Err(LayoutError::Number);
                    }
                    let known = self.known(variant.layout)?;
                    if matches!(known.layout, Layout::Union { .. }) {
                        return Err(LayoutError::By);
                    }
                    (size, align) = (known.size.max(size), aligned(known, *pack)?.max(align));
                }
                (u64::from(size).next_multiple_of(u64::from(align)), align)
            }
            Layout::Struct { .. } => return Err(LayoutError::Missing),
        })
    }

    /// Each member becomes a place of its own; so does each alternative of a union among them.
    fn add_struct(
        &mut self,
        mut members: Vec<LayoutMember>,
        pack: Option<u32>,
    ) -> Result<LayoutId, LayoutError> {
        let (mut end, mut align) = (0u64, 1u64);
        for member in &mut members {
            let known = self.known(member.layout)?.clone();
            let aligned = u64::from(aligned(&known, pack)?);
            let offset = end.next_multiple_of(aligned);
            (end, align) = (offset + u64::from(known.size), align.max(aligned));
            if end > SIZE_MAX {
                return Err(LayoutError::TooLarge);
            }
            let offset = Some(offset as u32);
            let mut layout = known.layout;
            if let Layout::Union { variants, .. } = &mut layout {
                for variant in variants {
                    let known = self.known(variant.layout)?.clone();
                    variant.layout =
                        self.push(known.layout, offset, u64::from(known.size), u64::from(known.align))?;
                }
            }
            member.layout = self.push(layout, offset, u64::from(known.size), aligned)?;
        }
        for member in members.iter().filter(|member| member.by.is_some()) {
            self.add_by(&members, *member)?;
        }
        self.push(Layout::Struct { members, pack }, None, end.next_multiple_of(align), align)
    }

    fn add_by(&mut self, members: &[LayoutMember], member: LayoutMember) -> Result<(), LayoutError> {
        let by = member.by.and_then(|at| members.get(at as usize)).ok_or(LayoutError::By)?.layout;
        let most = |count: u32| vec![i128::from(count)];
        let (numbers, variants) = match &self.get(member.layout).layout {
            Layout::Array { count, .. } => (most(*count), Vec::new()),
            Layout::Chars { size, .. } | Layout::Bytes(size) => (most(*size), Vec::new()),
            Layout::Union { variants, .. } => (
                variants.iter().map(|variant| i128::from(variant.tag)).collect(),
                variants.iter().map(|variant| variant.layout).collect(),
            ),
            _ => return Err(LayoutError::By),
        };
        let int = match &self.get(by).layout {
            Layout::Int(int) => *int,
            Layout::Enum { int, .. } if !variants.is_empty() => *int,
            _ => return Err(LayoutError::By),
        };
        // One member cannot count two arrays: nothing would say that both are as long.
        if self.get(by).says {
            return Err(LayoutError::By);
        }
        if !numbers.iter().all(|number| int.holds(*number)) {
            return Err(LayoutError::Number);
        }
        self.places[by.0 as usize].says = true;
        self.places[member.layout.0 as usize].by = Some(by);
        for (place, number) in variants.iter().zip(numbers) {
            let place = &mut self.places[place.0 as usize];
            (place.by, place.tag) = (Some(by), i32::try_from(number).ok());
        }
        Ok(())
    }
}

/// What the address of a member is a multiple of.
fn aligned(member: &LayoutPlace, pack: Option<u32>) -> Result<u32, LayoutError> {
    match pack {
        Some(pack) if !pack.is_power_of_two() || pack > 16 => Err(LayoutError::Pack),
        _ => Ok(pack.map_or(member.align, |pack| pack.min(member.align))),
    }
}

impl Int {
    /// How many bytes a value takes.
    pub fn size(self) -> u32 {
        match self {
            Int::I8 | Int::U8 => 1,
            Int::I16 | Int::U16 => 2,
            Int::I32 | Int::U32 => 4,
            Int::I64 | Int::U64 => 8,
        }
    }

    /// Values can be below zero.
    pub fn is_signed(self) -> bool {
        matches!(self, Int::I8 | Int::I16 | Int::I32 | Int::I64)
    }

    /// The smallest and the largest value.
    pub fn range(self) -> (i128, i128) {
        let values = 1i128 << (8 * self.size());
        if self.is_signed() { (-values / 2, values / 2 - 1) } else { (0, values - 1) }
    }

    /// Whether a value is one of the domain.
    pub fn holds(self, value: i128) -> bool {
        let (least, most) = self.range();
        (least..=most).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_aligned_and_structs_padded() {
        let mut layouts = Layouts::default();
        let byte = layouts.add(Layout::Int(Int::U8)).unwrap();
        let wide = layouts.add(Layout::Int(Int::I64)).unwrap();
        let short = layouts.add(Layout::Int(Int::I16)).unwrap();
        let mut check = |pack, expected: (&[u32], u32, u32)| {
            let members =
                vec![LayoutMember::new(0, byte), LayoutMember::new(1, wide), LayoutMember::new(2, short)];
            let id = layouts.add(Layout::Struct { members, pack }).unwrap();
            let LayoutPlace { layout: Layout::Struct { members, .. }, size, align, .. } = layouts.get(id)
            else {
                unreachable!("a struct was added")
            };
            let offsets: Vec<u32> =
                members.iter().filter_map(|member| layouts.get(member.layout).offset).collect();
            assert_eq!((&offsets[..], *size, *align), expected);
        };
        check(None, (&[0, 8, 16], 24, 8));
        check(Some(4), (&[0, 4, 12], 16, 4));
        check(Some(1), (&[0, 1, 9], 11, 1));
    }

    #[test]
    fn what_cannot_be_is_not_added() {
        let mut layouts = Layouts::default();
        let byte = layouts.add(Layout::Int(Int::I8)).unwrap();
        let many = layouts.add(Layout::Array { item: byte, count: 128 }).unwrap();
        let members = vec![LayoutMember::new(0, byte), LayoutMember::new(1, many).by(0)];
        let counted = layouts.add(Layout::Struct { members, pack: None });
        assert_eq!(counted, Err(LayoutError::Number));
        let variants = |tag| {
            vec![
                LayoutVariant { variant: 0, layout: byte, tag: 1 },
                LayoutVariant { variant: 1, layout: byte, tag },
            ]
        };
        assert_eq!(
            layouts.add(Layout::Union { variants: variants(1), pack: None }),
            Err(LayoutError::Number)
        );
        assert!(layouts.add(Layout::Union { variants: variants(2), pack: None }).is_ok());
        assert_eq!(layouts.add(Layout::Array { item: byte, count: 1 << 31 }), Err(LayoutError::TooLarge));
        assert_eq!(layouts.add(Layout::Array { item: LayoutId(99), count: 1 }), Err(LayoutError::Missing));
        assert_eq!(
            layouts.add(Layout::Struct { members: vec![LayoutMember::new(0, byte)], pack: Some(3) }),
            Err(LayoutError::Pack)
        );
        assert_eq!(layouts.add(Layout::Enum { int: Int::U8, numbers: vec![-1] }), Err(LayoutError::Number));
    }
}
