//! Files of telemetry: JSON lines as the collector writes them, or CSV as Athena answers.

use std::io::{self, BufRead};

use crate::aggregate::Aggregate;
use crate::row::Row;

/// The longest line that is read. An event has about a kilobyte.
const LONGEST_LINE: usize = 1024 * 1024;

/// Adds up a file. What it is, its first character says: JSON lines begin with a brace, CSV with a name.
pub fn read(input: &mut dyn BufRead, aggregate: &mut Aggregate) -> io::Result<()> {
    let start = loop {
        let buffer = input.fill_buf()?;
        match buffer.iter().position(|byte| !byte.is_ascii_whitespace() && !BYTE_ORDER_MARK.contains(byte)) {
            Some(place) => break buffer.get(place).copied(),
            None if buffer.is_empty() => break None,
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    };
    match start {
        None => Ok(()),
        Some(b'{' | b'[') => read_json_lines(input, aggregate),
        Some(_) => read_csv(input, aggregate),
    }
}

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// One JSON object a line.
fn read_json_lines(input: &mut dyn BufRead, aggregate: &mut Aggregate) -> io::Result<()> {
    let mut line = Vec::with_capacity(4096);
    loop {
        line.clear();
        let whole = read_line(input, &mut line)?;
        if line.is_empty() && whole == Line::End {
            return Ok(());
        }
        let text = line.strip_prefix(BYTE_ORDER_MARK.as_slice()).unwrap_or(&line).trim_ascii();
        if whole == Line::TooLong {
            aggregate.unreadable();
        } else if !text.is_empty() {
            add_json(text, aggregate);
        }
    }
}

/// Adds a row that is a JSON object.
pub(crate) fn add_json(text: &[u8], aggregate: &mut Aggregate) {
    match serde_json::from_slice::<Row<'_>>(text) {
        Ok(row) => aggregate.add_row(&row),
        Err(_) => aggregate.unreadable(),
    }
}

fn read_csv(input: &mut dyn BufRead, aggregate: &mut Aggregate) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(input);
    let names = reader.byte_headers().map_err(io::Error::from)?.clone();
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => match record.deserialize::<Row<'_>>(Some(&names)) {
                Ok(row) => aggregate.add_row(&row),
                Err(_) => aggregate.unreadable(),
            },
            Ok(false) => return Ok(()),
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(_) => aggregate.unreadable(),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads a line; the rest of one that is too long is skipped, so that no file fills the memory.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    let mut result = Line::Whole;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(if line.is_empty() && result == Line::Whole { Line::End } else { result });
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        if line.len() + part.len() > LONGEST_LINE {
            result = Line::TooLong;
        } else {
            line.extend_from_slice(part);
        }
        let consumed = end.map_or(buffer.len(), |end| end + 1);
        input.consume(consumed);
        if end.is_some() {
            return Ok(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use ccwb_bedrock::Usd;
    use chrono::NaiveDate;

    use super::*;
    use crate::aggregate::TeamField;
    use crate::counts::Counts;

    fn sum(text: &str) -> (Counts, crate::Tally) {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut aggregate = Aggregate::new(day("2026-11-01")..=day("2026-11-30"), TeamField::Team);
        read(&mut text.as_bytes(), &mut aggregate).unwrap();
        let mut sum = Counts::default();
        aggregate.cells().for_each(|(_, counts)| sum.add(counts));
        (sum, aggregate.tally())
    }

    #[test]
    fn events_and_metrics_of_the_log_groups_are_read_as_they_are() {
        let (sum, tally) = sum(concat!(
            r#"{"event_name":"api_request","time":"2026-11-02T10:00:00.123Z","user_email":"a@example.com","model":"m","#,
            r#""input_tokens":10,"output_tokens":5,"cache_read_tokens":100,"cache_creation_tokens":20,"cost_usd":0.00012,"other":{"x":[1]}}"#,
            "\n",
            r#"{"event_name":"api_error","time":"2026-11-02T10:00:00Z","status_code":"429"}"#,
            "\n",
            r#"{"event_name":"tool_result","time":"2026-11-02T10:00:00Z"}"#,
            "\n",
            r#"{"claude_code.lines_of_code.count":7,"type":"removed","time":"2026-11-02T10:00:00Z"}"#,
            "\n",
            r#"{"claude_code.active_time.total":1.6,"claude_code.commit.count":2,"time":"2026-11-02T10:00:00Z"}"#,
            "\n",
            r#"{"claude_code.token.usage":135,"type":"input","time":"2026-11-02T10:00:00Z"}"#,
            "\n\n",
        ));
        assert_eq!((sum.requests, sum.errors, sum.tokens.total()), (1, 1, 135));
        assert_eq!(sum.claimed, Usd::parse("0.00012").unwrap());
        assert_eq!((sum.lines_removed, sum.commits, sum.active_ms), (7, 2, 1600));
        assert_eq!((tally.rows, tally.unreadable, tally.metric_tokens), (6, 0, 135));
    }

    #[test]
    fn the_answer_of_a_query_is_read_as_csv() {
        let (sum, tally) = sum("\u{feff}\"day\",\"user_email\",\"model\",\"requests\",\"input_tokens\",\"cost_usd\"\n\
             \"2026-11-02\",\"a@example.com\",\"m\",\"3\",\"70\",\"0.5\"\n\"2026-10-31\",\"a@example.com\",\"m\",\"1\",\"1\",\"1\"\n");
        assert_eq!((sum.requests, sum.tokens.input, sum.claimed), (3, 70, Usd::parse("0.5").unwrap()));
        assert_eq!((tally.rows, tally.unreadable, tally.out_of_range), (2, 0, 1));
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_found() {
        let (sum, tally) = sum(concat!(
            r#"{"event_name":"api_request","time":"2026-11-02","input_tokens":1}"#,
            "\n{broken\n",
            r#"{"event_name":"api_request","time":"2026-11-02","input_tokens":-1}"#,
            "\n",
            r#"{"event_name":"api_request","time":"yesterday","input_tokens":1}"#,
            "\n",
            r#"{"message":"not telemetry","time":"2026-11-02"}"#,
            "\n",
        ));
        assert_eq!(sum.tokens.input, 1);
        assert_eq!((tally.rows, tally.unreadable, tally.first_unreadable), (5, 4, Some(2)));
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut text = vec![b'{'; 3 * LONGEST_LINE];
        text.extend_from_slice(b"\n{\"event_name\":\"api_error\",\"time\":\"2026-11-02\"}");
        let (sum, tally) = sum(std::str::from_utf8(&text).unwrap());
        assert_eq!((sum.errors, tally.unreadable), (1, 1));
    }
}
