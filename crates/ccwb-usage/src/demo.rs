//! Telemetry of a company that does not exist, as the collector would write it: for everybody who wants to look at reports
//! without an account, and for tests. The same seed makes the same rows.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use ccwb_bedrock::{Prices, TokenCounts, Usd};
use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use crate::aggregate::Aggregate;
use crate::random::Random;
use crate::reconcile::{Attributed, Bill, Charge};
use crate::report::{Dimension, group};

/// A company to be made up.
#[derive(Clone, Copy, Debug)]
pub struct Company {
    /// The same seed makes the same company.
    pub seed: u64,
    /// The last day.
    pub until: NaiveDate,
    /// How many days.
    pub days: u32,
    /// How many people, in the end: they begin one after another.
    pub people: u32,
    /// Requests of one person on one working day, about.
    pub requests_a_day: u32,
}

impl Company {
    /// The one that `ccwb usage --demo` shows.
    pub fn of_demo(until: NaiveDate) -> Self {
        Self { seed: 7, until, days: 56, people: 42, requests_a_day: 60 }
    }

    /// The rows, in the order of days: one JSON object each.
    pub fn rows(self) -> impl Iterator<Item = String> {
        let mut random = Random::new(self.seed);
        let people = (0..self.people).map(|number| Person::new(number, &mut random)).collect();
        Rows { company: self, people, random, day: 0, person: 0, waiting: VecDeque::new() }
    }
}

/// Model or inference profile, how often it is taken, tokens of a prompt and of an answer.
const MODELS: [(&str, f64, f64, f64); 4] = [
    ("us.anthropic.claude-sonnet-4-6", 0.55, 42_000.0, 900.0),
    ("global.anthropic.claude-opus-4-8", 0.2, 58_000.0, 1_300.0),
    ("global.anthropic.claude-haiku-4-5-20251001-v1:0", 0.25, 9_000.0, 300.0),
    // A model that nobody has a price for yet.
    ("us.anthropic.claude-preview-7", 0.0, 30_000.0, 800.0),
];

const TEAMS: [(&str, &str, f64); 6] = [
    ("platform", "4711", 1.3),
    ("payments", "4712", 1.0),
    ("mobile", "4713", 0.8),
    ("data", "4714", 1.1),
    ("security", "4715", 0.5),
    ("default-team", "general", 0.4),
];

const TOOLS: [&str; 4] = ["Edit", "Write", "Bash", "Read"];

const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-central-1"];

const FIRST: [&str; 14] = [
    "alice", "ben", "carla", "dmitri", "elif", "farah", "goran", "hana", "ines", "jonas", "kenji", "lucia", "mariam",
    "noah",
];
const LAST: [&str; 7] = ["okafor", "tanaka", "weber", "silva", "novak", "haddad", "larsen"];

#[derive(Debug)]
struct Person {
    email: String,
    team: usize,
    region: usize,
    /// How much they use, as a multiple of the mean.
    zeal: f64,
    /// The part of the period after which they begin.
    begins: f64,
    tries_previews: bool,
}

impl Person {
    fn new(number: u32, random: &mut Random) -> Self {
        let number = number as usize;
        let (first, last) = (FIRST[number % FIRST.len()], LAST[number / FIRST.len() % LAST.len()]);
        let again = number / (FIRST.len() * LAST.len());
        let again = if again == 0 { String::new() } else { (again + 1).to_string() };
        // Unequal teams: the first are the largest.
        let team = usize::try_from(random.below(6).min(random.below(6))).unwrap_or(0);
        let zeal = (0.55 * random.normal()).clamp(-1.5, 1.3).mul_add(0.8, 1.0).max(0.15);
        Self {
            email: format!("{first}.{last}{again}@example.com"),
            team,
            region: usize::try_from(random.below(4).min(random.below(3))).unwrap_or(0),
            // The one who lets an agent run all night.
            zeal: if number == 4 { 11.0 } else { zeal },
            begins: if number < 8 { 0.0 } else { random.fraction() * 0.6 },
            tries_previews: number % 17 == 5,
        }
    }
}

struct Rows {
    company: Company,
    people: Vec<Person>,
    random: Random,
    day: u32,
    person: usize,
    waiting: VecDeque<String>,
}

impl Iterator for Rows {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Some(row);
            }
            if self.day >= self.company.days {
                return None;
            }
            self.working_day();
            self.person += 1;
            if self.person >= self.people.len() {
                (self.person, self.day) = (0, self.day + 1);
            }
        }
    }
}

