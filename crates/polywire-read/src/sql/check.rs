//! `CHECK` expressions as checks on one column each, where they say no more than that.

use polywire_contract::{Check, Literal, Shape, SqlDialect};
use polywire_diag::Span;
use polywire_syntax::{Number, Value as Literally};
use sqlparser::ast::{BinaryOperator, DataType, Expr, Ident, InTarget};

use super::pattern;
use super::value::{Constant, call, constant, literal};

/// How many values a list may have to become a check.
const VALUES_MAX: usize = 4_000;

/// What an expression says about one column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predicate {
    NotNull,
    Compare(Order, Constant),
    /// Code points of text, bytes of bytes.
    Length(Order, u64),
    /// Bytes, of whatever it is.
    Octets(Order, u64),
    Items(Order, u64),
    Among(Vec<Constant>),
    NotAmong(Vec<Constant>),
    Pattern(String),
    MultipleOf(Number),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

impl Order {
    fn of(op: &BinaryOperator) -> Option<Order> {
        Some(match op {
            BinaryOperator::Lt => Order::Less,
            BinaryOperator::LtEq => Order::LessOrEqual,
            BinaryOperator::Eq => Order::Equal,
            BinaryOperator::NotEq => Order::NotEqual,
            BinaryOperator::GtEq => Order::GreaterOrEqual,
            BinaryOperator::Gt => Order::Greater,
            _ => return None,
        })
    }

    /// The order seen from the other side.
    fn turned(self) -> Order {
        match self {
            Order::Less => Order::Greater,
            Order::LessOrEqual => Order::GreaterOrEqual,
            Order::GreaterOrEqual => Order::LessOrEqual,
            Order::Greater => Order::Less,
            same => same,
        }
    }
}

/// The parts of an expression that all must hold.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    chain(expr, &BinaryOperator::And)
}

/// The operands of a chain of one operator, in order; brackets do not count.
fn chain<'e>(expr: &'e Expr, operator: &BinaryOperator) -> Vec<&'e Expr> {
    let (mut found, mut waiting) = (Vec::new(), vec![expr]);
    while let Some(expr) = waiting.pop() {
        match expr {
            Expr::Nested(inner) => waiting.push(inner),
            Expr::BinaryOp { left, op, right } if op == operator => {
                waiting.push(right);
                waiting.push(left);
            }
            other => found.push(other),
        }
    }
    found
}

/// What an expression without `AND` says, and about which column; several where `BETWEEN` says two things.
pub(super) fn read(expr: &Expr, dialect: SqlDialect) -> Option<(&Ident, Vec<Predicate>)> {
    match expr {
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => either(expr, dialect),
        Expr::BinaryOp { left, op, right } => binary(left, op, right, dialect),
        Expr::IsNotNull(inner) => Some((column(inner)?, vec![Predicate::NotNull])),
        Expr::Between { expr, negated: false, low, high } => {
            let subject = subject(expr)?;
            let low = subject.compared(Order::GreaterOrEqual, &constant(low)?)?;
            let high = subject.compared(Order::LessOrEqual, &constant(high)?)?;
            Some((subject.column, vec![low, high]))
        }
        Expr::In { expr, target: InTarget::List(list), negated, .. } => {
            if list.len() > VALUES_MAX {
                return None;
            }
            let values = list.iter().map(constant).collect::<Option<Vec<_>>>()?;
            Some((column(expr)?, vec![listed(values, *negated)]))
        }
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
            Some((column(left)?, vec![listed(array(right)?, false)]))
        }
        Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => {
            Some((column(left)?, vec![listed(array(right)?, true)]))
        }
        Expr::Like { negated: false, any: false, expr, pattern, escape_char: None } => {
            like(expr, pattern, dialect)
        }
        _ => None,
    }
}

fn listed(values: Vec<Constant>, negated: bool) -> Predicate {
    if negated { Predicate::NotAmong(values) } else { Predicate::Among(values) }
}

/// The constants of `ARRAY['a', 'b']`, with casts around it as dumps write them.
fn array(expr: &Expr) -> Option<Vec<Constant>> {
    match super::value::bare(expr) {
        Expr::Array(array) if array.elem.len() <= VALUES_MAX => array.elem.iter().map(constant).collect(),
        _ => None,
    }
}

fn like<'e>(expr: &'e Expr, pattern: &Expr, dialect: SqlDialect) -> Option<(&'e Ident, Vec<Predicate>)> {
    // SQLite's LIKE takes ASCII letters without case.
    if dialect == SqlDialect::Sqlite {
        return None;
    }
    let Some(Constant::Text(text)) = constant(pattern) else { return None };
    Some((column(expr)?, vec![Predicate::Pattern(pattern::like(&text))]))
}

