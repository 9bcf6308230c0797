//! What OpenAPI asks of single objects beyond the kinds of their fields. Must not touch the model.

use polywire_diag::{Diagnostic, Span, nearest};
use polywire_syntax::{Map, Node, Value};

use super::Edition;
use super::fields::{
    DOCUMENT, HEADER, OPERATION, Object, PARAMETER, RESPONSE, SCHEMA, SECURITY_SCHEME, SERVER_VARIABLE,
};
use super::validate::{Validate, first};
use super::{BAD_PARAMETER, BAD_REFERENCE, BAD_VALUE, MISSING_FIELD, PATH, WRONG_KIND};

/// The names of JSON Schema's types.
pub(super) const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object", "null"];

/// Whether nothing is left of an object without a field, though no single field is required by itself.
pub(super) fn is_essential(edition: Edition, object: &Object, name: &str) -> bool {
    let holds = std::ptr::eq(object, &PARAMETER) || std::ptr::eq(object, &HEADER);
    (holds && matches!(name, "schema" | "content"))
        || (std::ptr::eq(object, &OPERATION) && name == "responses" && edition == Edition::V30)
        || object.required.contains(&name)
}

/// Whether a required field may be left out after all.
pub(super) fn may_be_missing(edition: Edition, object: &Object, name: &str) -> bool {
    std::ptr::eq(object, &RESPONSE) && name == "description" && edition == Edition::V32
}

/// The rules of one object.
pub(super) fn object<'a>(walk: &mut Validate<'_, 'a>, object: &'static Object, map: &'a Map, span: Span) {
    if std::ptr::eq(object, &DOCUMENT) {
        document(walk, map, span);
    } else if std::ptr::eq(object, &PARAMETER) {
        parameter(walk, map, span);
        holds(walk, object, map, span);
    } else if std::ptr::eq(object, &HEADER) {
        holds(walk, object, map, span);
    } else if std::ptr::eq(object, &OPERATION) {
        security(walk, map);
        operation(walk, map, span);
    } else if std::ptr::eq(object, &SECURITY_SCHEME) {
        scheme(walk, map);
    } else if std::ptr::eq(object, &SERVER_VARIABLE) {
        server_variable(walk, map);
    }
    if let (Some(example), Some(examples)) = (map.entry("example"), map.entry("examples"))
        && !std::ptr::eq(object, &SCHEMA)
    {
        let message = "`example` and `examples` exclude each other";
        let diagnostic = Diagnostic::error(&BAD_VALUE, message).at(example.key_span, "one of them");
        walk.diags.push(diagnostic.at(examples.key_span, "and the other"));
    }
}

/// Requirements name schemes of the document; since 3.2 also by a URI.
fn security(walk: &mut Validate, map: &Map) {
    for requirement in map.get("security").and_then(Node::as_list).unwrap_or_default() {
        for entry in requirement.as_map().map_or(&[][..], |map| &map.entries) {
            let name = entry.key.as_str();
            if walk.schemes.contains(&name) || name.contains(['/', '#']) {
                continue;
            }
            let near = nearest(name, walk.schemes.iter().copied());
            let message = format!("`{name}` is no security scheme of this document");
            let diagnostic =
                Diagnostic::warning(&BAD_REFERENCE, message).at(entry.key_span, "nowhere described");
            walk.diags.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("describe it in `components/securitySchemes`"),
            });
        }
    }
}

fn scheme(walk: &mut Validate, map: &Map) {
    const KINDS: &[(&str, &[&str])] = &[
        ("apiKey", &["name", "in"]),
        ("http", &["scheme"]),
        ("oauth2", &["flows"]),
        ("openIdConnect", &["openIdConnectUrl"]),
        ("mutualTLS", &[]),
    ];
    let Some((node, name)) = map.get("type").and_then(|node| Some((node, node.as_text()?))) else { return };
    match KINDS.iter().find(|(kind, _)| *kind == name) {
        Some((_, needed)) => {
            for field in needed.iter().filter(|field| map.get(field).is_none()) {
                walk.missing(map, node.span, &SECURITY_SCHEME, field);
            }
        }
        None => {
            let names: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
            let message = format!("there is no security scheme `{name}`");
            let diagnostic = Diagnostic::error(&BAD_VALUE, message).at(node.span, "not a type");
            walk.diags.push(diagnostic.help(match (name, nearest(name, names.iter().copied())) {
                ("bearer" | "basic", _) => format!("write `type: http` with `scheme: {name}`"),
                (_, Some(near)) => format!("did you mean `{near}`?"),
                (_, None) => format!("one of `{}`", names.join("`, `")),
            }));
        }
    }
}

