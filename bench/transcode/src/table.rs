//! Rows of a table: ours against a rival's, and the ratio to reach.

use crate::measure::Times;

/// What a row compares.
pub(crate) struct Row {
    what: String,
    ours: f64,
    rival: f64,
    ratio: f64,
    /// The largest ratio that will do, where one was set.
    reach: Option<f64>,
    /// For `figure NAME VALUE`.
    figure: &'static str,
}

impl Row {
    pub(crate) fn new(what: String, ours: &Times, rival: &Times, reach: Option<f64>, figure: &'static str) -> Row {
        Row { what, ours: ours.median(), rival: rival.median(), ratio: ours.against(rival), reach, figure }
    }
}

/// Prints aligned columns, then a line for each figure.
pub(crate) fn print(title: &str, unit: &str, rows: &[Row]) {
    let width = rows.iter().map(|row| row.what.chars().count()).chain([title.len()]).max().unwrap_or_default();
    println!("\n{title:width$}  {:>9}  {:>9}  {:>6}  {:>6}  reached", format!("ours {unit}"), format!("rival {unit}"), "ratio", "reach");
    for row in rows {
        let (reach, reached) = match row.reach {
            Some(reach) => (format!("{reach:.3}"), if row.ratio <= reach { "yes" } else { "NO" }),
            None => ("-".into(), "-"),
        };
        println!("{:width$}  {:>9.0}  {:>9.0}  {:>6.3}  {reach:>6}  {reached}", row.what, row.ours, row.rival, row.ratio);
    }
    for row in rows {
        println!("figure {} {:.3}", row.figure, row.ratio);
    }
}