fn binary<'e>(
    left: &'e Expr,
    op: &BinaryOperator,
    right: &'e Expr,
    dialect: SqlDialect,
) -> Option<(&'e Ident, Vec<Predicate>)> {
    match op {
        BinaryOperator::PGRegexMatch => {
            let Some(Constant::Text(text)) = constant(right) else { return None };
            return Some((column(left)?, vec![Predicate::Pattern(pattern::ecma(&text)?)]));
        }
        BinaryOperator::PGLikeMatch => return like(left, right, dialect),
        _ => {}
    }
    let order = Order::of(op)?;
    if let Some(constant) = constant(right) {
        let subject = subject(left)?;
        return Some((subject.column, vec![subject.compared(order, &constant)?]));
    }
    let (subject, constant) = (subject(right)?, constant(left)?);
    Some((subject.column, vec![subject.compared(order.turned(), &constant)?]))
}

/// `a = 1 OR a = 2`, and `a IS NULL OR …`: a null passes every check anyway.
fn either(expr: &Expr, dialect: SqlDialect) -> Option<(&Ident, Vec<Predicate>)> {
    let (mut owner, mut others, mut values) = (None::<&Ident>, Vec::new(), Vec::new());
    let parts = chain(expr, &BinaryOperator::Or);
    for part in &parts {
        let (column, said) = match part {
            Expr::IsNull(inner) => (column(inner)?, Vec::new()),
            Expr::BinaryOp { op: BinaryOperator::And, .. } => {
                let both = conjuncts(part)
                    .into_iter()
                    .map(|part| read(part, dialect))
                    .collect::<Option<Vec<_>>>()?;
                let column = both.first()?.0;
                if both.iter().any(|(other, _)| other.value != column.value) {
                    return None;
                }
                others.extend(both.into_iter().flat_map(|(_, said)| said));
                (column, Vec::new())
            }
            part => read(part, dialect)?,
        };
        if owner.is_some_and(|owner| owner.value != column.value) {
            return None;
        }
        owner = Some(column);
        for predicate in said {
            match predicate {
                Predicate::Among(more) => values.extend(more),
                Predicate::Compare(Order::Equal, constant) => values.push(constant),
                other => others.push(other),
            }
        }
    }
    let nulls = parts.iter().filter(|part| matches!(part, Expr::IsNull(_))).count();
    match (values.is_empty(), others.is_empty()) {
        (false, true) => Some((owner?, vec![Predicate::Among(values)])),
        (true, false) if parts.len() - nulls == 1 => Some((owner?, others)),
        _ => None,
    }
}

/// What is compared: a column, or something that is measured on it.
struct Subject<'e> {
    column: &'e Ident,
    measure: Measure,
}

enum Measure {
    Value,
    Length,
    Octets,
    Items,
    /// What is left after a division.
    Remainder(Number),
}

impl Subject<'_> {
    fn compared(&self, order: Order, constant: &Constant) -> Option<Predicate> {
        let count = || match constant {
            Constant::Number(number) => number.as_u64(),
            _ => None,
        };
        Some(match &self.measure {
            Measure::Value if *constant == Constant::Null => return None,
            Measure::Value => Predicate::Compare(order, constant.clone()),
            Measure::Length => Predicate::Length(order, count()?),
            Measure::Octets => Predicate::Octets(order, count()?),
            Measure::Items => Predicate::Items(order, count()?),
            Measure::Remainder(of) => {
                if order != Order::Equal || count()? != 0 {
                    return None;
                }
                Predicate::MultipleOf(of.clone())
            }
        })
    }
}

fn subject(expr: &Expr) -> Option<Subject<'_>> {
    let expr = unwrapped(expr)?;
    let (inner, measure) = match expr {
        Expr::Function(function) => {
            let (name, arguments) = call(function)?;
            let [argument] = arguments.as_slice() else { return None };
            match name.as_str() {
                "length" | "char_length" | "character_length" => (*argument, Measure::Length),
                "octet_length" => (*argument, Measure::Octets),
                "cardinality" => (*argument, Measure::Items),
                _ => return None,
            }
        }
        Expr::BinaryOp { left, op: BinaryOperator::Modulo, right } => match constant(right)? {
            Constant::Number(number) if number.as_u64().is_some_and(|number| number > 0) => {
                (&**left, Measure::Remainder(number))
            }
            _ => return None,
        },
        other => (other, Measure::Value),
    };
    Some(Subject { column: column(inner)?, measure })
}

