//! What a column type's values look like, in PostgreSQL and SQLite:
//! <https://www.postgresql.org/docs/current/datatype.html>, <https://www.sqlite.org/datatype3.html>.

use polywire_contract::{Check, Float, Int, Shape, SqlDialect};
use polywire_syntax::Number;
use sqlparser::ast::{CharacterLength, DataType, ExactNumberInfo, ObjectName, TimezoneInfo, TypeModifier};

/// What a type is built of, before names are looked up.
pub(super) enum Built<'t> {
    /// A shape with checks that belong to the type: lengths, precision.
    Shape(Shape, Vec<Check>),
    /// A list of another type.
    List(&'t DataType),
    /// Text to text, with nulls among the values.
    Map,
    /// One of these names.
    Enum(Vec<&'t str>),
    /// Declared in the script, or unknown.
    Named(&'t ObjectName),
}

/// The format of a date and time of day that belongs to no time zone.
pub(super) const LOCAL: &str = "date-time-local";
/// The longest name of anything in PostgreSQL.
const NAME_MAX: u64 = 63;

/// Whether a type stands for an integer with a sequence of its own.
pub(super) fn is_serial(data_type: &DataType) -> bool {
    let DataType::Custom(name, _) = data_type else { return false };
    let name = plain(name);
    name.is_some_and(|name| {
        matches!(name.as_str(), "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8")
    })
}

/// Says what a type is built of.
pub(super) fn build(data_type: &DataType, dialect: SqlDialect) -> Built<'_> {
    if dialect == SqlDialect::Sqlite
        && let Some(int) = sqlite_integer(data_type)
    {
        return int;
    }
    match data_type {
        DataType::Array(element) => super::types::element(element).map_or_else(any, Built::List),
        DataType::Enum(members, _) => Built::Enum(members.iter().map(member).collect()),
        DataType::Custom(name, modifiers) => custom(name, modifiers, dialect),
        DataType::Nullable(inner) | DataType::LowCardinality(inner) => build(inner, dialect),
        DataType::Collate(inner, _) => build(inner, dialect),
        _ => scalar(data_type),
    }
}

fn element(element: &sqlparser::ast::ArrayElemTypeDef) -> Option<&DataType> {
    use sqlparser::ast::ArrayElemTypeDef as Element;
    match element {
        Element::None => None,
        Element::AngleBracket(inner)
        | Element::SquareBracket(inner, _)
        | Element::Parenthesis(inner)
        | Element::ParenthesisNotNull(inner)
        | Element::Qualified(inner, _) => Some(inner),
    }
}

fn member(member: &sqlparser::ast::EnumMember) -> &str {
    use sqlparser::ast::EnumMember;
    match member {
        EnumMember::Name(name) | EnumMember::NamedValue(name, _) => name,
    }
}

fn any<'t>() -> Built<'t> {
    shape(Shape::Any)
}

fn shape<'t>(shape: Shape) -> Built<'t> {
    Built::Shape(shape, Vec::new())
}

fn checked<'t>(shape: Shape, check: Check) -> Built<'t> {
    Built::Shape(shape, vec![check])
}

/// Types that both parsers know by name.
fn scalar<'t>(data_type: &DataType) -> Built<'t> {
    use DataType as T;
    match data_type {
        T::Bool | T::Boolean => shape(Shape::Bool),
        T::TinyInt(_) => shape(Shape::Int(Int::I8)),
        T::SmallInt(_) | T::Int2(_) | T::Int16 => shape(Shape::Int(Int::I16)),
        T::Int(_) | T::Integer(_) | T::Int4(_) | T::MediumInt(_) | T::Int32 => shape(Shape::Int(Int::I32)),
        T::BigInt(_) | T::Int8(_) | T::Int64 => shape(Shape::Int(Int::I64)),
        T::Real | T::Float4 | T::Float32 => shape(Shape::Float(Float::F32)),
        // The precision counts bits.
        T::Float(ExactNumberInfo::Precision(bits)) if *bits <= 24 => shape(Shape::Float(Float::F32)),
        T::Float(_) | T::Float8 | T::Float64 | T::Double(_) | T::DoublePrecision => {
            shape(Shape::Float(Float::F64))
        }
        T::Numeric(info) | T::Decimal(info) | T::Dec(info) => decimal(info),
        T::Character(length) | T::Char(length) => fixed_text(length.as_ref()),
        T::CharacterVarying(length) | T::CharVarying(length) | T::Varchar(length) | T::Nvarchar(length) => {
            text(length.as_ref())
        }
        T::Text | T::String(_) | T::TinyText | T::MediumText | T::LongText | T::Clob(_) => shape(Shape::Text),
        T::CharacterLargeObject(_) | T::CharLargeObject(_) => shape(Shape::Text),
        T::Bytea
        | T::Blob(_)
        | T::TinyBlob
        | T::MediumBlob
        | T::LongBlob
        | T::Binary(_)
        | T::Varbinary(_)
        | T::Bytes(_) => shape(Shape::Bytes),
        T::Uuid => shape(Shape::Uuid),
        T::Date => shape(Shape::Date),
        T::Time(..) => shape(Shape::Time),
        T::Timestamp(_, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => shape(Shape::Instant),
        T::Timestamp(..) | T::Datetime(_) | T::TimestampNtz(_) => {
            checked(Shape::Text, Check::Format(LOCAL.to_string()))
        }
        T::Interval { .. } => shape(Shape::Duration),
        T::Bit(length) => bits(Some(length.unwrap_or(1)), true),
        T::BitVarying(length) | T::VarBit(length) => bits(*length, false),
        T::Regclass | T::TsVector | T::TsQuery | T::GeometricType(_) => shape(Shape::Text),
        _ => any(),
    }
}

/// The affinity of a name that contains one of these, in SQLite; there all integers have 64 bits.
fn sqlite_integer<'t>(data_type: &DataType) -> Option<Built<'t>> {
    let text = match data_type {
        DataType::Custom(..) => return None,
        // What a type is called is what counts.
        other => other.to_string().to_ascii_uppercase(),
    };
    if text.contains("INT") && !text.contains("INTERVAL") && !text.starts_with("POINT") {
        return Some(shape(Shape::Int(Int::I64)));
    }
    let eight_bytes = matches!(data_type, DataType::Real | DataType::Float(_) | DataType::Float4);
    eight_bytes.then(|| shape(Shape::Float(Float::F64)))
}

/// A name that is no keyword of types: PostgreSQL's other types, SQLite's free names.
fn custom<'t>(name: &'t ObjectName, modifiers: &[TypeModifier], dialect: SqlDialect) -> Built<'t> {
    let Some(plain) = plain(name) else { return Built::Named(name) };
    match dialect {
        SqlDialect::PostgreSql => postgres(&plain, modifiers).unwrap_or(Built::Named(name)),
        SqlDialect::Sqlite => sqlite(&plain.to_ascii_lowercase()),
    }
}

