//! Everything that goes to a terminal. Logs hold what attackers wrote: no control character of theirs gets through.

use std::io::{IsTerminal, Write};

use annotate_snippets::{AnnotationKind, Group, Level as Sort, Renderer, Snippet};
use correlate::RuleError;
use event::Level;

/// A text that is safe to show: controls and characters that turn the direction of writing are spelled out.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

fn is_hostile(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A line on standard error; nobody is told if that is gone.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

pub fn error(text: &str) {
    note(&format!("error: {}", text.lines().map(safe).collect::<Vec<_>>().join("\n")));
}

pub fn colour(stream_is_terminal: bool) -> bool {
    stream_is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The level, coloured where that is wanted.
pub fn level(level: Level, colour: bool) -> String {
    let word = level.caption().to_uppercase();
    if !colour {
        return format!("{word:<13}");
    }
    let code = match level {
        Level::Critical => "1;31",
        Level::High => "31",
        Level::Medium => "33",
        Level::Low => "36",
        Level::Informational => "2",
    };
    format!("\x1b[{code}m{word:<13}\x1b[0m")
}

/// A mistake in a rule, with its line.
pub fn rule_error(error: &RuleError) -> String {
    let text = &error.file.text;
    let start = error.spot.start.min(text.len());
    let line_end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let end = error.spot.end.clamp(start, line_end).max((start + 1).min(text.len()));
    let message = safe(&error.message);
    // As many bytes as before, so that the marks stand where they belong.
    let shown = |c: char| if is_hostile(c) && !matches!(c, '\n' | '\t') { "?".repeat(c.len_utf8()) } else { c.to_string() };
    let source: String = text.chars().map(shown).collect();
    let name = safe(&error.file.name);
    let mut report = vec![
        Sort::ERROR
            .primary_title(message.as_str())
            .element(Snippet::source(source.as_str()).path(name.as_str()).annotation(AnnotationKind::Primary.span(start..end))),
    ];
    let help = error.help.as_deref().map(safe);
    if let Some(help) = &help {
        report.push(Group::with_title(Sort::HELP.secondary_title(help.as_str())));
    }
    let renderer = if colour(std::io::stderr().is_terminal()) { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&report)
}

/// `1,003,214`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1.4 GB`
pub fn bytes(number: u64) -> String {
    let (mut value, mut unit) = (number as f64, "B");
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        (value, unit) = (value / 1000.0, larger);
    }
    if unit == "B" { format!("{number} B") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_gets_through() {
        let hostile: String = (0..0xa0).filter_map(char::from_u32).chain("\u{202e}\u{200b}\u{2066}".chars()).collect();
        assert!(safe(&hostile).chars().all(|c| !c.is_control() && c.is_ascii()));
        assert_eq!(safe("a\u{1b}[31mé"), "a\\u{1b}[31mé");
        assert_eq!(count(1_003_214), "1,003,214");
        assert_eq!(count(999), "999");
        assert_eq!(bytes(1_400_000_000), "1.4 GB");
    }
}