fn document(walk: &mut Validate, map: &Map, span: Span) {
    security(walk, map);
    if walk.edition == Edition::V30 {
        if map.get("paths").is_none() {
            walk.missing(map, span, &DOCUMENT, "paths");
        }
    } else if ["paths", "components", "webhooks"].iter().all(|name| map.get(name).is_none()) {
        let message = "the document has none of `paths`, `components` and `webhooks`";
        let help = "add `paths: {}` where there is nothing to describe yet";
        walk.diags.push(
            Diagnostic::error(&MISSING_FIELD, message).at(first(map, span), "one must be there").help(help),
        );
    }
    for entry in map.get("paths").and_then(Node::as_map).map_or(&[][..], |paths| &paths.entries) {
        if !entry.key.starts_with('/') && !entry.key.starts_with("x-") {
            let message = format!("the path `{}` does not begin with `/`", entry.key);
            let diagnostic = Diagnostic::error(&PATH, message).at(entry.key_span, "a path begins with `/`");
            walk.diags.push(diagnostic.help(format!("write `/{}`", entry.key)));
        }
    }
}

fn operation(walk: &mut Validate, map: &Map, span: Span) {
    let Some(responses) = map.entry("responses") else {
        if walk.edition == Edition::V30 {
            walk.missing(map, span, &OPERATION, "responses");
        }
        return;
    };
    let Some(members) = responses.value.as_map() else { return };
    for entry in members.entries.iter().filter(|entry| !entry.key.starts_with("x-")) {
        if super::operation::status(&entry.key).is_none() {
            let message = format!("`{}` is no status", entry.key);
            let label = "a status, a range such as `4XX`, or `default`";
            walk.diags.push(Diagnostic::error(&BAD_VALUE, message).at(entry.key_span, label));
        }
    }
}

fn server_variable(walk: &mut Validate, map: &Map) {
    if let Some(list) = map.get("enum").filter(|node| node.as_list().is_some_and(<[Node]>::is_empty)) {
        let message = "`enum` of a server variable has no value";
        walk.diags.push(Diagnostic::error(&BAD_VALUE, message).at(list.span, "at least one is needed"));
    }
}

/// A parameter or header has a schema or one media type, not both.
fn holds(walk: &mut Validate, object: &'static Object, map: &Map, span: Span) {
    let name = map
        .get("name")
        .and_then(Node::as_text)
        .map_or(object.name.to_string(), |n| format!("the parameter `{n}`"));
    match (map.entry("schema"), map.entry("content")) {
        (None, None) if walk.misspelt(map, object, "schema") || walk.misspelt(map, object, "content") => {}
        (None, None) => {
            let message = format!("{name} has neither `schema` nor `content`");
            let diagnostic =
                Diagnostic::error(&MISSING_FIELD, message).at(first(map, span), "what does it hold?");
            walk.diags.push(diagnostic.help("add `schema: {type: string}` or what it is"));
        }
        (Some(schema), Some(content)) => {
            let message = format!("{name} has both `schema` and `content`");
            let diagnostic = Diagnostic::error(&BAD_PARAMETER, message).at(content.key_span, "one of them");
            walk.diags.push(diagnostic.at(schema.key_span, "and the other"));
        }
        (None, Some(content)) => {
            if content.value.as_map().is_some_and(|media| media.entries.len() != 1) {
                let message = format!("`content` of {name} must have exactly one media type");
                walk.diags.push(Diagnostic::error(&BAD_PARAMETER, message).at(content.key_span, ""));
            }
        }
        (Some(_), None) => {}
    }
}

