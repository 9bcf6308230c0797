//! Where the items of a record lie.

use super::{
    COBOL_ANCHORS_MAX, Cobol, CobolAt, CobolField, CobolId, CobolKind, CobolNumber, CobolPage, CobolPlace,
    CobolUsage,
};

/// Bytes of the longest record.
const RECORD_BYTES_MAX: u64 = (1 << 27) - 1;
/// Groups inside of groups; level numbers end at 49.
const DEPTH_MAX: u32 = 49;
/// Digits of the longest number.
const DIGITS_MAX: u8 = 38;

/// The pass in progress.
struct Course {
    page: CobolPage,
    /// The next anchor that is free.
    anchors: usize,
    depth: u32,
    /// The items before this one that can say how many, or which, it is: of its group, and of groups in that.
    before: Vec<CobolId>,
}

/// What was found out of an item.
struct Extent {
    end: CobolAt,
    /// Bytes from its start if it is as long as it can be.
    most: u64,
    after: Option<u8>,
}

impl Cobol {
    /// Says where each item of a record lies.
    ///
    /// # Errors
    /// What cannot be laid out, in words.
    pub fn lay(&mut self, record: CobolId, page: CobolPage) -> Result<(), String> {
        let mut course = Course { page, anchors: 1, depth: 0, before: Vec::new() };
        self.lay_item(record, CobolAt::default(), &mut course).map(|_| ())
    }

    /// An item, and what it is made of.
    fn lay_item(&mut self, id: CobolId, start: CobolAt, course: &mut Course) -> Result<Extent, String> {
        let Some(item) = self.items.get(id.0 as usize) else { return Err("an item is missing".into()) };
        if item.place.is_some() {
            return Err("an item lies in two places".into());
        }
        if course.depth > DEPTH_MAX {
            return Err("groups nest too deep".into());
        }
        course.depth += 1;
        let kind = item.kind.clone();
        let mut before = std::mem::take(&mut course.before);
        let extent = match kind {
            CobolKind::Group(fields) => {
                let parts: Vec<CobolId> = fields.iter().map(|field| field.item).collect();
                let extent = self.lay_group(&parts, start, course)?;
                self.check_fillers(&fields)?;
                before.append(&mut course.before);
                extent
            }
            CobolKind::Text { size, .. } | CobolKind::Bytes(size) => fixed(start, size.into())?,
            CobolKind::Number(number) => {
                check_number(number)?;
                fixed(start, number.size().into())?
            }
            CobolKind::Table { item, min, max, depending, slides } => {
                if min > max || max == 0 || depending.is_none() && min != max {
                    return Err(format!("{min} to {max} occurrences"));
                }
                if let Some(count) = depending {
                    self.check_count(count, max, &before)?;
                }
                let slides = slides && depending.is_some();
                self.lay_table(item, max, slides, start, course)?
            }
            CobolKind::Redefines { selector, alternatives, apart } => {
                if apart && course.depth > 1 {
                    return Err("only whole records end where they end".into());
                }
                let parts: Vec<CobolId> = alternatives.iter().map(|alternative| alternative.item).collect();
                let extent = self.lay_alternatives(&parts, apart, start, course)?;
                self.check_selector(selector, &parts, &before)?;
                extent
            }
        };
        course.depth -= 1;
        before.push(id);
        course.before = before;
        if extent.most == 0 || extent.most > RECORD_BYTES_MAX {
            return Err(format!("an item of {} bytes", extent.most));
        }
        let place = CobolPlace { start, end: extent.end, after: extent.after, page: course.page };
        self.items[id.0 as usize].place = Some(place);
        Ok(extent)
    }

    fn lay_group(
        &mut self,
        parts: &[CobolId],
        start: CobolAt,
        course: &mut Course,
    ) -> Result<Extent, String> {
        let (mut at, mut most) = (start, 0);
        for part in parts {
            let extent = self.lay_item(*part, at, course)?;
            at = extent.end;
            most += extent.most;
        }
        Ok(Extent { end: at, most, after: None })
    }

    /// What is no field is passed over without a look.
    fn check_fillers(&self, fields: &[CobolField]) -> Result<(), String> {
        let varies =
            |id: CobolId| self.get(id).place.is_some_and(|place| place.end.anchor != place.start.anchor);
        if fields.iter().any(|part| part.field.is_none() && varies(part.item)) {
            return Err("a table whose length varies must be a field".into());
        }
        Ok(())
    }

