//! What an encoding must do to be read: a cursor that the walk drives.

use crate::Stop;
use crate::plan::{Enum, Float, Int, Record, Slot, Sum};

/// Where a source stands: enough to come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The next byte.
    pub position: u32,
    /// Where the innermost message ends.
    pub end: u32,
    /// What was read ahead of the value: a Protobuf field's number.
    pub number: u32,
    /// How it lies on the wire.
    pub wire: u8,
    /// How deep the value may still nest.
    pub depth: u16,
    /// What the careful reading points at.
    pub span: (u32, u32),
    /// How much of the index is in use.
    pub index: u32,
}

/// What a source keeps of an object, list or entry in progress; it lives on the walk's stack.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame {
    /// Which object or list this is.
    pub origin: u32,
    /// Where its reading has got to.
    pub cursor: u32,
    /// Where it ends.
    pub limit: u32,
    /// Anything else.
    pub flag: u32,
}

/// The next thing in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A value of this row follows; as wide as the other payload, so that the step stays in a register.
    Field(u32),
    /// A value without a row follows; its name is found again with [`Source::unknown_name`].
    Unknown(u32),
    /// The object is complete.
    End,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list.
    List,
    /// An object.
    Record,
}

/// A reader of one encoding. It trusts no length, offset or count; what it returns was checked.
pub trait Source {
    /// Where it stands.
    fn mark(&self) -> Mark;
    /// Goes back, or on, to a mark of this message. Fuel is charged for the way back.
    fn seek(&mut self, mark: Mark) -> Result<(), Stop>;
    /// The same where each value of an object is gone to once: how deep it nests bounds that work.
    fn jump(&mut self, mark: Mark) -> Result<(), Stop> {
        self.seek(mark)
    }
    /// Keeps what was noted of an object when it ends: its values are gone back to.
    fn keep(&self, _: &mut Frame) {}
    /// Says at which place the next value lies: encodings without names and tags learn from it what stands there.
    fn place(&mut self, _: &Slot) {}
    /// Passes over one value, with the whole grammar.
    fn skip(&mut self) -> Result<(), Stop>;
    /// Where the value lies that was read last, for violations.
    fn at(&self) -> u32;
    /// What stands there, in the words of violations.
    fn found(&self) -> &'static str;
    /// What a field that comes a second time means: [`Stop::Duplicate`], or [`Stop::Careful`].
    fn again(&self) -> Stop {
        Stop::Duplicate
    }
    /// Absent fields hold their zero value where they have no presence of their own.
    #[inline(always)]
    fn zeroes(&self) -> bool {
        false
    }
    /// Values lie in messages of their own where the plan says so.
    #[inline(always)]
    fn wraps(&self) -> bool {
        false
    }
    /// Values say what they are: they can be read without a type.
    fn describes_itself(&self) -> bool {
        true
    }
    /// Values say of what kind they are, or a plan can find out by trying; bare text cannot.
    fn typed(&self) -> bool {
        true
    }
    /// Reads `null`, if it stands here.
    fn null(&mut self) -> Result<bool, Stop> {
        Ok(false)
    }
    /// Reads `null` as a value of its own.
    fn null_value(&mut self) -> Result<(), Stop> {
        Err(Stop::Type)
    }
    /// What stands here.
    fn kind(&mut self) -> Result<Kind, Stop> {
        Err(Stop::Type)
    }
    /// Enters an object.
    fn enter(&mut self, record: &Record) -> Result<Frame, Stop>;
    /// The next member of it.
    fn next(&mut self, record: &Record, frame: &mut Frame) -> Result<Step, Stop>;
    /// The name of an unknown member.
    fn unknown_name(&mut self, _: u32) -> String {
        String::new()
    }
    /// Enters a list.
    fn list(&mut self) -> Result<Frame, Stop>;
    /// Goes to the next item; false at the end. `scalar` items may be packed.
    fn more(&mut self, frame: &mut Frame, scalar: bool) -> Result<bool, Stop>;
    /// Enters a map.
    fn map(&mut self) -> Result<Frame, Stop> {
        Err(Stop::Type)
    }
    /// Goes to the next entry, and there to the value; `Some(false)` where the entry has none.
    fn entry(&mut self, _map: &mut Frame, _entry: &mut Frame) -> Result<Option<bool>, Stop> {
        Ok(None)
    }
    /// Leaves an entry.
    fn leave_entry(&mut self, _: &Frame) -> Result<(), Stop> {
        Ok(())
    }
    /// The entry's key as text.
    fn key_text(&mut self, _: &Frame) -> Result<&[u8], Stop> {
        Err(Stop::Type)
    }
    /// The entry's key as an integer; an unsigned one as the bits of its value.
    fn key_int(&mut self, entry: &Frame, int: &Int) -> Result<i64, Stop> {
        let text = std::str::from_utf8(self.key_text(entry)?).map_err(|_| Stop::Type)?;
        if int.signed {
            return text.parse().map_err(|_| Stop::Type);
        }
        text.parse::<u64>().map(|value| value as i64).map_err(|_| Stop::Type)
    }
    /// The entry's key as a boolean.
    fn key_bool(&mut self, entry: &Frame) -> Result<bool, Stop> {
        match self.key_text(entry)? {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(Stop::Type),
        }
    }
    /// Notes the entry's key; a second time it is [`Source::again`].
    fn key_once(&mut self, _map: &Frame, _entry: &Frame) -> Result<(), Stop> {
        Ok(())
    }
    /// The alternative, where the encoding itself says it; none where it has to be found.
    fn branch(&mut self, _: &Sum) -> Result<Option<usize>, Stop> {
        Ok(None)
    }
    /// Text; valid UTF-8.
    fn text(&mut self) -> Result<&[u8], Stop>;
    /// A signed integer.
    fn int(&mut self, int: &Int) -> Result<i64, Stop>;
    /// An unsigned integer.
    fn uint(&mut self, int: &Int) -> Result<u64, Stop>;
    /// A floating-point number.
    fn float(&mut self, float: &Float) -> Result<f64, Stop>;
    /// A boolean.
    fn bool(&mut self) -> Result<bool, Stop>;
    /// Bytes.
    fn bytes(&mut self) -> Result<&[u8], Stop>;
    /// Seconds and nanoseconds since 1970.
    fn instant(&mut self) -> Result<(i64, u32), Stop>;
    /// Seconds and nanoseconds of one sign.
    fn duration(&mut self) -> Result<(i64, i32), Stop>;
    /// The number of an enum's value.
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop>;
    /// The text of a decimal.
    fn decimal(&mut self) -> Result<&[u8], Stop>;
    /// The paths of a field mask, `lowerCamel`, joined by commas.
    fn mask(&mut self) -> Result<&[u8], Stop>;
    /// The text of a number in JSON's grammar, where the encoding has such.
    fn number(&mut self) -> Result<&[u8], Stop> {
        Err(Stop::Type)
    }
    /// The bytes from a mark to here, where values lie there as JSON text.
    fn raw(&self, _: Mark) -> Option<&[u8]> {
        None
    }
    /// Makes sure that nothing follows.
    fn finish(&mut self) -> Result<(), Stop>;
}
