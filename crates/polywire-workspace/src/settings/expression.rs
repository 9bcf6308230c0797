//! Expressions: texts that start with `=`, in the Common Expression Language, evaluated after what they refer to.

mod reference;
mod value;

use cel::{Context, ExecutionError, Program};
use polywire_contract::{Content, Literal};
use polywire_diag::{Diagnostic, Span, nearest};
use polywire_syntax::{Node, Value};

use self::reference::{Chain, chains, secret};
use super::tree::{self, Branches, Leaf, Tree};
use crate::{MISPLACED_SECRET, WRONG_EXPRESSION};

/// The longest expression, in bytes.
const EXPRESSION_BYTES_MAX: usize = 4096;

/// A value with expressions in it.
struct Pending {
    path: Vec<String>,
    written: Literal,
    /// In the order in which they stand in the value.
    programs: Vec<(Span, Program)>,
    needs: Vec<Chain>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Done,
}

/// Replaces every expression by its value, and every reference to a secret by its name.
pub(super) fn evaluate(branches: &mut Branches, environment: Option<&str>, diags: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    tree::leaves(branches, &mut Vec::new(), &mut found);
    let mut pending: Vec<Pending> = Vec::new();
    let mut secrets: Vec<(Vec<String>, String)> = Vec::new();
    for (path, leaf) in found {
        let Content::Literal(node) = &leaf.content else { continue };
        let mut programs = Vec::new();
        compile(node, &mut programs, diags);
        if let (Value::Text(_), [(_, program)]) = (&node.value, programs.as_slice())
            && let Some(name) = secret(program.expression())
        {
            secrets.push((path, name.to_owned()));
        } else if !programs.is_empty() {
            let needs = programs.iter().flat_map(|(_, program)| chains(program.expression())).collect();
            pending.push(Pending { path, written: node.clone(), programs, needs, state: State::Waiting });
        }
    }
    for (path, name) in secrets {
        tree::replace(branches, &path, Content::Secret(name));
    }
    for at in 0..pending.len() {
        run(at, &mut pending, branches, environment, diags);
    }
}

/// Compiles every expression in a value.
fn compile(node: &Node, programs: &mut Vec<(Span, Program)>, diags: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| compile(item, programs, diags)),
        Value::Map(map) => map.entries.iter().for_each(|entry| compile(&entry.value, programs, diags)),
        Value::Text(text) => {
            let Some(source) = text.strip_prefix('=') else { return };
            if source.len() > EXPRESSION_BYTES_MAX {
                let message = format!("an expression is longer than {EXPRESSION_BYTES_MAX} bytes");
                diags.push(wrong(message, node.span));
                return;
            }
            match Program::compile(source) {
                Ok(program) => programs.push((node.span, program)),
                Err(errors) => {
                    let reason = errors.errors.first().map(|error| error.msg.as_str()).unwrap_or_default();
                    // What the grammar would have taken instead is a long list of its own terms.
                    let reason = reason.lines().next().unwrap_or_default();
                    let reason = reason.split(" expecting").next().unwrap_or_default();
                    let reason = reason.trim_start_matches("Syntax error: ");
                    diags.push(
                        wrong(format!("this is no expression: {reason}"), node.span)
                            .help("text that begins with `=` is written `='=…'`"),
                    );
                }
            }
        }
        _ => {}
    }
}

/// Evaluates one value after those that it needs.
fn run(
    at: usize,
    pending: &mut Vec<Pending>,
    branches: &mut Branches,
    environment: Option<&str>,
    diags: &mut Vec<Diagnostic>,
) {
    match pending[at].state {
        State::Done => return,
        State::Running => {
            let message = format!("`{}` needs itself", pending[at].path.join("."));
            diags.push(wrong(message, pending[at].written.span));
            pending[at].state = State::Done;
            return;
        }
        State::Waiting => pending[at].state = State::Running,
    }
    let needs = pending[at].needs.clone();
    for other in 0..pending.len() {
        if needs.iter().any(|chain| chain.touches(&pending[other].path)) {
            run(other, pending, branches, environment, diags);
        }
    }
    if pending[at].state == State::Done {
        return;
    }
    pending[at].state = State::Done;
    let one = &pending[at];
    if let Some(reason) = needs.iter().find_map(|chain| unusable(chain, branches, one.written.span)) {
        diags.push(reason);
        return;
    }
    let mut context = Context::default();
    context.add_variable_from_value("config", value::of_branches(branches, &unfinished(pending)));
    context.add_variable_from_value("environment", environment.unwrap_or_default());
    let mut programs = one.programs.iter();
    match replaced(&one.written, &mut programs, &context) {
        Ok(node) => tree::replace(branches, &one.path, Content::Literal(node)),
        Err(diagnostic) => diags.push(*diagnostic),
    }
}