    fn check_count(&self, count: CobolId, max: u32, before: &[CobolId]) -> Result<(), String> {
        match &self.items.get(count.0 as usize).map(|item| &item.kind) {
            Some(CobolKind::Number(number)) if number.range().1 < max.into() => {
                Err(format!("a count that cannot say {max}"))
            }
            Some(CobolKind::Number(number)) if number.scale == 0 && before.contains(&count) => Ok(()),
            _ => Err("what a table depends on must be an integer before it in the same group, or in a group of that"
                .into()),
        }
    }

    fn check_selector(&self, selector: CobolId, parts: &[CobolId], before: &[CobolId]) -> Result<(), String> {
        let item = self.items.get(selector.0 as usize);
        let (kind, place) = (item.map(|item| &item.kind), item.and_then(|item| item.place));
        let told = match kind {
            Some(CobolKind::Text { .. }) => true,
            Some(CobolKind::Number(number)) => number.scale == 0,
            _ => false,
        };
        let same = |field: &CobolField| {
            let other = self.get(field.item);
            other.place == place && Some(&other.kind) == kind
        };
        let holds = |part: &CobolId| matches!(&self.get(*part).kind, CobolKind::Group(fields) if fields.iter().any(same));
        if told && place.is_some() && (before.contains(&selector) || parts.iter().all(holds)) {
            return Ok(());
        }
        Err("a selector must be text or an integer before the area in the same group, or in a group of that, \
             or in every alternative"
            .into())
    }

    fn lay_table(
        &mut self,
        item: CobolId,
        max: u32,
        slides: bool,
        start: CobolAt,
        course: &mut Course,
    ) -> Result<Extent, String> {
        let kind = self.items.get(item.0 as usize).map(|item| &item.kind);
        if matches!(kind, Some(CobolKind::Table { .. })) {
            return Err("a table of tables".into());
        }
        let after = course.anchor()?;
        let inside = CobolAt { anchor: course.anchor()?, offset: 0 };
        let occurrence = self.lay_item(item, inside, course)?;
        // Anchors inside of occurrences are free again behind the table.
        course.anchors = usize::from(after) + 1;
        let most = occurrence.most.saturating_mul(max.into());
        if occurrence.end.anchor == inside.anchor && !slides {
            course.anchors -= 1;
            return fixed(start, most);
        }
        let end = CobolAt { anchor: after, offset: 0 };
        Ok(Extent { end, most, after: Some(after) })
    }

    fn lay_alternatives(
        &mut self,
        parts: &[CobolId],
        apart: bool,
        start: CobolAt,
        course: &mut Course,
    ) -> Result<Extent, String> {
        let mut most = 0;
        for part in parts {
            let extent = self.lay_item(*part, start, course)?;
            course.before.clear();
            if extent.end.anchor != start.anchor && !apart {
                return Err("a table whose length varies inside of a redefined area".into());
            }
            most = extent.most.max(most);
        }
        fixed(start, most)
    }
}

impl Course {
    fn anchor(&mut self) -> Result<u8, String> {
        if self.anchors >= COBOL_ANCHORS_MAX {
            return Err("too many tables".into());
        }
        self.anchors += 1;
        Ok(self.anchors as u8 - 1)
    }
}

fn fixed(start: CobolAt, size: u64) -> Result<Extent, String> {
    let end = u64::from(start.offset) + size;
    if end > RECORD_BYTES_MAX {
        return Err(format!("a record of more than {RECORD_BYTES_MAX} bytes"));
    }
    Ok(Extent { end: CobolAt { offset: end as u32, ..start }, most: size, after: None })
}

