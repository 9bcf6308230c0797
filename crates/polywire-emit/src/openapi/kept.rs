//! What descriptions say that no call depends on: information, security, webhooks, callbacks, links, examples. It is
//! written as it was read; servers are left out, because the bridge is another one.

use polywire_contract::{Description, InterfaceId, Kept, TypeId};
use serde_json::{Map, Value, json};

use super::Printer;
use super::schemas::Dialect;

impl Printer<'_> {
    /// The descriptions whose interfaces are all printed.
    fn descriptions(&self, interfaces: &[InterfaceId]) -> Vec<&'_ Description> {
        let whole = |description: &&Description| {
            !description.interfaces.is_empty()
                && description.interfaces.iter().all(|interface| interfaces.contains(interface))
        };
        self.contract.openapi.descriptions.iter().filter(whole).collect()
    }

    /// Names every schema of descriptions that are printed whole, also those that nothing uses.
    pub(super) fn whole_descriptions(&mut self, interfaces: &[InterfaceId]) {
        let contract = self.contract;
        let prefixes = self.descriptions(interfaces);
        let prefixes: Vec<String> =
            prefixes.iter().map(|one| format!("{}#/components/schemas/", one.name)).collect();
        for (at, ty) in contract.types.iter().enumerate() {
            let own = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
            if ty.name.as_deref().is_some_and(own) {
                self.schema(TypeId(at as u32).into(), Dialect::Plain, 0);
            }
        }
    }

    /// A value that nobody checks; what it refers to is printed.
    pub(super) fn kept(&mut self, kept: &Kept) -> Value {
        let mut value = serde_json::from_str(&kept.0).unwrap_or(Value::Null);
        self.refer(&mut value);
        value
    }

    fn refer(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.refer(item)),
            Value::Object(map) if map.len() == 1 && map.contains_key("$ref") => {
                if let Some(id) = map["$ref"].as_str().and_then(|name| self.named(name)) {
                    *value = self.schema(id.into(), Dialect::Plain, 0);
                }
            }
            Value::Object(map) => map.values_mut().for_each(|member| self.refer(member)),
            _ => {}
        }
    }

    fn named(&mut self, name: &str) -> Option<TypeId> {
        if self.by_name.is_empty() {
            let types = self.contract.types.iter().enumerate();
            self.by_name = types.filter_map(|(at, ty)| Some((ty.name.clone()?, TypeId(at as u32)))).collect();
        }
        self.by_name.get(name).copied()
    }

    /// What the descriptions say of themselves: `info` of the only one, everything else of all.
    pub(super) fn told(&mut self, interfaces: &[InterfaceId], document: &mut Map<String, Value>) {
        let descriptions: Vec<Description> = self.descriptions(interfaces).into_iter().cloned().collect();
        let mut schemes = Map::new();
        for description in &descriptions {
            for (name, kept) in &description.security_schemes {
                let scheme = self.kept(kept);
                schemes.entry(name.clone()).or_insert(scheme);
            }
            for (key, kept) in description.fields.iter().filter(|(key, _)| key != "servers") {
                if matches!(key.as_str(), "info" | "security") && descriptions.len() > 1 {
                    continue;
                }
                let value = self.kept(kept);
                match (document.get_mut(key).filter(|_| key != "info"), value) {
                    (Some(Value::Object(before)), Value::Object(more)) => before.extend(more),
                    (Some(_), _) => {}
                    (None, value) => drop(document.insert(key.clone(), value)),
                }
            }
        }
        self.work();
        document["components"] = json!({"schemas": std::mem::take(&mut self.schemas)});
        if !schemes.is_empty() {
            document["components"]["securitySchemes"] = Value::Object(schemes);
        }
    }
}
