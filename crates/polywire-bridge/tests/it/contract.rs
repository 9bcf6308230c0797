//! The contract of the tests: users, as an OpenAPI document with a derived gRPC service would say it.

use polywire_contract::{
    BodyBinding, Check, Contract, Effect, Field, GrpcBinding, GrpcOutcome, HttpBinding, Int, Interface,
    InterfaceId, Media, Operation, Outcome, Place, ProtoField, ProtoKind, ProtoMessage, Record, Segment,
    Shape, Status, Streaming, Style, Type, TypeId,
};
use polywire_diag::{FileId, Span};

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

/// Component `users` with `getUser`, `createUser` and `deleteUser`.
pub(crate) fn users() -> Contract {
    let mut contract = Contract::default();
    contract.interfaces.push(Interface {
        name: "users".into(),
        component: "users".into(),
        service: Some("shop.users.v1.Users".into()),
        span: span(),
        doc: String::new(),
    });
    let id = contract.add_anonymous(Shape::Int(Int::I64), span());
    let text = contract.add_anonymous(Shape::Text, span());
    let name = contract.add_anonymous(Shape::Text, span());
    contract.types[name.0 as usize].checks.push((Check::MaxLength(5), span()));
    let user =
        message(&mut contract, "User", &[("id", id, ProtoKind::Int64), ("name", name, ProtoKind::String)]);
    let inner = message(
        &mut contract,
        "ErrorBody",
        &[("code", text, ProtoKind::String), ("message", text, ProtoKind::String)],
    );
    let error = message(&mut contract, "Error", &[("error", inner, ProtoKind::Message)]);
    let by_id = message(&mut contract, "GetUserRequest", &[("id", id, ProtoKind::Int64)]);
    let create = message(&mut contract, "CreateUserRequest", &[("name", name, ProtoKind::String)]);
    let empty = message(&mut contract, "DeleteUserResponse", &[]);

    let path = Place::Path { style: Style::Simple, explode: false };
    let literal = |text: &str| Segment::Literal(text.into());
    let with_id = vec![
        literal("users"),
        Segment::Field { prefix: String::new(), field: vec![0], suffix: String::new() },
    ];
    let not_found = || outcome(404, Some(error), "No such user.");
    let rest = |method: &str, path: Vec<Segment>, place: Place, body: BodyBinding| HttpBinding {
        method: method.into(),
        path,
        verb: None,
        places: vec![place],
        body,
        body_optional: false,
        response_field: None,
    };
    let found = vec![outcome(200, Some(user), ""), not_found()];
    let get = rest("GET", with_id.clone(), path.clone(), BodyBinding::None);
    operation(&mut contract, "getUser", by_id, (get, user, error), found);
    let body = rest("POST", vec![literal("users")], Place::Body, BodyBinding::Fields { ty: None });
    let created = vec![outcome(201, Some(user), ""), outcome(422, Some(error), "")];
    operation(&mut contract, "createUser", create, (body, user, error), created);
    let delete = rest("DELETE", with_id, path, BodyBinding::None);
    let deleted = vec![outcome(204, None, ""), outcome(409, None, "The user has orders.")];
    operation(&mut contract, "deleteUser", by_id, (delete, empty, error), deleted);
    contract
}

fn message(contract: &mut Contract, name: &str, fields: &[(&str, TypeId, ProtoKind)]) -> TypeId {
    let record = Record {
        fields: fields
            .iter()
            .map(|(name, ty, _)| Field { required: true, ..Field::new(*name, (*ty).into(), span()) })
            .collect(),
        ..Record::default()
    };
    let id = contract.add(Type {
        name: Some(format!("users.yaml#{name}")),
        span: span(),
        shape: Shape::Record(record),
        checks: Vec::new(),
        doc: String::new(),
        sensitive: false,
    });
    let fields = fields.iter().enumerate().map(|(at, (name, _, kind))| {
        Some(ProtoField {
            name: (*name).into(),
            number: at as u32 + 1,
            kind: *kind,
            key: None,
            implicit: false,
            packed: false,
            wrapped: false,
            delimited: false,
        })
    });
    let fields = fields.collect();
    contract
        .protobuf
        .messages
        .insert(id, ProtoMessage { full_name: format!("shop.users.v1.{name}"), fields, proto_json: false });
    id
}

fn outcome(status: u16, ty: Option<TypeId>, doc: &str) -> Outcome {
    let media = ty.map(|ty| Media { name: "application/json".into(), ty: Some(ty.into()) });
    Outcome {
        status: Status::Exact(status),
        ok: status < 400,
        media: media.into_iter().collect(),
        doc: doc.into(),
        span: span(),
    }
}

fn operation(
    contract: &mut Contract,
    name: &str,
    input: TypeId,
    (http, output, error): (HttpBinding, TypeId, TypeId),
    outcomes: Vec<Outcome>,
) {
    let lies = |outcome: &Outcome| match (outcome.ok, outcome.media.is_empty()) {
        (true, false) => GrpcOutcome::Message,
        (true, true) => GrpcOutcome::Empty,
        (false, false) => GrpcOutcome::Detail(Some(error)),
        (false, true) => GrpcOutcome::Detail(None),
    };
    let grpc = GrpcBinding {
        path: format!("/shop.users.v1.Users/{name}"),
        input,
        output,
        outcomes: outcomes.iter().map(lies).collect(),
    };
    contract.operations.push(Operation {
        id: format!("users.{name}"),
        name: name.into(),
        interface: InterfaceId(0),
        input,
        outcomes,
        streaming: Streaming::Unary,
        effect: Effect::Once,
        http: vec![http],
        grpc: Some(grpc),
        span: span(),
        doc: String::new(),
        deprecated: false,
    });
}