/// The column that an expression is.
fn column(expr: &Expr) -> Option<&Ident> {
    match unwrapped(expr)? {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    }
}

/// Takes away brackets, and casts that change no value.
fn unwrapped(mut expr: &Expr) -> Option<&Expr> {
    loop {
        expr = match expr {
            Expr::Nested(inner) => inner,
            Expr::Cast { expr, data_type, .. } => {
                let keeps = match data_type {
                    DataType::Text | DataType::DoublePrecision => true,
                    DataType::Numeric(info) => *info == sqlparser::ast::ExactNumberInfo::None,
                    DataType::CharacterVarying(length) | DataType::Varchar(length) => length.is_none(),
                    DataType::BigInt(_) => true,
                    _ => false,
                };
                if !keeps {
                    return None;
                }
                expr
            }
            other => return Some(other),
        };
    }
}

/// A predicate as checks on values of a shape; `None` where they cannot say it.
pub(super) fn checks(predicate: &Predicate, shape: &Shape, span: Span) -> Option<Vec<Check>> {
    let literals = |constants: &[Constant]| -> Option<Vec<Literal>> {
        constants.iter().filter(|one| **one != Constant::Null).map(|one| literal(one, shape, span)).collect()
    };
    let textual = matches!(shape, Shape::Text);
    let measured = textual || matches!(shape, Shape::Bytes);
    let exact = |check: Check| Some(vec![check]);
    match predicate {
        Predicate::NotNull => Some(Vec::new()),
        Predicate::Among(values) => exact(Check::Among(literals(values)?)),
        // Nothing is outside of a list with a null in it, and nothing passes that.
        Predicate::NotAmong(values) if values.contains(&Constant::Null) => None,
        Predicate::NotAmong(values) => exact(Check::NotAmong(literals(values)?)),
        Predicate::Pattern(pattern) => textual.then(|| vec![Check::Pattern(pattern.clone())]),
        Predicate::MultipleOf(number) => matches!(shape, Shape::Int(_) | Shape::Decimal { .. })
            .then(|| vec![Check::MultipleOf(number.clone())]),
        Predicate::Length(order, count) if measured => {
            counted(*order, *count, Check::MinLength, Check::MaxLength)
        }
        Predicate::Octets(order, count) if matches!(shape, Shape::Bytes) => {
            counted(*order, *count, Check::MinLength, Check::MaxLength)
        }
        Predicate::Items(order, count) if matches!(shape, Shape::List(_)) => {
            counted(*order, *count, Check::MinItems, Check::MaxItems)
        }
        Predicate::Length(..) | Predicate::Octets(..) | Predicate::Items(..) => None,
        Predicate::Compare(order, constant) => compared(*order, constant, shape, span),
    }
}

fn compared(order: Order, constant: &Constant, shape: &Shape, span: Span) -> Option<Vec<Check>> {
    if matches!(shape, Shape::Text) && order == Order::NotEqual && *constant == Constant::Text(String::new())
    {
        return Some(vec![Check::MinLength(1)]);
    }
    let value = literal(constant, shape, span)?;
    let bound = || match &value.value {
        _ if !matches!(shape, Shape::Int(_) | Shape::Float(_) | Shape::Decimal { .. }) => None,
        Literally::Number(number) => Some(number.clone()),
        Literally::Text(digits) => Some(Number(digits.clone())),
        _ => None,
    };
    Some(vec![match order {
        Order::Equal => Check::Among(vec![value]),
        Order::NotEqual => Check::NotAmong(vec![value]),
        Order::Less => Check::ExclusiveMaximum(bound()?),
        Order::LessOrEqual => Check::Maximum(bound()?),
        Order::GreaterOrEqual => Check::Minimum(bound()?),
        Order::Greater => Check::ExclusiveMinimum(bound()?),
    }])
}

/// A comparison of a count as a least and a greatest one.
fn counted(order: Order, count: u64, least: fn(u64) -> Check, most: fn(u64) -> Check) -> Option<Vec<Check>> {
    Some(match order {
        Order::Less => vec![most(count.checked_sub(1)?)],
        Order::LessOrEqual => vec![most(count)],
        Order::Equal => vec![least(count), most(count)],
        Order::GreaterOrEqual => vec![least(count)],
        Order::Greater => vec![least(count.checked_add(1)?)],
        Order::NotEqual if count == 0 => vec![least(1)],
        Order::NotEqual => return None,
    })
}
