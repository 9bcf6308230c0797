//! Rows of the result: what was measured, what it is measured by, and what is to be reached.

/// What a row compares.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) value: f64,
    /// What it is divided by; 1 where the value stands for itself.
    pub(crate) base: f64,
    /// The largest that will do, where one was set.
    pub(crate) reach: Option<f64>,
    /// For `figure NAME VALUE`.
    pub(crate) figure: String,
    /// The ratio, where it was not taken of these two: a median of ratios, round by round.
    pub(crate) ratio: f64,
}

/// The middle one.
pub(crate) fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints aligned columns, then a line for each figure.
pub(crate) fn print(title: &str, columns: [&str; 3], rows: &[Row]) {
    let width = rows.iter().map(|row| row.what.len()).chain([title.len()]).max().unwrap_or_default();
    let [value, base, ratio] = columns;
    println!("\n{title:width$}  {value:>9}  {base:>9}  {ratio:>7}  {:>6}  reached", "reach");
    for row in rows {
        let (reach, reached) = match row.reach {
            Some(reach) => (format!("{reach:.2}"), if row.ratio <= reach { "yes" } else { "NO" }),
            None => ("-".into(), "-"),
        };
        println!(
            "{:width$}  {:>9.2}  {:>9.2}  {:>7.2}  {reach:>6}  {reached}",
            row.what, row.value, row.base, row.ratio
        );
    }
    for row in rows {
        println!("figure {} {:.3}", row.figure, row.ratio);
    }
}