impl Rows {
    /// What one person did on one day.
    fn working_day(&mut self) {
        let before = u64::from(self.company.days - 1 - self.day);
        let Some(day) = self.company.until.checked_sub_days(Days::new(before)) else { return };
        let Some(person) = self.people.get(self.person) else { return };
        let works = match day.weekday() {
            Weekday::Sat | Weekday::Sun => 0.06,
            Weekday::Fri => 0.75,
            _ => 0.88,
        };
        if f64::from(self.day) < person.begins * f64::from(self.company.days) || !self.random.happens(works) {
            return;
        }
        let random = &mut self.random;
        let requests = random.about(person.zeal * f64::from(self.company.requests_a_day));
        let session = format!("{:08x}-{}", random.below(1 << 32), self.day);
        let mut head = String::new();
        let (team, cost_center, team_zeal) = TEAMS[person.team];
        let _ = write!(
            head,
            r#""session_id":"{session}","service_name":"claude-code","service_version":"2.1.197","cloud_region":"{}","user_email":"{}","user_id":"{:032x}","team_id":"{team}","department":"engineering","cost_center":"{cost_center}""#,
            REGIONS[person.region], person.email, self.person
        );
        let requests = {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a small positive number"
            )]
            let requests = (requests as f64 * team_zeal).max(1.0) as u64;
            requests
        };
        let mut told: BTreeMap<&str, TokenCounts> = BTreeMap::new();
        for number in 0..requests {
            let second = 28_800 + number * 36_000 / requests;
            let time = format!(
                "{day}T{:02}:{:02}:{:02}.{:03}Z",
                second / 3600,
                second / 60 % 60,
                second % 60,
                random.below(1000)
            );
            if random.happens(0.012) {
                let status = if random.happens(0.7) { 429 } else { 500 };
                let row = format!(
                    r#"{{"time":"{time}",{head},"event_name":"api_error","model":"{}","status_code":"{status}","attempt":10,"duration_ms":{}}}"#,
                    MODELS[0].0,
                    random.below(9000)
                );
                self.waiting.push_back(row);
                continue;
            }
            let (model, prompt, answer) = pick_model(random, person.tries_previews);
            // The first request writes the cache, the others mostly read it; after a pause it has to be written again.
            let prompt = random.about(prompt);
            let cold = number == 0 || random.happens(0.05);
            let (read, write) = if cold { (0, prompt * 9 / 10) } else { (prompt * 92 / 100, prompt * 5 / 100) };
            let tokens = TokenCounts {
                input: prompt - read - write,
                output: random.about(answer),
                cache_write_5m: write,
                cache_write_1h: 0,
                cache_read: read,
            };
            let duration = 900 + tokens.output * 14 + random.below(600);
            let row = format!(
                r#"{{"time":"{time}",{head},"event_name":"api_request","model":"{model}","query_source":"main","cost_usd":{},"duration_ms":{duration},"ttft_ms":{},"input_tokens":{},"output_tokens":{},"cache_read_tokens":{read},"cache_creation_tokens":{write}}}"#,
                list_cost(model, &tokens),
                300 + random.below(1200),
                tokens.input,
                tokens.output,
            );
            self.waiting.push_back(row);
            let sum = told.entry(model).or_insert_with(TokenCounts::default);
            sum.add(&tokens);
            if number % 5 == 0 {
                let (decision, tool) = (
                    if random.happens(0.93) { "accept" } else { "reject" },
                    TOOLS[usize::try_from(random.below(4)).unwrap_or(0)],
                );
                self.waiting.push_back(format!(
                    r#"{{"time":"{time}",{head},"event_name":"tool_decision","tool_name":"{tool}","decision":"{decision}","source":"user"}}"#
                ));
                if decision == "accept" {
                    let success = random.happens(0.95);
                    self.waiting.push_back(format!(
                        r#"{{"time":"{time}",{head},"event_name":"tool_result","tool_name":"{tool}","success":"{success}","duration_ms":{}}}"#,
                        random.below(4000)
                    ));
                }
            }
        }
        let time = format!("{day}T18:30:00Z");
        let mut metric = |text: String| self.waiting.push_back(format!(r#"{{"time":"{time}",{head},{text}}}"#));
        metric(r#""start_type":"fresh","claude_code_session_count":1"#.to_owned());
        // The same tokens again, as metrics tell them.
        for (model, tokens) in told {
            for (kind, count) in [
                ("input", tokens.input),
                ("output", tokens.output),
                ("cacheRead", tokens.cache_read),
                ("cacheCreation", tokens.cache_write()),
            ] {
                metric(format!(r#""type":"{kind}","model":"{model}","claude_code_token_usage":{count}"#));
            }
        }
        metric(format!(
            r#""tool_name":"Edit","decision":"accept","source":"user","language":"Rust","claude_code_code_edit_tool_decision":{}"#,
            requests / 8
        ));
        let lines = random.about(6.0) * requests / 2;
        metric(format!(r#""type":"added","model":"{}","claude_code_lines_of_code_count":{lines}"#, MODELS[0].0));
        metric(format!(
            r#""type":"removed","model":"{}","claude_code_lines_of_code_count":{}"#,
            MODELS[0].0,
            lines / 3
        ));
        metric(format!(r#""type":"cli","claude_code_active_time_total":{}.5"#, requests * 38));
        if random.happens(0.7) {
            metric(format!(r#""claude_code_commit_count":{}"#, 1 + requests / 40));
        }
        if random.happens(0.25) {
            metric(r#""claude_code_pull_request_count":1"#.to_owned());
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

/// The bill that would go with it: with a person whose telemetry is off, cache writes for an hour, a batch job, a credit, and
/// the last two days missing, as on real ones.
pub fn bill(aggregate: &Aggregate, prices: &Prices, days: &RangeInclusive<NaiveDate>) -> Bill {
    let last = days.end().checked_sub_days(Days::new(2)).unwrap_or(*days.end());
    let billed = *days.start()..=last.max(*days.start());
    let mut bill = Bill { by_user: Some(Vec::new()), ..Bill::default() };
    let mut users = Vec::new();
    for line in group(aggregate, prices, billed.clone(), &[Dimension::Day, Dimension::User, Dimension::Model]) {
        let [day, user, model] = line.names.as_slice() else { continue };
        let (Ok(day), Some(price)) = (day.parse(), prices.of(model)) else { continue };
        // The first of the company in the alphabet has telemetry of four fifths only.
        let tokens = line.counts.tokens;
        let scaled = |count: u64| if user.starts_with("alice.") { count + count / 4 } else { count };
        let scope = if price.is_regional { "" } else { "_Global" };
        let mut cost_of_user = Usd::ZERO;
        for (kind, count, price_of_kind) in [
            ("InputTokenCount", tokens.input, price.input),
            ("OutputTokenCount", tokens.output, price.output),
            ("CacheReadInputTokenCount", tokens.cache_read, price.cache_read),
            // A tenth is written for an hour.
            ("CacheWriteInputTokenCount", tokens.cache_write() * 9 / 10, price.cache_write_5m),
            ("CacheWrite1hInputTokenCount", tokens.cache_write().div_ceil(10), price.cache_write_1h),
        ] {
            let count = scaled(count);
            let cost = Usd::from_pico(i128::from(count) * i128::from(price_of_kind));
            cost_of_user += cost;
            bill.charges.push(Charge {
                day,
                service: format!("{} (Amazon Bedrock Edition)", price.name),
                usage_type: format!("USE1-MP:USE1_{kind}{scope}-Units"),
                cost,
                quantity: Usd::from_pico(i128::from(count) * 1_000_000).exact(),
            });
        }
        users.push(Attributed { day, name: user.clone(), cost: cost_of_user });
    }
    let silent = Usd::from_pico(4_200_000_000_000);
    for day in
        billed.start().iter_days().take_while(|day| day <= billed.end()).filter(|day| day.weekday() != Weekday::Sun)
    {
        let (service, quantity) = ("Claude Sonnet 4.6 (Amazon Bedrock Edition)", "0.28");
        let usage_type = "USE1-MP:USE1_OutputTokenCount_Global-Units".to_owned();
        bill.charges.push(Charge {
            day,
            service: service.to_owned(),
            usage_type,
            cost: silent,
            quantity: quantity.to_owned(),
        });
        users.push(Attributed { day, name: "quiet.quentin@example.com".to_owned(), cost: silent });
        if day.weekday() == Weekday::Mon {
            let cost = Usd::from_pico(31_500_000_000_000);
            let usage_type = "USE1-MP:USE1_InputTokenCount_Batch-Units".to_owned();
            bill.charges.push(Charge {
                day,
                service: service.to_owned(),
                usage_type,
                cost,
                quantity: "19.09".to_owned(),
            });
            users.push(Attributed { day, name: String::new(), cost });
        }
    }
    bill.by_user = Some(users);
    bill.other_records = vec![("Credit".to_owned(), Usd::from_pico(-250_000_000_000_000))];
    bill
}
