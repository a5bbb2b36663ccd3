//! AWS's configuration files, edited in place (AWS SDKs and Tools Reference Guide, "Format of the config file").
//!
//! What the SDKs agree on: sections, `key = value`, comments on lines of their own, and lines that continue a value by
//! standing further in. Where they differ, the stricter one (Python's `configparser`, in the AWS CLI) is followed.

use std::ops::Range;

use serde_json::Value;

use crate::document::{Document, Malformed, line_ending};

/// `~/.aws/config` or `~/.aws/credentials`. A key is a profile's name and a key of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsIni {
    text: String,
}

impl AwsIni {
    /// The profiles' names, in their order; a profile whose section comes twice is named twice.
    pub fn profiles(&self) -> Vec<String> {
        self.lines().filter_map(|line| line.section()).map(str::to_owned).collect()
    }

    /// A key's text in a profile; of several the last one, which is the one that the SDKs take.
    pub fn value(&self, profile: &str, key: &str) -> Option<&str> {
        let found = self.entries(profile).into_iter().rfind(|entry| entry.is(key))?;
        Some(self.text[found.value].trim()).filter(|value| !value.is_empty())
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        self.text.split_inclusive('\n').map(move |text| {
            let line = Line { start, text };
            start += text.len();
            line
        })
    }

    /// The sections of a profile, without their headers. `[profile default]` comes before `[default]`: with both, the
    /// SDKs do not read the latter.
    fn sections(&self, profile: &str) -> Vec<Section> {
        let mut all: Vec<Section> = Vec::new();
        let mut open = false;
        for line in self.lines() {
            if let Some(name) = line.section() {
                open = name == profile;
                if open {
                    let with_prefix = line.header().is_some_and(|header| header.starts_with("profile"));
                    all.push(Section { header: line.range(), body: line.end()..line.end(), with_prefix });
                }
            } else if let (true, Some(section)) = (open, all.last_mut()) {
                section.body.end = line.end();
            }
        }
        if profile == "default" && all.iter().any(|section| section.with_prefix) {
            all.retain(|section| section.with_prefix);
        }
        all
    }

    fn entries(&self, profile: &str) -> Vec<Entry> {
        self.sections(profile).iter().flat_map(|section| self.entries_of(section)).collect()
    }

    fn entries_of(&self, section: &Section) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        // A line that is neither an entry nor a continuation of one is nobody's: what stands further in after it is not either.
        let mut goes_on = false;
        let lines = self.lines().filter(|line| section.body.contains(&line.start));
        for line in lines.filter(|line| !line.is_blank_or_comment()) {
            match entries.last_mut() {
                Some(last) if goes_on && line.indentation() > last.indentation => {
                    last.lines.end = line.end();
                    last.value.end = line.end_of_text();
                }
                _ => {
                    let entry = line.entry();
                    goes_on = entry.is_some();
                    entries.extend(entry);
                }
            }
        }
        entries
    }

    /// The lines of a key, with what continues its value.
    fn raw(&self, key: &[String]) -> Option<&str> {
        let [profile, key] = key else { return None };
        let entry = self.entries(profile).into_iter().rfind(|entry| entry.is(key))?;
        Some(&self.text[entry.lines])
    }

    /// Adds lines at the end of the profile's last section, or of a new one.
    fn add(&mut self, profile: &str, lines: &str) -> Result<(), Malformed> {
        let newline = line_ending(&self.text);
        let Some(section) = self.sections(profile).pop() else {
            let header = header(profile)?;
            end_line(&mut self.text, newline);
            if !(self.text.is_empty() || self.text.ends_with("\n\n") || self.text.ends_with("\n\r\n")) {
                self.text.push_str(newline);
            }
            self.text.extend([header.as_str(), newline, lines]);
            return Ok(());
        };
        let after = self.entries_of(&section).pop().map_or(section.header.end, |entry| entry.lines.end);
        let after = self.past_what_stands_further_in(&section, after, lines.len() - lines.trim_start().len());
        let mut added = String::new();
        if !self.text[..after].ends_with('\n') {
            added.push_str(newline);
        }
        added.push_str(lines);
        self.text.insert_str(after, &added);
        Ok(())
    }

    /// Where an entry of this indentation can be put at the earliest: lines that stand further in would become its own.
    fn past_what_stands_further_in(&self, section: &Section, after: usize, indentation: usize) -> usize {
        let lines = self.lines().filter(|line| line.start >= after && section.body.contains(&line.start));
        let lines = lines.filter(|line| !line.is_blank_or_comment());
        lines.take_while(|line| line.indentation() > indentation).last().map_or(after, |line| line.end())
    }
}