/// The name alone where it may be one of the database's own: without schema, or in `pg_catalog`.
fn plain(name: &ObjectName) -> Option<String> {
    let parts: Vec<_> = name.0.iter().filter_map(|part| part.as_ident()).collect();
    let last = match parts.as_slice() {
        [schema, last] if schema.value.eq_ignore_ascii_case("pg_catalog") => last,
        [last] => last,
        _ => return None,
    };
    Some(if last.quote_style.is_none() { last.value.to_ascii_lowercase() } else { last.value.clone() })
}

fn postgres<'t>(name: &str, modifiers: &[TypeModifier]) -> Option<Built<'t>> {
    let first = modifiers.first().and_then(|modifier| match modifier {
        TypeModifier::Number(digits, _) => digits.parse::<u64>().ok(),
        _ => None,
    });
    Some(match name {
        "serial" | "serial4" => shape(Shape::Int(Int::I32)),
        "bigserial" | "serial8" => shape(Shape::Int(Int::I64)),
        "smallserial" | "serial2" => shape(Shape::Int(Int::I16)),
        "int2" => shape(Shape::Int(Int::I16)),
        "int4" => shape(Shape::Int(Int::I32)),
        "int8" => shape(Shape::Int(Int::I64)),
        "float4" => shape(Shape::Float(Float::F32)),
        "float8" => shape(Shape::Float(Float::F64)),
        "bool" => shape(Shape::Bool),
        "bytea" => shape(Shape::Bytes),
        "uuid" => shape(Shape::Uuid),
        "oid" | "xid" | "cid" => shape(Shape::Int(Int::U32)),
        "xid8" => shape(Shape::Int(Int::U64)),
        "name" => checked(Shape::Text, Check::MaxLength(NAME_MAX)),
        "char" => checked(Shape::Text, Check::MaxLength(1)),
        "bpchar" | "varchar" => match first {
            Some(length) => checked(Shape::Text, Check::MaxLength(length)),
            None => shape(Shape::Text),
        },
        "timestamptz" => shape(Shape::Instant),
        "timestamp" => checked(Shape::Text, Check::Format(LOCAL.to_string())),
        "timetz" => shape(Shape::Time),
        "json" | "jsonb" => any(),
        "hstore" => Built::Map,
        "citext" | "text" | "money" | "xml" | "jsonpath" | "pg_lsn" | "tsvector" | "tsquery"
        | "txid_snapshot" | "pg_snapshot" | "regclass" | "regtype" | "regproc" | "regrole" | "refcursor" => {
            shape(Shape::Text)
        }
        "inet" | "cidr" | "macaddr" | "macaddr8" | "ltree" | "lquery" | "ltxtquery" | "isbn" => {
            shape(Shape::Text)
        }
        "point" | "line" | "lseg" | "box" | "path" | "polygon" | "circle" => shape(Shape::Text),
        "int4range" | "int8range" | "numrange" | "tsrange" | "tstzrange" | "daterange" | "int4multirange"
        | "int8multirange" | "nummultirange" | "tsmultirange" | "tstzmultirange" | "datemultirange" => {
            shape(Shape::Text)
        }
        _ => return None,
    })
}

