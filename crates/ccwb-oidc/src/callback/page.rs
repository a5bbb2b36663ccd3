//! The pages that a person sees at the end of a sign-in: one file each, no scripts, nothing loaded, readable in light
//! and dark and on a narrow screen.

use std::fmt::Write as _;

use base64::Engine as _;
use sha2::{Digest, Sha256};

use ccwb_http::printable;

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// It did not.
    Bad,
    /// Nothing happened.
    Neutral,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    tone: Tone,
    heading: String,
    paragraphs: Vec<String>,
    facts: Vec<(String, String)>,
    command: Option<String>,
    choice: Option<Choice>,
}

/// A link to go on, and a form to stop.
#[derive(Clone, Debug)]
struct Choice {
    go_on: (String, String),
    stop: (String, String),
}

impl Page {
    /// A page with a heading; texts are escaped, and control characters in them do not survive.
    pub fn new(status: u16, tone: Tone, heading: &str) -> Self {
        Self {
            status,
            tone,
            heading: printable(heading),
            paragraphs: Vec::new(),
            facts: Vec::new(),
            command: None,
            choice: None,
        }
    }

    /// Adds the two ways on: a link, and a form that is posted to this server.
    #[must_use]
    pub(crate) fn choice(mut self, go_on: (&str, &str), stop: (&str, &str)) -> Self {
        let owned = |(label, target): (&str, &str)| (printable(label), target.to_owned());
        self.choice = Some(Choice { go_on: owned(go_on), stop: owned(stop) });
        self
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, text: &str) -> Self {
        self.paragraphs.push(printable(text));
        self
    }

    /// Adds a line of a small table.
    #[must_use]
    pub fn fact(mut self, name: &str, value: &str) -> Self {
        self.facts.push((printable(name), printable(value)));
        self
    }

    /// Adds a command to run.
    #[must_use]
    pub fn command(mut self, command: &str) -> Self {
        self.command = Some(printable(command));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The response's headers: nothing may be loaded, framed, cached or sniffed, and the address of this page, which
    /// held a code, is not told to anybody.
    pub(crate) fn headers() -> Vec<(&'static str, String)> {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        vec![
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            (
                "Content-Security-Policy",
                format!(
                    "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; \
                     frame-ancestors 'none'"
                ),
            ),
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("X-Frame-Options", "DENY".to_owned()),
            ("Referrer-Policy", "no-referrer".to_owned()),
            ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
            ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
        ]
    }

    /// The page as HTML.
    pub fn html(&self) -> String {
        let (class, mark) = match self.tone {
            Tone::Good => ("good", "M6 12.5l4 4 8-9"),
            Tone::Bad => ("bad", "M7.5 7.5l9 9m0-9l-9 9"),
            Tone::Neutral => ("neutral", "M12 11v6m0-10v.5"),
        };
        let heading = escape(&self.heading);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main class=\"{class}\">\n\
             <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"{mark}\"/></svg>\n\
             <h1>{heading}</h1>\n"
        );
        for paragraph in &self.paragraphs {
            let _ = writeln!(html, "<p>{}</p>", escape(paragraph));
        }
        if let Some(command) = &self.command {
            let _ = writeln!(html, "<pre><code>{}</code></pre>", escape(command));
        }
        if !self.facts.is_empty() {
            html.push_str("<dl>\n");
            for (name, value) in &self.facts {
                let _ = writeln!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
            }
            html.push_str("</dl>\n");
        }
        if let Some(Choice { go_on, stop }) = &self.choice {
            let _ = writeln!(
                html,
                "<form method=\"post\" action=\"{}\"><a href=\"{}\">{}</a><button>{}</button></form>",
                escape(&stop.1),
                escape(&go_on.1),
                escape(&go_on.0),
                escape(&stop.0)
            );
        }
        html.push_str("</main>\n<footer>Claude Code with Amazon Bedrock · served by credential-process on this computer</footer>\n</body>\n</html>\n");
        html
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f5f4f1;--card:#fff;--text:#1f1e1c;--soft:#63605a;--line:#e3e0da;--good:#1a7f4b;--bad:#b3261e;--neutral:#5b5fc7}\
@media (prefers-color-scheme:dark){:root{--bg:#191816;--card:#242320;--text:#f1efeb;--soft:#aaa69e;--line:#3a3833;--good:#4cc38a;--bad:#ff8a80;--neutral:#a5a8ff}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:1.5rem;background:var(--bg);color:var(--text);font:1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{width:100%;max-width:30rem;padding:2.25rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;box-shadow:0 1px 2px #0001,0 12px 32px #0001}\
svg{width:3rem;height:3rem;margin-bottom:1rem;fill:none;stroke:#fff;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}\
@media (prefers-color-scheme:dark){svg{stroke:#191816}}\
svg circle{stroke:none}\
.good circle{fill:var(--good)}.bad circle{fill:var(--bad)}.neutral circle{fill:var(--neutral)}\
h1{margin:0 0 .5rem;font-size:1.45rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}\
p{margin:.5rem 0 0;color:var(--soft);overflow-wrap:anywhere}\
pre{margin:1.25rem 0 0;padding:.75rem .9rem;background:var(--bg);border:1px solid var(--line);border-radius:.5rem;white-space:pre;overflow-x:auto}\
code{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;user-select:all}\
dl{margin:1.5rem 0 0;padding-top:.5rem;border-top:1px solid var(--line)}\
dl div{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;padding:.35rem 0;font-size:.925rem}\
dt{color:var(--soft);white-space:nowrap}dd{margin:0 0 0 auto;text-align:right;overflow-wrap:anywhere}\
form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.75rem 0 0}\
form a,form button{flex:1 1 9rem;padding:.7rem 1rem;border-radius:.6rem;border:1px solid var(--line);font-family:inherit;font-size:1rem;font-weight:600;line-height:1.4;text-align:center;text-decoration:none;cursor:pointer}\
form a{background:var(--neutral);border-color:var(--neutral);color:var(--card)}form button{background:transparent;color:var(--text)}\
form a:focus-visible,form button:focus-visible{outline:3px solid var(--neutral);outline-offset:2px}\
footer{margin-top:1.25rem;max-width:30rem;text-align:center;text-wrap:balance;font-size:.8rem;color:var(--soft)}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_cannot_become_markup() {
        let page = Page::new(400, Tone::Bad, "<script>alert(1)</script>")
            .paragraph("\"&'")
            .fact("<b>", "<img src=x>")
            .command("run <this>");
        let html = page.html();
        for forbidden in ["<script>", "<img", "<b>", "<this>"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("&lt;script&gt;") && html.contains("&quot;&amp;&#39;"));
    }

    #[test]
    fn nothing_is_loaded_and_the_style_matches_its_digest() {
        let headers = Page::headers();
        let policy = &headers.iter().find(|(name, _)| *name == "Content-Security-Policy").unwrap().1;
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
