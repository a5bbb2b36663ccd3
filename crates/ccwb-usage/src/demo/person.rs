//! Who works there, and with what.

use crate::random::Random;

/// Model or inference profile, how often it is taken, tokens of a prompt and of an answer.
pub(super) const MODELS: [(&str, f64, f64, f64); 4] = [
    ("us.anthropic.claude-sonnet-4-6", 0.55, 42_000.0, 900.0),
    ("global.anthropic.claude-opus-4-8", 0.2, 58_000.0, 1_300.0),
    ("global.anthropic.claude-haiku-4-5-20251001-v1:0", 0.25, 9_000.0, 300.0),
    // A model that nobody has a price for yet.
    ("us.anthropic.claude-preview-7", 0.0, 30_000.0, 800.0),
];

pub(super) const TEAMS: [(&str, &str, f64); 6] = [
    ("platform", "4711", 1.3),
    ("payments", "4712", 1.0),
    ("mobile", "4713", 0.8),
    ("data", "4714", 1.1),
    ("security", "4715", 0.5),
    ("default-team", "general", 0.4),
];

pub(super) const TOOLS: [&str; 4] = ["Edit", "Write", "Bash", "Read"];

pub(super) const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-central-1"];

const FIRST: [&str; 14] = [
    "alice", "ben", "carla", "dmitri", "elif", "farah", "goran", "hana", "ines", "jonas", "kenji", "lucia", "mariam",
    "noah",
];
const LAST: [&str; 7] = ["okafor", "tanaka", "weber", "silva", "novak", "haddad", "larsen"];

#[derive(Debug)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) team: usize,
    pub(super) region: usize,
    /// How much they use, as a multiple of the mean.
    pub(super) zeal: f64,
    /// The part of the period after which they begin.
    pub(super) begins: f64,
    pub(super) tries_previews: bool,
}

impl Person {
    pub(super) fn new(number: u32, random: &mut Random) -> Self {
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
            zeal: if number == 4 { 17.0 } else { zeal },
            begins: if number < 8 { 0.0 } else { random.fraction() * 0.6 },
            tries_previews: number % 17 == 5,
        }
    }
}
