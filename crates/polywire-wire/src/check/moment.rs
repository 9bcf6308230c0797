//! Rules for moments and spans of time, in nanoseconds.

use std::ops::RangeInclusive;

use super::number::Exact;
use crate::Stop;

/// A moment or a span of time with rules.
#[derive(Clone, Debug)]
pub struct Moment {
    /// A span of time, not a moment.
    pub(crate) span: bool,
    pub(crate) rules: Vec<(MomentRule, Stop)>,
}

/// One rule.
#[derive(Clone, Debug)]
pub enum MomentRule {
    /// Within, both ends included.
    In(RangeInclusive<i128>),
    /// Not within, both ends excluded.
    NotIn(RangeInclusive<i128>),
    /// One of these.
    Among(Vec<i128>),
    /// None of these.
    NotAmong(Vec<i128>),
    /// Before now.
    Past,
    /// After now.
    Future,
    /// So far from now at most.
    WithinNow(i128),
    /// A multiple of so many nanoseconds.
    Whole(i128),
}

impl Moment {
    /// Checks seconds and nanoseconds of one sign. What depends on now holds where now is not known.
    pub(crate) fn check(&self, seconds: i64, nanos: i64, now: Option<i128>) -> Result<(), Stop> {
        let value = i128::from(seconds) * NANOS + i128::from(nanos);
        for (rule, stop) in &self.rules {
            let holds = match rule {
                MomentRule::In(range) => range.contains(&value),
                MomentRule::NotIn(range) => !range.contains(&value),
                MomentRule::Among(values) => values.contains(&value),
                MomentRule::NotAmong(values) => !values.contains(&value),
                MomentRule::Past => now.is_none_or(|now| value < now),
                MomentRule::Future => now.is_none_or(|now| value > now),
                MomentRule::Whole(unit) => value % unit == 0,
                MomentRule::WithinNow(span) => now.is_none_or(|now| (value - now).abs() <= *span),
            };
            if !holds {
                return Err(*stop);
            }
        }
        Ok(())
    }

    pub(crate) fn needs_now(&self) -> bool {
        self.rules
            .iter()
            .any(|(rule, _)| matches!(rule, MomentRule::Past | MomentRule::Future | MomentRule::WithinNow(_)))
    }
}

const NANOS: i128 = 1_000_000_000;

/// Seconds as nanoseconds: of those that do not fit, the nearest.
pub(crate) fn nanos(seconds: Exact) -> i128 {
    let scaled = Exact { exponent: seconds.exponent + 9, ..seconds };
    scaled.floor().map_or(if seconds.negative { i128::MIN / 4 } else { i128::MAX / 4 }, |(value, _)| value)
}

/// The bytes of a moment or span as ProtoJSON writes it.
pub(crate) fn parse(text: &[u8], span: bool) -> Option<i128> {
    let (seconds, nanos) = if span {
        crate::text::time::duration(text)?
    } else {
        let (seconds, nanos) = crate::text::instant::parse(text)?;
        (seconds, nanos as i32)
    };
    Some(i128::from(seconds) * NANOS + i128::from(nanos))
}
