//! The survey for programs. The shape is described in `docs/manual/init.md`; keys are added, not changed.

use polywire_workspace::survey::{Component, Place, Protocol};
use serde_json::{Value, json};

use super::{Found, drift::Worst};

pub(super) fn document(found: &Found, written: bool) -> Value {
    let survey = &found.survey;
    json!({
        "name": found.name,
        "files": found.files,
        "skipped": {
            "large": found.skipped.large,
            "unreadable": found.skipped.unreadable,
            "deep": found.skipped.deep,
            "names": found.skipped.names_count,
            "rest": found.skipped.rest,
        },
        "components": survey.components.iter().map(|component| one(found, component)).collect::<Vec<_>>(),
        "contracts": found.contracts.iter().map(|contract| json!({
            "file": contract.path,
            "line": contract.line,
            "format": contract.format,
            "operations": contract.operations,
            "accepted": contract.accepted,
            "component": contract.component,
        })).collect::<Vec<_>>(),
        "resources": survey.resources.iter().map(|resource| json!({
            "name": resource.name,
            "kind": resource.kind,
            "image": resource.image,
            "ports": resource.ports,
            "at": at(&resource.at),
        })).collect::<Vec<_>>(),
        "calls": survey.calls.iter().map(|call| json!({
            "from": call.from,
            "to": call.to,
            "resource": call.to_resource,
            "by": call.by,
            "at": at(&call.at),
        })).collect::<Vec<_>>(),
        "drift": if found.drift.compared { json!({
            "compared": found.drift.pairs,
            "differ": found.drift.differ,
            "places": found.drift.places,
            "harmful": found.drift.harmful,
            "worst": found.drift.worst.iter().map(worst).collect::<Vec<_>>(),
        }) } else { Value::Null },
        "addresses": survey.addresses.iter().map(|address| json!({
            "address": address.text,
            "at": at(&address.at),
        })).collect::<Vec<_>>(),
        "settings": survey.duplicates.iter().map(|setting| json!({
            "key": setting.key,
            "differs": setting.differs(),
            "values": setting.values.iter().map(|(value, places)| json!({
                "value": value,
                "at": places.iter().map(at).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "existing": found.existing.as_ref().map(|existing| json!({
            "missing": existing.missing,
            "broken": existing.broken,
        })),
        "manifest": found.manifest,
        "written": written,
    })
}

fn at(place: &Place) -> Value {
    json!({"file": place.file, "line": place.line})
}

fn one(found: &Found, component: &Component) -> Value {
    let protocol = component.protocol().map(|protocol| match protocol {
        Protocol::Http => "http",
        Protocol::Grpc => "grpc",
    });
    let start = component
        .start
        .as_ref()
        .zip(component.command())
        .map(|(start, (words, _))| json!({"command": words, "at": at(&start.at)}));
    let mut ports: Vec<u16> = component.ports.iter().map(|port| port.port).collect();
    ports.dedup();
    json!({
        "name": component.name,
        "folder": component.folder,
        "what": component.what.iter().map(|(what, place)| json!({"what": what, "at": at(place)})).collect::<Vec<_>>(),
        "service": component.is_service(),
        "serves": protocol,
        "ports": ports,
        "start": start,
        "exports": component.exports.iter().map(|export| json!({
            "by": export.by,
            "how": export.how,
            "at": at(&export.at),
        })).collect::<Vec<_>>(),
        "contracts": found.contracts.iter()
            .filter(|contract| contract.component.as_ref() == Some(&component.name))
            .map(|contract| &contract.path).collect::<Vec<_>>(),
    })
}

fn worst(worst: &Worst) -> Value {
    json!({
        "left": {"name": worst.left.0, "at": at(&worst.left.1)},
        "right": {"name": worst.right.0, "at": at(&worst.right.1)},
        "path": worst.path,
        "what": worst.what,
        "data": worst.fates,
    })
}
