//! A million events, as they would come from a file: how long it takes, and what it holds. Alone in its process, whose memory
//! it measures.
#![cfg(target_os = "linux")]

use std::io::{BufReader, Read};
use std::time::{Duration, Instant};

use ccwb_usage::demo::Company;
use ccwb_usage::{Aggregate, TeamField, read};
use chrono::{Days, NaiveDate};

/// Rows as a stream: never all of them in memory.
struct Stream<R> {
    rows: R,
    line: Vec<u8>,
    read: usize,
    sent: u64,
}

impl<R: Iterator<Item = String>> Read for Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.line.len() {
            let Some(row) = self.rows.next() else { return Ok(0) };
            (self.line, self.read) = (row.into_bytes(), 0);
            self.line.push(b'\n');
        }
        let rest = &self.line[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        self.sent += count as u64;
        Ok(count)
    }
}

struct Run {
    rows: u64,
    bytes: u64,
    sums: usize,
    /// The most memory that this process has held so far, in kB.
    peak: u64,
    took: Duration,
}

fn add_up(requests_a_day: u32) -> Run {
    let until: NaiveDate = "2026-11-19".parse().unwrap();
    let company = Company { seed: 3, until, days: 28, people: 200, requests_a_day };
    let mut aggregate = Aggregate::new(until - Days::new(30)..=until, TeamField::Team);
    let mut stream = Stream { rows: company.rows(), line: Vec::new(), read: 0, sent: 0 };
    let start = Instant::now();
    read(&mut BufReader::new(&mut stream), &mut aggregate).unwrap();
    let (took, tally) = (start.elapsed(), aggregate.tally());
    assert_eq!((tally.unreadable, tally.out_of_range), (0, 0));
    Run { rows: tally.rows, bytes: stream.sent, sums: aggregate.len(), peak: peak(), took }
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_million_events_are_added_up_in_seconds_and_in_the_memory_of_a_tenth_of_them() {
    let small = add_up(33);
    let large = add_up(330);
    println!(
        "{} rows, {} MB, {} sums, {} kB, {:?}",
        small.rows,
        small.bytes / 1_000_000,
        small.sums,
        small.peak,
        small.took
    );
    println!(
        "{} rows, {} MB, {} sums, {} kB, {:?}",
        large.rows,
        large.bytes / 1_000_000,
        large.sums,
        large.peak,
        large.took
    );
    assert!(large.rows > 1_000_000 && large.rows > small.rows * 7, "{} and {}", small.rows, large.rows);
    // Sums are by day, person and model: a few more where somebody who hardly called a model called it.
    assert!(large.sums < small.sums * 5 / 4, "{} and {}", small.sums, large.sums);
    // The rows are hundreds of megabytes. What may grow are the rows of one person's day, which the maker of them holds.
    let grown = large.peak.saturating_sub(small.peak);
    assert!(large.bytes > 300_000_000 && grown < 12_000, "{grown} kB more for {} bytes", large.bytes);
    // Making the rows is part of it. Seconds on an idle machine; ten times that is not seconds any more.
    assert!(large.took < Duration::from_mins(1), "{:?}", large.took);
}