fn parameter(walk: &mut Validate, map: &Map, span: Span) {
    let Some(place) = map.get("in") else { return };
    let Some(text) = place.as_text() else { return };
    let newest = walk.edition == Edition::V32;
    let styles: &[&str] = match text {
        "path" => &["simple", "label", "matrix"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "header" => &["simple"],
        "cookie" if newest => &["form", "cookie"],
        "cookie" => &["form"],
        "querystring" if newest => &[],
        _ => {
            let places = ["path", "query", "header", "cookie"];
            let message = format!("a parameter cannot be in `{text}`");
            let mut diagnostic = Diagnostic::error(&BAD_PARAMETER, message).at(place.span, "no such place");
            diagnostic.help.push(match (text, nearest(text, places)) {
                ("body" | "formData", _) => {
                    "bodies are described by `requestBody` since OpenAPI 3.0".to_string()
                }
                (_, Some(near)) => format!("did you mean `{near}`?"),
                (_, None) => format!("one of `{}`", places.join("`, `")),
            });
            walk.diags.push(diagnostic);
            return;
        }
    };
    if let Some((style, name)) = map.get("style").and_then(|style| Some((style, style.as_text()?)))
        && !styles.contains(&name)
    {
        let message = format!("the style `{name}` is not for parameters in `{text}`");
        let diagnostic = Diagnostic::error(&BAD_PARAMETER, message).at(style.span, "not possible here");
        walk.diags.push(diagnostic.help(format!("one of `{}`", styles.join("`, `"))));
    }
    allow_reserved(walk, map, text);
    path_required(walk, map, span, text);
}

fn allow_reserved(walk: &mut Validate, map: &Map, place: &str) {
    let Some(entry) = map.entry("allowReserved") else { return };
    let cookie_style = map.get("style").and_then(Node::as_text) == Some("cookie");
    let allowed = match place {
        "query" => true,
        "path" => walk.edition == Edition::V32,
        "cookie" => !cookie_style,
        _ => false,
    };
    if !allowed && walk.edition != Edition::V30 {
        let message = format!("`allowReserved` is not for parameters in `{place}`");
        walk.diags.push(Diagnostic::error(&BAD_PARAMETER, message).at(entry.key_span, "not possible here"));
    }
}

fn path_required(walk: &mut Validate, map: &Map, span: Span, place: &str) {
    if place == "path" && map.get("required").and_then(Node::as_bool) != Some(true) {
        let message = "a parameter in `path` is always required";
        let at = map.get("required").map_or_else(|| first(map, span), |node| node.span);
        let diagnostic = Diagnostic::warning(&BAD_PARAMETER, message).at(at, "taken as required");
        walk.diags.push(diagnostic.help("write `required: true`"));
    }
}

/// The rules of one schema: its type and the bounds whose form changed with 3.1.
pub(super) fn schema(walk: &mut Validate, map: &Map) {
    if let Some(node) = map.get("type") {
        match &node.value {
            Value::Text(name) => type_name(walk, node, name),
            Value::List(names) if walk.edition != Edition::V30 => {
                for name in names {
                    match name.as_text() {
                        Some(text) => type_name(walk, name, text),
                        None => wrong(walk, name, "a type must be text"),
                    }
                }
            }
            Value::List(_) => {
                let message = "`type` cannot be a list in OpenAPI 3.0";
                let help = "write `nullable: true` for null, `oneOf` for alternatives, or `openapi: 3.1.0`";
                walk.diags.push(Diagnostic::error(&WRONG_KIND, message).at(node.span, "a list").help(help));
            }
            _ => wrong(walk, node, "`type` must be text"),
        }
    }
    for name in ["exclusiveMinimum", "exclusiveMaximum"] {
        let Some(node) = map.get(name) else { continue };
        let bound = if name == "exclusiveMinimum" { "minimum" } else { "maximum" };
        match (&node.value, walk.edition) {
            (Value::Bool(_), Edition::V30) | (Value::Number(_), Edition::V31 | Edition::V32) => {}
            (Value::Bool(_), _) => {
                let message = format!("`{name}` is the bound itself since OpenAPI 3.1");
                let diagnostic = Diagnostic::error(&WRONG_KIND, message).at(node.span, "this is a boolean");
                walk.diags.push(
                    diagnostic.help(format!("write the number of `{bound}` here, and leave out `{bound}`")),
                );
            }
            (Value::Number(_), Edition::V30) => {
                let message = format!("`{name}` is true or false in OpenAPI 3.0");
                let diagnostic = Diagnostic::error(&WRONG_KIND, message).at(node.span, "this is a number");
                walk.diags
                    .push(diagnostic.help(format!("write the number as `{bound}`, and `{name}: true`")));
            }
            _ => wrong(walk, node, &format!("`{name}` must be a number")),
        }
    }
    contradictions(walk, map);
    if let Some(node) = map.get("pattern")
        && let Some(reason) = node.as_text().and_then(super::pattern::mistake)
    {
        let message = "`pattern` is no regular expression";
        walk.diags.push(Diagnostic::error(&BAD_VALUE, message).at(node.span, reason));
    }
    let empty = map.get("enum").filter(|node| node.as_list().is_some_and(<[Node]>::is_empty));
    if let Some(node) = empty {
        let message = "`enum` has no value";
        walk.diags.push(Diagnostic::error(&BAD_VALUE, message).at(node.span, "nothing would be allowed"));
    }
    if let (Some(node), Edition::V31 | Edition::V32) = (map.entry("nullable"), walk.edition) {
        walk.nullable.push(node.key_span);
    }
}

/// Bounds that leave no value.
fn contradictions(walk: &mut Validate, map: &Map) {
    const BOUNDS: &[(&str, &str)] = &[
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
        ("minContains", "maxContains"),
        ("minimum", "maximum"),
        ("exclusiveMinimum", "exclusiveMaximum"),
        ("minimum", "exclusiveMaximum"),
        ("exclusiveMinimum", "maximum"),
    ];
    let number = |name: &str| match map.get(name).map(|node| (node, &node.value)) {
        Some((node, Value::Number(number))) => Some((node.span, number, number.as_f64()?)),
        _ => None,
    };
    for (low, high) in BOUNDS {
        let (Some((low_at, low_text, least)), Some((high_at, high_text, most))) = (number(low), number(high))
        else {
            continue;
        };
        let exclusive = low.starts_with("ex") || high.starts_with("ex");
        if least > most || (exclusive && least == most) {
            let message = format!("no value is between `{low}: {low_text}` and `{high}: {high_text}`");
            let diagnostic = Diagnostic::error(&BAD_VALUE, message).at(low_at, "at least this");
            walk.diags.push(diagnostic.at(high_at, "and at most this"));
        }
    }
    if let Some((at, text, value)) = number("multipleOf")
        && value <= 0.0
    {
        let message = format!("`multipleOf` must be more than 0, not {text}");
        walk.diags.push(Diagnostic::error(&BAD_VALUE, message).at(at, "not possible"));
    }
}

/// One remark for all places of a keyword that 3.1 took away.
pub(super) fn nullable(walk: &mut Validate) {
    let Some(first) = walk.nullable.first() else { return };
    let label = match walk.nullable.len() - 1 {
        0 => "has no effect".to_string(),
        1 => "has no effect, here and in one more place".to_string(),
        more => format!("has no effect, here and in {more} more places"),
    };
    let message = "`nullable` has no meaning since OpenAPI 3.1";
    let diagnostic = Diagnostic::warning(&BAD_VALUE, message).at(*first, label);
    walk.diags.push(diagnostic.help("write `type: [string, \"null\"]`, with the type that it has"));
}

fn type_name(walk: &mut Validate, node: &Node, name: &str) {
    let known = TYPES.contains(&name) && !(name == "null" && walk.edition == Edition::V30);
    if known {
        return;
    }
    let mut diagnostic =
        Diagnostic::error(&BAD_VALUE, format!("there is no type `{name}`")).at(node.span, "not a type");
    diagnostic.help.push(match (name, nearest(name, TYPES.iter().copied())) {
        ("null", _) => "OpenAPI 3.0 writes `nullable: true` beside the type".to_string(),
        ("float" | "double", _) => format!("write `type: number` with `format: {name}`"),
        ("int" | "int32" | "int64" | "long", _) => {
            "write `type: integer`, with `format: int64` for 64 bits".to_string()
        }
        ("date" | "date-time" | "uuid", _) => format!("write `type: string` with `format: {name}`"),
        ("file", _) => "write `type: string` with `format: binary`".to_string(),
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => format!("one of `{}`", TYPES.join("`, `")),
    });
    walk.diags.push(diagnostic);
}

fn wrong(walk: &mut Validate, node: &Node, message: &str) {
    let found = node.kind();
    let message = format!("{message}, not {found}");
    walk.diags.push(Diagnostic::error(&WRONG_KIND, message).at(node.span, format!("this is {found}")));
}
