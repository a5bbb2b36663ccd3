//! What one person does on one day.

use std::collections::{BTreeMap, VecDeque};

use ccwb_bedrock::{Prices, TokenCounts};
use chrono::{Datelike as _, NaiveDate, Weekday};

use super::person::{MODELS, Person, REGIONS, TEAMS, TOOLS};
use crate::random::Random;

/// A day of one person, and its rows.
pub(super) struct WorkingDay<'a> {
    day: NaiveDate,
    person: &'a Person,
    random: &'a mut Random,
    /// What every row says.
    head: String,
    requests: u64,
    /// Tokens of each model so far.
    told: BTreeMap<&'static str, TokenCounts>,
    rows: VecDeque<String>,
}

/// Whether somebody works on such a day.
pub(super) fn works(day: NaiveDate, random: &mut Random) -> bool {
    random.happens(match day.weekday() {
        Weekday::Sat | Weekday::Sun => 0.06,
        Weekday::Fri => 0.75,
        _ => 0.88,
    })
}

impl<'a> WorkingDay<'a> {
    pub(super) fn new(day: NaiveDate, number: usize, person: &'a Person, mean: u32, random: &'a mut Random) -> Self {
        let (team, cost_center, zeal) = TEAMS[person.team];
        let requests = random.about(person.zeal * zeal * f64::from(mean));
        let session = random.below(1 << 32);
        let (region, email) = (REGIONS[person.region], &person.email);
        let head = format!(
            r#""session_id":"{session:08x}-{day}","service_name":"claude-code","service_version":"2.1.197","cloud_region":"{region}","user_email":"{email}","user_id":"{number:032x}","team_id":"{team}","department":"engineering","cost_center":"{cost_center}""#,
        );
        Self { day, person, random, head, requests, told: BTreeMap::new(), rows: VecDeque::new() }
    }

    pub(super) fn rows(mut self) -> VecDeque<String> {
        for number in 0..self.requests {
            let second = 28_800 + number * 36_000 / self.requests;
            let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
            let time = format!("{}T{hour:02}:{minute:02}:{rest:02}.{:03}Z", self.day, self.random.below(1000));
            if self.random.happens(0.012) {
                self.error(&time);
                continue;
            }
            self.request(&time, number == 0);
            if number % 5 == 0 {
                self.tool(&time);
            }
        }
        self.metrics();
        self.rows
    }

    fn row(&mut self, time: &str, fields: &str) {
        self.rows.push_back(format!(r#"{{"time":"{time}",{},{fields}}}"#, self.head));
    }

    fn request(&mut self, time: &str, is_first: bool) {
        let (model, prompt, answer) = pick_model(self.random, self.person.tries_previews);
        // The first request writes the cache, the others mostly read it; after a pause it has to be written again.
        let prompt = self.random.about(prompt);
        let is_cold = is_first || self.random.happens(0.05);
        let (read, write) = if is_cold { (0, prompt * 9 / 10) } else { (prompt * 92 / 100, prompt * 5 / 100) };
        let (input, output) = (prompt - read - write, self.random.about(answer));
        let tokens = TokenCounts { input, output, cache_write_5m: write, cache_write_1h: 0, cache_read: read };
        self.told.entry(model).or_default().add(&tokens);
        let (duration, first) = (900 + output * 14 + self.random.below(600), 300 + self.random.below(1200));
        let cost = list_cost(model, &tokens);
        self.row(
            time,
            &format!(
                r#""event_name":"api_request","model":"{model}","query_source":"main","cost_usd":{cost},"duration_ms":{duration},"ttft_ms":{first},"input_tokens":{input},"output_tokens":{output},"cache_read_tokens":{read},"cache_creation_tokens":{write}"#
            ),
        );
    }

    fn error(&mut self, time: &str) {
        let status = if self.random.happens(0.7) { 429 } else { 500 };
        let (model, duration) = (MODELS[0].0, self.random.below(9000));
        self.row(
            time,
            &format!(
                r#""event_name":"api_error","model":"{model}","status_code":"{status}","attempt":10,"duration_ms":{duration}"#
            ),
        );
    }

    fn tool(&mut self, time: &str) {
        let decision = if self.random.happens(0.93) { "accept" } else { "reject" };
        let tool = TOOLS[usize::try_from(self.random.below(4)).unwrap_or(0)];
        self.row(
            time,
            &format!(r#""event_name":"tool_decision","tool_name":"{tool}","decision":"{decision}","source":"user""#),
        );
        if decision == "accept" {
            let (success, duration) = (self.random.happens(0.95), self.random.below(4000));
            self.row(
                time,
                &format!(
                    r#""event_name":"tool_result","tool_name":"{tool}","success":"{success}","duration_ms":{duration}"#
                ),
            );
        }
    }

    /// What metrics tell in the evening.
    fn metrics(&mut self) {
        let (model, requests) = (MODELS[0].0, self.requests);
        let lines = self.random.about(6.0) * requests / 2;
        let mut fields = vec![
            r#""start_type":"fresh","claude_code_session_count":1"#.to_owned(),
            format!(
                r#""tool_name":"Edit","decision":"accept","source":"user","language":"Rust","claude_code_code_edit_tool_decision":{}"#,
                requests / 8
            ),
            format!(r#""type":"added","model":"{model}","claude_code_lines_of_code_count":{lines}"#),
            format!(r#""type":"removed","model":"{model}","claude_code_lines_of_code_count":{}"#, lines / 3),
            format!(r#""type":"cli","claude_code_active_time_total":{}.5"#, requests * 38),
        ];
        // The same tokens again.
        for (model, tokens) in &self.told {
            for (kind, count) in [
                ("input", tokens.input),
                ("output", tokens.output),
                ("cacheRead", tokens.cache_read),
                ("cacheCreation", tokens.cache_write()),
            ] {
                fields.push(format!(r#""type":"{kind}","model":"{model}","claude_code_token_usage":{count}"#));
            }
        }
        if self.random.happens(0.7) {
            fields.push(format!(r#""claude_code_commit_count":{}"#, 1 + requests / 40));
        }
        if self.random.happens(0.25) {
            fields.push(r#""claude_code_pull_request_count":1"#.to_owned());
        }
        let time = format!("{}T18:30:00Z", self.day);
        for fields in fields {
            self.row(&time, &fields);
        }
    }
}

fn pick_model(random: &mut Random, tries_previews: bool) -> (&'static str, f64, f64) {
    let (mut point, preview) = (random.fraction(), if tries_previews { 0.15 } else { 0.0 });
    if point < preview {
        let (model, _, prompt, answer) = MODELS[3];
        return (model, prompt, answer);
    }
    point = random.fraction();
    for (model, share, prompt, answer) in MODELS {
        if point < share {
            return (model, prompt, answer);
        }
        point -= share;
    }
    let (model, _, prompt, answer) = MODELS[0];
    (model, prompt, answer)
}

/// Claude Code reckons with the list price, whichever endpoint it is; for a model that it doesn't know, with that of another.
fn list_cost(model: &str, tokens: &TokenCounts) -> String {
    let global = model.replacen("us.", "global.", 1);
    let price = Prices::bundled().of(&global).or_else(|| Prices::bundled().of("global.anthropic.claude-opus-4-8"));
    price.map_or_else(|| "0".to_owned(), |price| price.cost(tokens).exact())
}
