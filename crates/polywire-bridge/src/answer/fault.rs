//! A fault as its caller gets it: which component, and what may be done; nothing of addresses, libraries or causes.

use polywire_call::{Code, Fault, FaultKind, Side, StandardError};

/// Longest time that a caller is asked to wait, in seconds.
const RETRY_AFTER_SECONDS_MAX: u64 = 3600;

/// Says what a fault is to the caller; `component` stands at the beginning of a sentence.
pub(crate) fn standard(component: &str, fault: &Fault) -> StandardError {
    let (code, words) = match fault.kind {
        FaultKind::Refused => (Code::Unavailable, "cannot be reached"),
        FaultKind::Reset if fault.unsent => (Code::Unavailable, "cannot be reached"),
        FaultKind::Reset => (Code::BadUpstream, "broke off its answer"),
        FaultKind::Timeout => (Code::Timeout, "did not answer in time"),
        FaultKind::Garbage => (Code::BadUpstream, "gave an answer that is not of its protocol"),
        FaultKind::TooLarge => (Code::BadUpstream, "gave an answer that is too large"),
        FaultKind::Unsupported if fault.side == Side::Caller => {
            (Code::ValidationError, "cannot be sent a parameter of this request")
        }
        FaultKind::Unsupported => (Code::NotImplemented, "cannot be called in this way"),
        FaultKind::Cancelled => (Code::InternalError, "was not waited for"),
        _ => (Code::InternalError, "could not be called"),
    };
    let asked = fault.retry_after.map(|wait| wait.as_secs().clamp(1, RETRY_AFTER_SECONDS_MAX) as u32);
    let retry_after_seconds = asked.or((code == Code::Unavailable).then_some(1));
    let error = StandardError::new(code, format!("{component} {words}."));
    StandardError { retry_after_seconds, ..error }
}
