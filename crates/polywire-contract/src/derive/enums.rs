//! Enums: closed ones become Protobuf enums, with `…_UNSPECIFIED = 0` left to be printed.

use super::{Derive, names};
use crate::lock::Numbered;
use crate::{Enum, ProtoEnum, ProtoKind, TypeId, words};

impl Derive<'_> {
    /// How an enum's value lies on the wire: open ones stay text, because any text may come.
    pub(super) fn enumeration(&mut self, id: TypeId, found: &Enum, package: &str, hint: &str) -> ProtoKind {
        if self.contract.protobuf.enums.contains_key(&id) {
            return ProtoKind::Enum;
        }
        if found.open || found.values.is_empty() {
            return ProtoKind::String;
        }
        let span = self.contract.ty(id).span;
        let name = self.unique(package, &self.type_name(id, hint), span);
        let full_name = format!("{package}.{name}");
        let prefix = names::upper(&words(&name), "ENUM");
        // Values live beside each other in the package, whatever enum they belong to.
        let values = format!("{package}#values");
        self.scopes.entry(values.clone()).or_default().take(&format!("{prefix}_UNSPECIFIED"));
        let mut proto = ProtoEnum { full_name, numbers: Vec::new(), names: Vec::new(), proto_json: false };
        for value in &found.values {
            let wanted = format!("{prefix}_{}", names::upper(&words(&value.name), "EMPTY"));
            let called = self.unique(&values, &wanted, value.span);
            let number = self.lock.number(
                Numbered::Value,
                &proto.full_name,
                &called,
                value.span,
                self.mode,
                self.diags,
            );
            proto.numbers.push(number as i32);
            proto.names.push(Some(called));
        }
        self.contract.protobuf.enums.insert(id, proto);
        ProtoKind::Enum
    }
}
