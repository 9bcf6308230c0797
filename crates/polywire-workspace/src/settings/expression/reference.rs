//! What an expression refers to.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue};

/// A reference, as far as its keys are written out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Chain {
    /// `config.a.b`; none where the whole is meant. A `test` asks whether it is there.
    Config {
        keys: Vec<String>,
        test: bool,
    },
    Secrets,
}

impl Chain {
    /// Whether the value at a path is a part of what is referred to, or holds it.
    pub(super) fn touches(&self, path: &[String]) -> bool {
        match self {
            Chain::Config { keys, .. } => keys.iter().zip(path).all(|(a, b)| a == b),
            Chain::Secrets => false,
        }
    }
}

/// The name in `secrets.NAME` and `secrets["NAME"]`, where the expression is nothing else.
pub(super) fn secret(expression: &IdedExpr) -> Option<&str> {
    let (root, keys, _) = keys(&expression.expr)?;
    match (root, keys.as_slice()) {
        ("secrets", [name]) => Some(name),
        _ => None,
    }
}

/// Every reference in an expression.
pub(super) fn chains(expression: &IdedExpr) -> Vec<Chain> {
    let mut found = Vec::new();
    collect(&expression.expr, &mut found);
    found
}

fn collect(expression: &Expr, found: &mut Vec<Chain>) {
    if let Some((root, keys, test)) = keys(expression) {
        match root {
            "config" => {
                found.push(Chain::Config { keys: keys.into_iter().map(str::to_owned).collect(), test });
            }
            "secrets" => found.push(Chain::Secrets),
            _ => {}
        }
        return;
    }
    match expression {
        Expr::Call(call) => {
            call.target.iter().for_each(|target| collect(&target.expr, found));
            call.args.iter().for_each(|argument| collect(&argument.expr, found));
        }
        Expr::Comprehension(of) => {
            let parts = [&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result];
            parts.into_iter().for_each(|part| collect(&part.expr, found));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| collect(&element.expr, found)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| collect_entry(&entry.expr, found)),
        Expr::Struct(of) => of.entries.iter().for_each(|entry| collect_entry(&entry.expr, found)),
        Expr::Select(select) => collect(&select.operand.expr, found),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
    }
}

fn collect_entry(entry: &EntryExpr, found: &mut Vec<Chain>) {
    match entry {
        EntryExpr::StructField(field) => collect(&field.value.expr, found),
        EntryExpr::MapEntry(entry) => {
            collect(&entry.key.expr, found);
            collect(&entry.value.expr, found);
        }
    }
}

/// `root.a["b"]` as its root and keys, and whether it only asks for presence.
fn keys(expression: &Expr) -> Option<(&str, Vec<&str>, bool)> {
    match expression {
        Expr::Ident(name) => Some((name, Vec::new(), false)),
        Expr::Select(select) => {
            let (root, mut keys, test) = keys(&select.operand.expr)?;
            keys.push(&select.field);
            Some((root, keys, test || select.test))
        }
        Expr::Call(call) if call.func_name == cel::common::ast::operators::INDEX => {
            let [operand, index] = call.args.as_slice() else { return None };
            let Expr::Literal(LiteralValue::String(key)) = &index.expr else { return None };
            let (root, mut keys, test) = keys(&operand.expr)?;
            keys.push(key.inner());
            Some((root, keys, test))
        }
        _ => None,
    }
}