fn check_number(number: CobolNumber) -> Result<(), String> {
    if !(1..=DIGITS_MAX).contains(&number.digits) || number.scale > number.digits {
        return Err(format!("a number of {} digits, {} after the point", number.digits, number.scale));
    }
    match number.usage {
        CobolUsage::Binary { bytes: 1 | 2 | 4 | 8, .. } => Ok(()),
        CobolUsage::Binary { bytes, .. } => Err(format!("a binary number of {bytes} bytes")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    fn text(cobol: &mut Cobol, size: u32) -> CobolId {
        cobol.add(CobolKind::Text { size, right: false })
    }

    fn digits(cobol: &mut Cobol, digits: u8) -> CobolId {
        let usage = CobolUsage::Display;
        cobol.add(CobolKind::Number(CobolNumber { usage, digits, scale: 0, sign: CobolSign::None }))
    }

    fn group(cobol: &mut Cobol, items: &[CobolId]) -> CobolId {
        let field = |(at, item): (usize, &CobolId)| CobolField { field: Some(at as u32), item: *item };
        cobol.add(CobolKind::Group(items.iter().enumerate().map(field).collect()))
    }

    fn place(cobol: &Cobol, id: CobolId) -> (u8, u32, u8, u32) {
        let place = cobol.get(id).place.unwrap();
        (place.start.anchor, place.start.offset, place.end.anchor, place.end.offset)
    }

    #[test]
    fn what_follows_a_sliding_table_counts_from_its_end() {
        let mut cobol = Cobol::default();
        let (name, count) = (text(&mut cobol, 10), digits(&mut cobol, 2));
        let (item, tail) = (text(&mut cobol, 3), text(&mut cobol, 4));
        let depending = Some(count);
        let table = cobol.add(CobolKind::Table { item, min: 0, max: 5, depending, slides: true });
        let record = group(&mut cobol, &[name, count, table, tail]);
        assert_eq!(cobol.lay(record, CobolPage::Ascii), Ok(()));
        assert_eq!(place(&cobol, table), (0, 12, 1, 0));
        assert_eq!(place(&cobol, item), (2, 0, 2, 3));
        assert_eq!(place(&cobol, tail), (1, 0, 1, 4));
        assert_eq!(place(&cobol, record), (0, 0, 1, 4));
        assert!(cobol.lay(record, CobolPage::Ascii).is_err());
    }

    #[test]
    fn fixed_tables_and_areas_take_their_place() {
        let mut cobol = Cobol::default();
        let (selector, a, b) = (digits(&mut cobol, 1), text(&mut cobol, 3), text(&mut cobol, 7));
        let alternative = |variant, item| CobolAlternative { variant, item, values: Vec::new() };
        let alternatives = vec![alternative(0, a), alternative(1, b)];
        let area = cobol.add(CobolKind::Redefines { selector, alternatives, apart: false });
        let item = group(&mut cobol, &[selector, area]);
        let table = cobol.add(CobolKind::Table { item, min: 4, max: 4, depending: None, slides: false });
        let tail = text(&mut cobol, 1);
        let record = group(&mut cobol, &[table, tail]);
        assert_eq!(cobol.lay(record, CobolPage::Ebcdic037), Ok(()));
        assert_eq!(place(&cobol, a), (2, 1, 2, 4));
        assert_eq!(place(&cobol, area), (2, 1, 2, 8));
        assert_eq!(place(&cobol, tail), (0, 32, 0, 33));
    }

    #[test]
    fn what_cannot_lie_anywhere_is_refused() {
        let check = |make: fn(&mut Cobol) -> CobolId, expected: &str| {
            let mut cobol = Cobol::default();
            let record = make(&mut cobol);
            let told = cobol.lay(record, CobolPage::Ascii).unwrap_err();
            assert!(told.contains(expected), "{told}");
        };
        check(|cobol| text(cobol, 0), "0 bytes");
        check(|cobol| text(cobol, 1 << 27), "more than");
        check(|cobol| digits(cobol, 39), "39 digits");
        let small = |cobol: &mut Cobol| {
            let (count, item) = (digits(cobol, 1), text(cobol, 1));
            let depending = Some(count);
            let table = cobol.add(CobolKind::Table { item, min: 0, max: 10, depending, slides: true });
            group(cobol, &[count, table])
        };
        check(small, "cannot say 10");
        let late = |cobol: &mut Cobol| {
            let (count, item) = (digits(cobol, 1), text(cobol, 1));
            let table =
                cobol.add(CobolKind::Table { item, min: 0, max: 9, depending: Some(count), slides: true });
            group(cobol, &[table, count])
        };
        check(late, "before it");
        let hidden = |cobol: &mut Cobol| {
            let (count, item) = (digits(cobol, 1), text(cobol, 1));
            let depending = Some(count);
            let table = cobol.add(CobolKind::Table { item, min: 0, max: 9, depending, slides: true });
            let part = |item| CobolField { field: None, item };
            cobol.add(CobolKind::Group(vec![part(count), part(table)]))
        };
        check(hidden, "must be a field");
        let outside = |cobol: &mut Cobol| {
            let (selector, item) = (digits(cobol, 1), text(cobol, 1));
            let alternatives = vec![CobolAlternative { variant: 0, item, values: Vec::new() }];
            cobol.add(CobolKind::Redefines { selector, alternatives, apart: false })
        };
        check(outside, "in every alternative");
        let itself = |cobol: &mut Cobol| {
            cobol.add(CobolKind::Group(vec![CobolField { field: None, item: CobolId(0) }]))
        };
        check(itself, "nest too deep");
        let large = |cobol: &mut Cobol| {
            let item = text(cobol, 1 << 20);
            cobol.add(CobolKind::Table { item, min: 999, max: 999, depending: None, slides: false })
        };
        check(large, "more than");
    }
}
