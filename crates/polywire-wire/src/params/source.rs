//! The text of one parameter's leaf as a source.

use super::NONE;
use crate::json::Number;
use crate::plan::{Enum, Float, Int, Record};
use crate::scratch::SourceScratch;
use crate::text::{base64, instant, time};
use crate::{Frame, Kind, Mark, Param, Source, Step, Stop};

/// Reads the occurrences of a leaf; a list has one per item.
#[derive(Debug)]
pub struct TextSource<'a> {
    params: &'a [Param],
    next: &'a [u32],
    current: u32,
    scratch: &'a mut SourceScratch,
}

impl<'a> TextSource<'a> {
    /// A source at the occurrence `head`.
    pub(crate) fn new(
        params: &'a [Param],
        next: &'a [u32],
        head: u32,
        scratch: &'a mut SourceScratch,
    ) -> Self {
        TextSource { params, next, current: head, scratch }
    }

    fn value(&self) -> &[u8] {
        self.params.get(self.current as usize).map_or(b"", |param| param.text.as_bytes())
    }

    /// A number that is all of the text.
    fn parsed(&self) -> Result<Number, Stop> {
        let text = self.value();
        let number = Number::parse(text, 0).map_err(|_| Stop::Type)?;
        if number.end == text.len() { Ok(number) } else { Err(Stop::Type) }
    }

    fn integer(&self) -> Result<(u64, bool), Stop> {
        let number = self.parsed()?;
        if !number.plain {
            return Err(Stop::Type);
        }
        Ok((number.integer(self.value())?, number.negative))
    }
}

impl Source for TextSource<'_> {
    fn mark(&self) -> Mark {
        Mark { position: self.current, ..Mark::default() }
    }
    fn seek(&mut self, mark: Mark) -> Result<(), Stop> {
        self.current = mark.position;
        Ok(())
    }
    fn skip(&mut self) -> Result<(), Stop> {
        Ok(())
    }
    fn at(&self) -> u32 {
        0
    }
    fn found(&self) -> &'static str {
        "text"
    }
    fn typed(&self) -> bool {
        false
    }
    fn kind(&mut self) -> Result<Kind, Stop> {
        Ok(Kind::Text)
    }
    fn enter(&mut self, _: &Record) -> Result<Frame, Stop> {
        Err(Stop::Type)
    }
    fn next(&mut self, _: &Record, _: &mut Frame) -> Result<Step, Stop> {
        Err(Stop::Type)
    }
    fn list(&mut self) -> Result<Frame, Stop> {
        Ok(Frame { cursor: self.current, ..Frame::default() })
    }
    fn more(&mut self, frame: &mut Frame, _: bool) -> Result<bool, Stop> {
        self.current = frame.cursor;
        frame.cursor = self.next.get(self.current as usize).copied().unwrap_or(NONE);
        Ok(self.current != NONE)
    }
    fn text(&mut self) -> Result<&[u8], Stop> {
        Ok(self.value())
    }
    fn int(&mut self, int: &Int) -> Result<i64, Stop> {
        let (magnitude, negative) = self.integer()?;
        let value = i128::from(magnitude);
        let rule = if negative { int.min_rule } else { int.max_rule };
        i64::try_from(if negative { -value } else { value }).map_err(|_| rule)
    }
    fn uint(&mut self, int: &Int) -> Result<u64, Stop> {
        match self.integer()? {
            (magnitude, true) if magnitude != 0 => Err(int.min_rule),
            (magnitude, _) => Ok(magnitude),
        }
    }
    fn float(&mut self, float: &Float) -> Result<f64, Stop> {
        match self.value() {
            b"NaN" if float.lenient => Ok(f64::NAN),
            b"Infinity" if float.lenient => Ok(f64::INFINITY),
            b"-Infinity" if float.lenient => Ok(f64::NEG_INFINITY),
            text => self.parsed()?.float(text),
        }
    }
    fn bool(&mut self) -> Result<bool, Stop> {
        match self.value() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(Stop::Type),
        }
    }
    fn bytes(&mut self) -> Result<&[u8], Stop> {
        let params = self.params;
        if let Some(file) = params.get(self.current as usize).and_then(|param| param.file.as_ref()) {
            return Ok(file);
        }
        let mut out = std::mem::take(&mut self.scratch.text);
        out.clear();
        let decoded = base64::decode(self.value(), &mut out);
        self.scratch.text = out;
        if decoded { Ok(&self.scratch.text) } else { Err(Stop::Format) }
    }
    fn instant(&mut self) -> Result<(i64, u32), Stop> {
        instant::parse(self.value()).ok_or(Stop::Format)
    }
    fn duration(&mut self) -> Result<(i64, i32), Stop> {
        time::duration(self.value()).ok_or(Stop::Format)
    }
    fn choice(&mut self, choice: &Enum) -> Result<i32, Stop> {
        if let Some(number) = choice.by_name(self.value()) {
            return Ok(number);
        }
        if !choice.lenient {
            return Err(Stop::Enum);
        }
        let (magnitude, negative) = self.integer().map_err(|_| Stop::Enum)?;
        let value = i128::from(magnitude);
        let number = i32::try_from(if negative { -value } else { value }).map_err(|_| Stop::Enum)?;
        if choice.open || choice.by_number(number).is_some() { Ok(number) } else { Err(Stop::Enum) }
    }
    fn decimal(&mut self) -> Result<&[u8], Stop> {
        Ok(self.value())
    }
    fn mask(&mut self) -> Result<&[u8], Stop> {
        Ok(self.value())
    }
    fn finish(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}
