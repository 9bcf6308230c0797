//! What each policy is set to, and how an operation's settings are found. Knows nothing of how they are written down.

use std::collections::BTreeMap;
use std::time::Duration;

use polywire_wire::Validation;

/// What is done with an answer that breaks the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseCheck {
    /// The caller gets BAD_UPSTREAM.
    #[default]
    Reject,
    /// It passes where it can, and is logged and counted.
    Log,
    /// Nobody looks, as far as no other encoding is needed.
    Off,
}

/// When a component gets a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerSettings {
    /// The share of failed calls in the window that opens it, 0 to 1.
    pub failures_ratio: f64,
    /// How far back calls count.
    pub window: Duration,
    /// With fewer calls in the window it stays closed.
    pub requests_min: u32,
    /// How long it stays open before calls are tried.
    pub reset: Duration,
    /// How many calls are tried, all of which must succeed, before it closes.
    pub trials: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        BreakerSettings {
            failures_ratio: 0.5,
            window: Duration::from_secs(10),
            requests_min: 20,
            reset: Duration::from_secs(5),
            trials: 1,
        }
    }
}

/// What holds for one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long a call may take; a caller's own deadline may be sooner.
    pub timeout: Duration,
    /// What happens to a request that breaks a rule.
    pub validate: Validation,
    /// What happens to an answer that breaks the contract.
    pub validate_response: ResponseCheck,
    /// When its component gets a rest; `None` is never. One for all operations of a component.
    pub breaker: Option<BreakerSettings>,
    /// Largest request body, in bytes.
    pub body_bytes_max: usize,
    /// How many calls its component gets at once; `None` is no limit. One for all operations of a component.
    pub concurrency_max: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            timeout: Duration::from_secs(5),
            validate: Validation::Enforce,
            validate_response: ResponseCheck::Reject,
            breaker: Some(BreakerSettings::default()),
            body_bytes_max: 1 << 20,
            concurrency_max: None,
        }
    }
}

/// Settings that replace those of the level above, where they are `Some`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// See [`Settings::timeout`].
    pub timeout: Option<Duration>,
    /// See [`Settings::validate`].
    pub validate: Option<Validation>,
    /// See [`Settings::validate_response`].
    pub validate_response: Option<ResponseCheck>,
    /// See [`Settings::breaker`]; not read for an operation.
    pub breaker: Option<Option<BreakerSettings>>,
    /// See [`Settings::body_bytes_max`].
    pub body_bytes_max: Option<usize>,
    /// See [`Settings::concurrency_max`]; not read for an operation.
    pub concurrency_max: Option<Option<u32>>,
}

/// The settings of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsTable {
    /// What holds unless said otherwise.
    pub all: Settings,
    /// By component.
    pub components: BTreeMap<String, Overrides>,
    /// By `interface.operation`.
    pub operations: BTreeMap<String, Overrides>,
}

impl SettingsTable {
    /// What holds for an operation of a component.
    pub fn resolve(&self, component: &str, operation: &str) -> Settings {
        let mut settings = self.all.clone();
        if let Some(own) = self.components.get(component) {
            own.apply(&mut settings);
            settings.breaker = own.breaker.unwrap_or(settings.breaker);
            settings.concurrency_max = own.concurrency_max.unwrap_or(settings.concurrency_max);
        }
        if let Some(own) = self.operations.get(operation) {
            own.apply(&mut settings);
        }
        settings
    }
}

impl Overrides {
    fn apply(&self, settings: &mut Settings) {
        settings.timeout = self.timeout.unwrap_or(settings.timeout);
        settings.validate = self.validate.unwrap_or(settings.validate);
        settings.validate_response = self.validate_response.unwrap_or(settings.validate_response);
        settings.body_bytes_max = self.body_bytes_max.unwrap_or(settings.body_bytes_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_wins_over_its_component_and_that_over_all() {
        let seconds = |n| Some(Duration::from_secs(n));
        let mut table = SettingsTable::default();
        table.components.insert("users".into(), Overrides { timeout: seconds(2), ..Overrides::default() });
        table
            .operations
            .insert("users.list".into(), Overrides { timeout: seconds(1), ..Overrides::default() });
        assert_eq!(table.resolve("users", "users.list").timeout, Duration::from_secs(1));
        assert_eq!(table.resolve("users", "users.get").timeout, Duration::from_secs(2));
        assert_eq!(table.resolve("orders", "orders.get").timeout, Duration::from_secs(5));
    }

    #[test]
    fn what_belongs_to_a_component_is_not_read_from_an_operation() {
        let mut table = SettingsTable::default();
        table
            .components
            .insert("users".into(), Overrides { concurrency_max: Some(Some(3)), ..Overrides::default() });
        let own = Overrides { concurrency_max: Some(Some(1)), breaker: Some(None), ..Overrides::default() };
        table.operations.insert("users.list".into(), own);
        let settings = table.resolve("users", "users.list");
        assert_eq!(settings.concurrency_max, Some(3));
        assert!(settings.breaker.is_some());
    }
}