/// The rules of affinity, after names that say more.
fn sqlite<'t>(name: &str) -> Built<'t> {
    match name {
        "any" | "json" | "jsonb" => return any(),
        "guid" | "uniqueidentifier" => return shape(Shape::Uuid),
        "timestamptz" => return shape(Shape::Instant),
        _ => {}
    }
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    shape(if has(&["int"]) {
        Shape::Int(Int::I64)
    } else if has(&["char", "clob", "text"]) {
        Shape::Text
    } else if has(&["blob"]) {
        Shape::Bytes
    } else if has(&["real", "floa", "doub"]) {
        Shape::Float(Float::F64)
    } else {
        Shape::Decimal { digits: 0, scale: 0 }
    })
}

fn text<'t>(length: Option<&CharacterLength>) -> Built<'t> {
    match length {
        Some(CharacterLength::IntegerLength { length, .. }) => {
            checked(Shape::Text, Check::MaxLength(*length))
        }
        Some(CharacterLength::Max) | None => shape(Shape::Text),
    }
}

/// `char` alone is one character.
fn fixed_text<'t>(length: Option<&CharacterLength>) -> Built<'t> {
    match length {
        None => checked(Shape::Text, Check::MaxLength(1)),
        length => text(length),
    }
}

fn bits<'t>(length: Option<u64>, exact: bool) -> Built<'t> {
    let mut checks = vec![Check::Pattern("^[01]*$".to_string())];
    checks.extend(length.filter(|_| exact).map(Check::MinLength));
    checks.extend(length.map(Check::MaxLength));
    Built::Shape(Shape::Text, checks)
}

/// `numeric(p, s)`, where the scale may be negative, or greater than the precision.
fn decimal<'t>(info: &ExactNumberInfo) -> Built<'t> {
    let (precision, scale) = match *info {
        ExactNumberInfo::None => return shape(Shape::Decimal { digits: 0, scale: 0 }),
        ExactNumberInfo::Precision(precision) => (precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (precision, scale),
    };
    // PostgreSQL's own bounds; beyond them the declaration is refused there.
    let (precision, scale) = (precision.min(1000) as i64, scale.clamp(-1000, 1000));
    let number = |digits: usize| Number(format!("1{}", "0".repeat(digits)));
    if scale < 0 {
        let digits = (precision - scale) as u16;
        return checked(Shape::Decimal { digits, scale: 0 }, Check::MultipleOf(number(-scale as usize)));
    }
    if scale > precision {
        let bound = format!("0.{}1", "0".repeat((scale - precision - 1) as usize));
        let checks = vec![
            Check::ExclusiveMinimum(Number(format!("-{bound}"))),
            Check::ExclusiveMaximum(Number(bound)),
        ];
        return Built::Shape(Shape::Decimal { digits: scale as u16, scale: scale as u16 }, checks);
    }
    shape(Shape::Decimal { digits: precision as u16, scale: scale as u16 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(precision: u64, scale: i64, expected: &str) {
        let Built::Shape(shape, checks) = decimal(&ExactNumberInfo::PrecisionAndScale(precision, scale))
        else {
            panic!("a shape")
        };
        assert_eq!(format!("{shape:?} {checks:?}"), expected);
    }

    #[test]
    fn every_scale_is_said_exactly() {
        check(10, 2, "Decimal { digits: 10, scale: 2 } []");
        check(5, -2, "Decimal { digits: 7, scale: 0 } [MultipleOf(Number(\"100\"))]");
        check(
            3,
            5,
            "Decimal { digits: 5, scale: 5 } [ExclusiveMinimum(Number(\"-0.01\")), ExclusiveMaximum(Number(\"0.01\"))]",
        );
        check(
            u64::MAX,
            i64::MIN,
            &format!("Decimal {{ digits: 2000, scale: 0 }} [MultipleOf(Number(\"1{}\"))]", "0".repeat(1000)),
        );
    }
}
