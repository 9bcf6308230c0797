//! Tokens as sqlparser understands them, where it knows less than the databases.

use polywire_contract::SqlDialect;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// Rewrites what the parser would refuse although the database takes it.
pub(super) fn prepared(tokens: Vec<TokenWithSpan>, dialect: SqlDialect) -> Vec<TokenWithSpan> {
    match dialect {
        SqlDialect::PostgreSql => in_order(without_sequence_options(tokens)),
        SqlDialect::Sqlite => types_of_words(tokens),
    }
}

fn is(token: &TokenWithSpan, name: &str) -> bool {
    matches!(&token.token, Token::Word(Word { value, quote_style: None, .. }) if value.eq_ignore_ascii_case(name))
}

/// Takes away the brackets behind `AS IDENTITY`: nothing in them matters here, and dumps write options there that the parser
/// does not know.
fn without_sequence_options(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut depth = 0_usize;
    let mut before = [false, false];
    tokens.retain(|token| {
        let opens = token.token == Token::LParen;
        if depth > 0 || (opens && before == [true, true]) {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            return false;
        }
        before =
            if is(token, "as") { [true, false] } else { [before[0] && !before[1], is(token, "identity")] };
        true
    });
    tokens
}

/// Puts the clauses of `CREATE DOMAIN` into the order that the parser knows: collation, default, checks. `NOT NULL`, which it
/// does not know, becomes a check at the end.
fn in_order(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !(tokens.len() > 2 && is(&tokens[0], "create") && is(&tokens[1], "domain")) {
        return tokens;
    }
    let (mut clauses, mut depth, mut named): (Vec<Vec<TokenWithSpan>>, usize, bool) =
        (vec![Vec::new()], 0, false);
    for (at, token) in tokens.drain(..).enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        let clause = clauses.last_mut().expect("never empty");
        let starts = |names: &[&str]| depth == 0 && at > 2 && names.iter().any(|name| is(&token, name));
        let follows = clause.last().is_some_and(|last| is(last, "default") || is(last, "not"));
        let begins =
            starts(&["constraint", "check", "default", "not", "collate"]) || (starts(&["null"]) && !follows);
        if begins && !named {
            named = is(&token, "constraint");
            clauses.push(vec![token]);
        } else {
            named &= !begins;
            clause.push(token);
        }
    }
    let is_null = |clause: &Vec<TokenWithSpan>, ends: &str| clause.last().is_some_and(|last| is(last, ends));
    let rank = |clause: &Vec<TokenWithSpan>| match clause.first() {
        Some(first) if is(first, "collate") => 1,
        Some(first) if is(first, "default") => 2,
        Some(first) if is(first, "check") || is(first, "constraint") => 3,
        _ => 0,
    };
    let mut kept = Vec::new();
    let mut last = Vec::new();
    for (at, clause) in clauses.into_iter().enumerate() {
        let not_null = clause.len() > 1 && is(&clause[clause.len() - 2], "not") && is_null(&clause, "null");
        if at > 0 && not_null && rank(&clause) != 2 {
            last = clause;
        } else if at == 0 || !(clause.len() == 1 && is_null(&clause, "null")) {
            kept.push((if at == 0 { 0 } else { rank(&clause) }, clause));
        }
    }
    kept.sort_by_key(|(rank, _)| *rank);
    tokens.extend(kept.into_iter().flat_map(|(_, clause)| clause));
    if let Some(span) = last.last().map(|token| token.span) {
        let word = |name: &str| Token::make_word(name, None);
        let check = [
            word("CHECK"),
            Token::LParen,
            word("VALUE"),
            word("IS"),
            word("NOT"),
            word("NULL"),
            Token::RParen,
        ];
        tokens.extend(check.map(|token| TokenWithSpan { token, span }));
    }
    tokens
}

/// Makes one quoted name of a type of several words, such as `UNSIGNED BIG INT`: SQLite takes any words for a type.
fn types_of_words(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    const ENDS: &[&str] = &[
        "constraint",
        "primary",
        "not",
        "null",
        "unique",
        "check",
        "default",
        "collate",
        "references",
        "generated",
        "as",
    ];
    const STARTS: &[&str] = &["constraint", "primary", "unique", "check", "foreign"];
    let mut found: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut depth = 0_usize;
    // How many words of a column's declaration were seen, its name among them; none when its type is over.
    let mut words = None;
    for token in tokens {
        match &token.token {
            Token::LParen => {
                depth += 1;
                words = (depth == 1).then_some(0);
            }
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 1 => words = Some(0),
            Token::Word(word) if depth == 1 => {
                let any = |names: &[&str]| names.iter().any(|name| is(&token, name));
                words = match words {
                    Some(0) if any(STARTS) => None,
                    Some(_) if any(ENDS) => None,
                    Some(count) => Some(count + 1),
                    None => None,
                };
                let last = found.last_mut().map(|last| (&mut last.token, &mut last.span));
                if words.is_some_and(|count| count > 2)
                    && let Some((Token::Word(last), span)) = last
                {
                    last.value = format!("{} {}", last.value, word.value);
                    *last = Word {
                        value: last.value.clone(),
                        quote_style: Some('"'),
                        keyword: sqlparser::keywords::Keyword::NoKeyword,
                    };
                    span.end = token.span.end;
                    continue;
                }
            }
            _ => words = None,
        }
        found.push(token);
    }
    found
}
