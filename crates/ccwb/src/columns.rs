//! Rows of text under each other.

use console::{Alignment, measure_text_width, pad_str};

/// Lines with aligned columns; a column of which every row but the first begins with a digit, `$` or `-` is to the right.
pub(crate) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column| rows.iter().map(|row| measure_text_width(&cell(row, column))).max().unwrap_or(0);
    let is_number =
        |text: &str| text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '-'));
    let right = |column| rows.iter().skip(1).all(|row| is_number(&cell(row, column)));
    let shape: Vec<(usize, Alignment)> = (0..count)
        .map(|column| (width(column), if right(column) { Alignment::Right } else { Alignment::Left }))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = shape.iter().enumerate();
        let cells = cells.map(|(i, (width, side))| pad_str(&cell(row, i), *width, *side, None).into_owned());
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_on_the_right_and_words_on_the_left() {
        let rows = [["model", "price"], ["sonnet", "$3"], ["opus", "$15"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows), ["  model   price", "  sonnet     $3", "  opus      $15"]);
    }
}
