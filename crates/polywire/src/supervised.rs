//! The supervisor as the admin port sees it.

use std::sync::Arc;

use polywire_bridge::{Action, ComponentFacts, Control, ControlError};
use polywire_call::BoxFuture;
use polywire_workspace::{StartError, Supervisor};
use serde_json::{Map, Value};

use crate::project::Project;

/// Stops and starts components when the admin port is asked to.
pub(crate) struct Supervised {
    supervisor: Arc<Supervisor>,
    addresses: Vec<(String, String)>,
}

impl Supervised {
    pub(crate) fn new(supervisor: Arc<Supervisor>, project: &Project) -> Supervised {
        let addresses = project.components.iter().map(|c| (c.name.clone(), c.at.join(", "))).collect();
        Supervised { supervisor, addresses }
    }
}

impl Control for Supervised {
    fn control(&self, component: &str, action: Action) -> BoxFuture<'static, Result<(), ControlError>> {
        let (supervisor, component) = (self.supervisor.clone(), component.to_string());
        Box::pin(async move {
            // The supervisor is of the runtime that polywire's main thread keeps; its tasks answer from there.
            let done = match action {
                Action::Stop => supervisor.stop(&component).await,
                Action::Start => supervisor.start(&component).await,
                Action::Restart => supervisor.restart(&component).await,
            };
            done.map_err(|error| match error {
                StartError::Unknown { .. } => ControlError::Unknown,
                error => ControlError::Failed(error.to_string()),
            })
        })
    }

    fn components(&self) -> Vec<ComponentFacts> {
        let mut all: Vec<ComponentFacts> = self
            .addresses
            .iter()
            .map(|(name, address)| {
                let facts = Map::from_iter([("address".to_string(), Value::String(address.clone()))]);
                ComponentFacts { name: name.clone(), facts }
            })
            .collect();
        for status in self.supervisor.status() {
            let Some(component) = all.iter_mut().find(|c| c.name == status.name) else { continue };
            let Ok(Value::Object(facts)) = serde_json::to_value(&status) else { continue };
            component.facts.extend(facts.into_iter().filter(|(key, _)| key != "name" && key != "state"));
            component.facts.insert("state".into(), status.state.name().into());
        }
        all
    }
}