/// The paths of values that are not evaluated yet.
fn unfinished(pending: &[Pending]) -> Vec<&[String]> {
    pending.iter().filter(|one| one.state != State::Done).map(|one| one.path.as_slice()).collect()
}

/// Why a reference cannot be followed.
fn unusable(chain: &Chain, branches: &Branches, span: Span) -> Option<Diagnostic> {
    let keys = match chain {
        Chain::Secrets => {
            let message = "a secret is no part of an expression: its value is not here";
            return Some(
                Diagnostic::error(&MISPLACED_SECRET, message)
                    .at(span, "")
                    .help("refer to it alone, as `=secrets.NAME`, and compose in the program"),
            );
        }
        Chain::Config { keys, test } => {
            if *test {
                return None;
            }
            keys
        }
    };
    let mut here = branches;
    for (at, key) in keys.iter().enumerate() {
        match here.iter().find(|branch| branch.key == *key).map(|branch| &branch.tree) {
            Some(Tree::Group(group)) => here = group,
            Some(Tree::Leaf(Leaf { content: Content::Secret(_), .. })) => {
                let message = format!("`{}` is a secret: its value is not here", keys[..=at].join("."));
                return Some(Diagnostic::error(&MISPLACED_SECRET, message).at(span, ""));
            }
            Some(Tree::Leaf(leaf)) => {
                let large = matches!(&leaf.content, Content::Literal(node) if !value::fits(node));
                let message = format!("`{}` is too large a number for expressions", keys[..=at].join("."));
                return large.then(|| wrong(message, span));
            }
            None => {
                let known = here.iter().map(|branch| branch.key.as_str());
                let diagnostic = wrong(format!("there is no setting `{}`", keys[..=at].join(".")), span);
                return Some(match nearest(key, known) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            }
        }
    }
    None
}

/// The value with each expression in it replaced.
fn replaced<'a>(
    node: &Node,
    programs: &mut impl Iterator<Item = &'a (Span, Program)>,
    context: &Context<'_, '_>,
) -> Result<Node, Box<Diagnostic>> {
    let value = match &node.value {
        Value::List(items) => {
            Value::List(items.iter().map(|item| replaced(item, programs, context)).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let mut map = map.clone();
            for entry in &mut map.entries {
                entry.value = replaced(&entry.value, programs, context)?;
            }
            Value::Map(map)
        }
        Value::Text(text) if text.starts_with('=') => {
            let (span, program) =
                programs.next().expect("each expression was compiled, or the value is not run");
            let found = program.execute(context).map_err(|error| Box::new(failed(&error, *span)))?;
            return value::literal(&found, *span).ok_or_else(|| {
                let what = "only text, numbers, booleans, lists, maps and null are values of settings";
                Box::new(wrong("the expression gives no such value", *span).help(what))
            });
        }
        value => value.clone(),
    };
    Ok(Node { span: node.span, value })
}

fn failed(error: &ExecutionError, span: Span) -> Diagnostic {
    match error {
        ExecutionError::UndeclaredReference(name) => wrong(format!("there is no `{name}` here"), span)
            .help("known are `config`, `environment`, `secrets` and the functions of CEL"),
        ExecutionError::UnsupportedBinaryOperator(operator, a, b) => {
            let message = format!("there is no `{operator}` of {} and {}", a.type_of(), b.type_of());
            wrong(message, span).help("`string(…)`, `int(…)` and `double(…)` convert")
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            wrong("the expression divides by zero", span)
        }
        error => wrong(format!("the expression fails: {error}"), span),
    }
}

fn wrong(message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(&WRONG_EXPRESSION, message).at(span, "")
}