impl Document for AwsIni {
    fn parse(text: &str) -> Result<Self, Malformed> {
        Ok(Self { text: text.to_owned() })
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn get(&self, key: &[String]) -> Option<Value> {
        let [profile, key] = key else { return None };
        let entry = self.entries(profile).into_iter().rfind(|entry| entry.is(key))?;
        Some(Value::from(self.text[entry.value].trim()))
    }

    fn set(&mut self, key: &[String], value: &Value) -> Result<(), Malformed> {
        let ([profile, key], Some(value)) = (key, value.as_str()) else { return Ok(()) };
        let newline = line_ending(&self.text);
        match self.entries(profile).into_iter().rfind(|entry| entry.is(key)) {
            Some(entry) if self.text[entry.value.clone()].is_empty() => {
                self.text.insert_str(entry.value.end, &format!(" {value}"));
            }
            Some(entry) => self.text.replace_range(entry.value, value),
            None => {
                let siblings =
                    self.sections(profile).pop().map(|section| self.entries_of(&section)).unwrap_or_default();
                let indent = " ".repeat(siblings.last().map_or(0, |entry| entry.indentation));
                self.add(profile, &format!("{indent}{key} = {value}{newline}"))?;
            }
        }
        Ok(())
    }

    fn remove(&mut self, key: &[String]) {
        let [profile, key] = key else { return };
        while let Some(entry) = self.entries(profile).into_iter().rfind(|entry| entry.is(key)) {
            self.text.replace_range(entry.lines, "");
        }
    }

    fn put_back(&mut self, key: &[String], before: &Self) -> Result<(), Malformed> {
        let [profile, name] = key else { return Ok(()) };
        let Some(raw) = before.raw(key) else {
            self.remove(key);
            return Ok(());
        };
        let newline = line_ending(&self.text);
        match self.entries(profile).into_iter().rfind(|entry| entry.is(name)) {
            Some(entry) => {
                let is_last = entry.lines.end == self.text.len();
                let ended = if raw.ends_with('\n') || is_last { "" } else { newline };
                self.text.replace_range(entry.lines, &format!("{raw}{ended}"));
            }
            None => {
                let ended = if raw.ends_with('\n') { "" } else { newline };
                self.add(profile, &format!("{raw}{ended}"))?;
            }
        }
        Ok(())
    }

    fn prune(&mut self, key: &[String], before: &Self) {
        let Some(profile) = key.first() else { return };
        if !before.sections(profile).is_empty() {
            return;
        }
        for section in self.sections(profile).into_iter().rev() {
            if self.text[section.body.clone()].trim().is_empty() {
                // The empty line that was put before it goes too.
                let before = &self.text[..section.header.start];
                let lead =
                    ["\n\r\n", "\n\n"].iter().find(|lead| before.ends_with(**lead)).map_or(0, |lead| lead.len() - 1);
                self.text.replace_range(section.header.start - lead..section.header.end, "");
            }
        }
    }

    fn is_void(&self) -> bool {
        self.text.trim().is_empty()
    }
}

fn end_line(text: &mut String, newline: &str) {
    if !(text.is_empty() || text.ends_with('\n') || text == "\u{feff}") {
        text.push_str(newline);
    }
}

/// How a profile's section begins in the config file. The credentials file is never given new ones.
fn header(profile: &str) -> Result<String, Malformed> {
    if profile.contains(['[', ']', '"', '\\']) {
        return Err(Malformed(format!("AWS's configuration files cannot hold a profile named {profile:?}")));
    }
    let plain = |letter: char| letter.is_alphanumeric() || "-_.@+:/%".contains(letter);
    Ok(match profile {
        "default" => "[default]".to_owned(),
        _ if profile.chars().all(plain) => format!("[profile {profile}]"),
        _ => format!("[profile \"{profile}\"]"),
    })
}

struct Section {
    header: Range<usize>,
    body: Range<usize>,
    with_prefix: bool,
}

struct Entry {
    key: String,
    indentation: usize,
    lines: Range<usize>,
    value: Range<usize>,
}

impl Entry {
    fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

struct Line<'t> {
    start: usize,
    /// With its end.
    text: &'t str,
}

impl<'t> Line<'t> {
    fn content(&self) -> &'t str {
        self.text.trim_start_matches('\u{feff}').trim()
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    fn end_of_text(&self) -> usize {
        self.start + self.text.trim_end().len()
    }

    fn indentation(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    fn is_blank_or_comment(&self) -> bool {
        self.content().is_empty() || self.content().starts_with(['#', ';'])
    }

    /// What stands in the brackets.
    fn header(&self) -> Option<&'t str> {
        if self.text.starts_with([' ', '\t']) {
            return None;
        }
        let rest = self.content().strip_prefix('[')?;
        Some(rest.split(']').next().unwrap_or_default().trim())
    }

    /// The profile whose section begins here.
    fn section(&self) -> Option<&'t str> {
        let name = self.header()?;
        let name = match name.strip_prefix("profile") {
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
            _ => name,
        };
        let quoted = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
        Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(name))
    }

    fn entry(&self) -> Option<Entry> {
        let at = self.text.find(['=', ':'])?;
        let value = self.start
            + at
            + 1
            + (self.text[at + 1..].len() - self.text[at + 1..].trim_start_matches([' ', '\t']).len());
        let end = self.end_of_text().max(self.start + at + 1);
        Some(Entry {
            key: self.text[..at].trim().to_owned(),
            indentation: self.indentation(),
            lines: self.range(),
            value: value.min(end)..end,
        })
    }
}

#[cfg(test)]
mod tests;
