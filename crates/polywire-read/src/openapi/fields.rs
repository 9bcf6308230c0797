//! The objects of OpenAPI 3.0 to 3.2 with their fixed fields, as tables. Must not walk a document.
//! <https://spec.openapis.org/oas/v3.2.0.html>

/// What may stand somewhere.
#[derive(Clone, Copy)]
pub(super) enum Want {
    Any,
    Text,
    Bool,
    Number,
    /// A whole number from 0.
    Count,
    Texts,
    /// A list without a wish about its items.
    List,
    /// Keys are free.
    Map(&'static Want),
    /// Keys are free, but `x-` keys are extensions.
    Patterned(&'static Want),
    ListOf(&'static Want),
    Object(&'static Object),
    /// An object, or a reference to one.
    Reference(&'static Object),
    /// An object, or a reference that nothing depends on.
    Loose(&'static Object),
    /// A JSON Schema: a map, or a boolean from 3.1 on.
    Schema,
    /// A schema, or a boolean in every version.
    SchemaOrBool,
}

/// A kind of object.
pub(super) struct Object {
    /// As messages call it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [(&'static str, Want)],
    /// Fields that must be there.
    pub(super) required: &'static [&'static str],
    /// Another field is an error.
    pub(super) closed: bool,
}

const fn object(
    name: &'static str,
    fields: &'static [(&'static str, Want)],
    required: &'static [&'static str],
) -> Object {
    Object { name, fields, required, closed: false }
}

use Want::{
    Any, Bool, Count, List, ListOf, Loose, Map, Number, Object as Of, Patterned, Reference, Schema,
    SchemaOrBool, Text, Texts,
};

pub(super) static DOCUMENT: Object = object(
    "the document",
    &[
        ("openapi", Any),
        ("$self", Text),
        ("info", Of(&INFO)),
        ("jsonSchemaDialect", Text),
        ("servers", ListOf(&Of(&SERVER))),
        ("paths", Patterned(&Reference(&PATH_ITEM))),
        ("webhooks", Map(&Reference(&PATH_ITEM))),
        ("components", Of(&COMPONENTS)),
        ("security", ListOf(&Map(&Texts))),
        ("tags", ListOf(&Of(&TAG))),
        ("externalDocs", Of(&EXTERNAL_DOCS)),
    ],
    &["info"],
);

static INFO: Object = object(
    "`info`",
    &[
        ("title", Text),
        ("summary", Text),
        ("description", Text),
        ("termsOfService", Text),
        ("contact", Of(&CONTACT)),
        ("license", Of(&LICENSE)),
        ("version", Text),
    ],
    &["title", "version"],
);

static CONTACT: Object = object("`contact`", &[("name", Text), ("url", Text), ("email", Text)], &[]);

static LICENSE: Object =
    object("`license`", &[("name", Text), ("identifier", Text), ("url", Text)], &["name"]);

static SERVER: Object = object(
    "the server",
    &[("url", Text), ("description", Text), ("name", Text), ("variables", Map(&Of(&SERVER_VARIABLE)))],
    &["url"],
);

pub(super) static SERVER_VARIABLE: Object =
    object("the server variable", &[("enum", Texts), ("default", Text), ("description", Text)], &["default"]);

static TAG: Object = object(
    "the tag",
    &[
        ("name", Text),
        ("summary", Text),
        ("description", Text),
        ("externalDocs", Of(&EXTERNAL_DOCS)),
        ("parent", Text),
        ("kind", Text),
    ],
    &["name"],
);

static EXTERNAL_DOCS: Object = object("`externalDocs`", &[("description", Text), ("url", Text)], &["url"]);

static COMPONENTS: Object = object(
    "`components`",
    &[
        ("schemas", Map(&Schema)),
        ("responses", Map(&Reference(&RESPONSE))),
        ("parameters", Map(&Reference(&PARAMETER))),
        ("examples", Map(&Any)),
        ("requestBodies", Map(&Reference(&REQUEST_BODY))),
        ("headers", Map(&Reference(&HEADER))),
        ("securitySchemes", Map(&Loose(&SECURITY_SCHEME))),
        ("links", Map(&Reference(&LINK))),
        ("callbacks", Map(&Patterned(&Reference(&PATH_ITEM)))),
        ("pathItems", Map(&Reference(&PATH_ITEM))),
        ("mediaTypes", Map(&Reference(&MEDIA_TYPE))),
    ],
    &[],
);

pub(super) static PATH_ITEM: Object = object(
    "the path item",
    &[
        ("$ref", Text),
        ("summary", Text),
        ("description", Text),
        ("get", Of(&OPERATION)),
        ("put", Of(&OPERATION)),
        ("post", Of(&OPERATION)),
        ("delete", Of(&OPERATION)),
        ("options", Of(&OPERATION)),
        ("head", Of(&OPERATION)),
        ("patch", Of(&OPERATION)),
        ("trace", Of(&OPERATION)),
        ("query", Of(&OPERATION)),
        ("additionalOperations", Map(&Of(&OPERATION))),
        ("servers", ListOf(&Of(&SERVER))),
        ("parameters", ListOf(&Reference(&PARAMETER))),
    ],
    &[],
);

pub(super) static OPERATION: Object = object(
    "the operation",
    &[
        ("tags", Texts),
        ("summary", Text),
        ("description", Text),
        ("externalDocs", Of(&EXTERNAL_DOCS)),
        ("operationId", Text),
        ("parameters", ListOf(&Reference(&PARAMETER))),
        ("requestBody", Reference(&REQUEST_BODY)),
        ("responses", Patterned(&Reference(&RESPONSE))),
        ("callbacks", Map(&Patterned(&Reference(&PATH_ITEM)))),
        ("deprecated", Bool),
        ("security", ListOf(&Map(&Texts))),
        ("servers", ListOf(&Of(&SERVER))),
    ],
    &[],
);

pub(super) static PARAMETER: Object = object(
    "the parameter",
    &[
        ("name", Text),
        ("in", Text),
        ("description", Text),
        ("required", Bool),
        ("deprecated", Bool),
        ("allowEmptyValue", Bool),
        ("style", Text),
        ("explode", Bool),
        ("allowReserved", Bool),
        ("schema", Schema),
        ("example", Any),
        ("examples", Map(&Any)),
        ("content", Map(&Of(&MEDIA_TYPE))),
    ],
    &["name", "in"],
);

pub(super) static HEADER: Object = Object {
    name: "the header",
    fields: &[
        ("description", Text),
        ("required", Bool),
        ("deprecated", Bool),
        ("allowEmptyValue", Bool),
        ("style", Text),
        ("explode", Bool),
        ("schema", Schema),
        ("example", Any),
        ("examples", Map(&Any)),
        ("content", Map(&Of(&MEDIA_TYPE))),
    ],
    required: &[],
    closed: true,
};

pub(super) static REQUEST_BODY: Object = object(
    "the request body",
    &[("description", Text), ("content", Map(&Reference(&MEDIA_TYPE))), ("required", Bool)],
    &["content"],
);

static MEDIA_TYPE: Object = object(
    "the media type",
    &[
        ("schema", Schema),
        ("itemSchema", Schema),
        ("example", Any),
        ("examples", Map(&Any)),
        ("encoding", Map(&Of(&ENCODING))),
        ("prefixEncoding", List),
        ("itemEncoding", Any),
    ],
    &[],
);

static ENCODING: Object = object(
    "the encoding",
    &[
        ("contentType", Text),
        ("headers", Map(&Reference(&HEADER))),
        ("style", Text),
        ("explode", Bool),
        ("allowReserved", Bool),
        ("encoding", Any),
        ("prefixEncoding", List),
        ("itemEncoding", Any),
    ],
    &[],
);

pub(super) static RESPONSE: Object = object(
    "the response",
    &[
        ("summary", Text),
        ("description", Text),
        ("headers", Map(&Reference(&HEADER))),
        ("content", Map(&Reference(&MEDIA_TYPE))),
        ("links", Map(&Reference(&LINK))),
    ],
    &["description"],
);

pub(super) static SECURITY_SCHEME: Object = object(
    "the security scheme",
    &[
        ("type", Text),
        ("description", Text),
        ("name", Text),
        ("in", Text),
        ("scheme", Text),
        ("bearerFormat", Text),
        ("flows", Map(&Any)),
        ("openIdConnectUrl", Text),
        ("oauth2MetadataUrl", Text),
        ("deprecated", Bool),
    ],
    &["type"],
);

static LINK: Object = Object {
    name: "the link",
    fields: &[
        ("operationRef", Text),
        ("operationId", Text),
        ("parameters", Map(&Any)),
        ("requestBody", Any),
        ("description", Text),
        ("server", Of(&SERVER)),
    ],
    required: &[],
    closed: true,
};

static DISCRIMINATOR: Object = object(
    "`discriminator`",
    &[("propertyName", Text), ("mapping", Map(&Text)), ("defaultMapping", Text)],
    &["propertyName"],
);

pub(super) static SCHEMA: Object = object(
    "the schema",
    &[
        ("$id", Text),
        ("$schema", Text),
        ("$ref", Text),
        ("$anchor", Text),
        ("$dynamicRef", Text),
        ("$dynamicAnchor", Text),
        ("$vocabulary", Any),
        ("$comment", Text),
        ("$defs", Map(&Schema)),
        ("definitions", Any),
        ("allOf", ListOf(&Schema)),
        ("anyOf", ListOf(&Schema)),
        ("oneOf", ListOf(&Schema)),
        ("not", Schema),
        ("if", Schema),
        ("then", Schema),
        ("else", Schema),
        ("dependentSchemas", Map(&Schema)),
        ("prefixItems", ListOf(&Schema)),
        ("items", Schema),
        ("contains", Schema),
        ("properties", Map(&Schema)),
        ("patternProperties", Map(&Schema)),
        ("additionalProperties", SchemaOrBool),
        ("propertyNames", Schema),
        ("unevaluatedItems", SchemaOrBool),
        ("unevaluatedProperties", SchemaOrBool),
        ("type", Any),
        ("enum", List),
        ("const", Any),
        ("multipleOf", Number),
        ("maximum", Number),
        ("exclusiveMaximum", Any),
        ("minimum", Number),
        ("exclusiveMinimum", Any),
        ("maxLength", Count),
        ("minLength", Count),
        ("pattern", Text),
        ("maxItems", Count),
        ("minItems", Count),
        ("uniqueItems", Bool),
        ("maxContains", Count),
        ("minContains", Count),
        ("maxProperties", Count),
        ("minProperties", Count),
        ("required", Texts),
        ("dependentRequired", Map(&Texts)),
        ("dependencies", Any),
        ("title", Text),
        ("description", Text),
        ("default", Any),
        ("deprecated", Bool),
        ("readOnly", Bool),
        ("writeOnly", Bool),
        ("example", Any),
        ("examples", Any),
        ("format", Text),
        ("contentEncoding", Text),
        ("contentMediaType", Text),
        ("contentSchema", Schema),
        ("nullable", Bool),
        ("discriminator", Of(&DISCRIMINATOR)),
        ("xml", Any),
        ("externalDocs", Of(&EXTERNAL_DOCS)),
    ],
    &[],
);
