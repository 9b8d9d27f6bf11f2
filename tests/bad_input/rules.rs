//! R: rules that are no rules. Nothing here may hang, panic or take the memory.

use correlate::{Lists, RuleSet, SigmaFile};
use std::time::Instant;

/// The mistakes of a rule file, one a line; empty where it loads.
fn mistakes(text: &str) -> String {
    let file = SigmaFile { name: "rule.yml".into(), text: text.into() };
    let (_, errors) = RuleSet::compile_what_is_sound(&[file], &[], &Lists::new());
    errors.iter().map(|error| format!("{error}\n")).collect()
}

fn rule(detection: &str) -> String {
    format!("title: x\nlogsource:\n  product: aws\ndetection:\n{detection}")
}

#[test]
fn r1_and_r3_say_where() {
    for (text, part) in [
        (rule("  a: {x: 1}\n  a: {y: 1}\n  condition: a\n"), "rule.yml:6:3: `a` stands twice"),
        (rule("  a: {x: 1}\n  condition: (a and (a)\n"), "rule.yml:6:14: cannot read the condition"),
        (rule("  a: {x: 1}\n  condition: 1 of nothing*\n"), "no selection matches `1 of nothing*`"),
        (rule("  a: {x|frob: 1}\n  condition: a\n"), "unknown modifier `frob`"),
        (rule("  a: 5\n  condition: [a, b]\n"), "the condition names `b`"),
        ("title: [x]\n".to_owned(), "a rule needs a `title`"),
        ("just a text".to_owned(), "a rule is a mapping"),
    ] {
        assert!(mistakes(&text).contains(part), "{text}: {}", mistakes(&text));
    }
}

#[test]
fn r2_what_grows_is_refused() {
    let started = Instant::now();
    let laughs: String = (0..10).map(|n| format!("l{n}: &l{n} [{}]\n", format!("*l{}, ", n.max(1) - 1).repeat(10))).collect();
    assert!(mistakes(&laughs).contains("anchors and aliases are not read"), "{}", mistakes(&laughs));
    assert!(mistakes(&"#".repeat(9 << 20)).contains("8 MB at most"));
    let deep = format!("a: {}", "[".repeat(100_000));
    assert!(mistakes(&deep).contains("rule.yml:1:"), "{}", mistakes(&deep));
    assert!(mistakes(&"---\na: b\n".repeat(10_000)).lines().count() > 1000);
    let brackets = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
    assert!(mistakes(&rule(&format!("  a: {{x: 1}}\n  condition: {brackets}\n"))).contains("split the rule"));
    let nots = format!("{} a", "not ".repeat(5000));
    assert!(mistakes(&rule(&format!("  a: {{x: 1}}\n  condition: {nots}\n"))).contains("split the rule"));
    let flat = vec!["a"; 5000].join(" and ");
    assert_eq!(mistakes(&rule(&format!("  a: {{x: 1}}\n  condition: {flat}\n"))), "");
    let groups = vec!["(a or not a)"; 60].join(" and ");
    assert_eq!(mistakes(&rule(&format!("  a: {{x: 1}}\n  condition: {groups}\n"))), "");
    // What grows with the square of its length would take hours.
    assert!(started.elapsed().as_secs() < 300, "{:?}", started.elapsed());
}

#[test]
fn r4_regular_expressions() {
    for (text, part) in [
        ("(?<=a)b", "look-around"),
        ("(a)\\\\1", "backreferences are not supported"),
        ("(a", "unclosed group"),
        ("(((a{1000}){1000}){1000})", "exceeds size limit"),
    ] {
        let said = mistakes(&rule(&format!("  a: {{x|re: \"{text}\"}}\n  condition: a\n")));
        assert!(said.contains(part), "{text}: {said}");
    }
    let long = "a".repeat(1 << 20);
    let _ = mistakes(&rule(&format!("  a: {{x|re: {long}}}\n  condition: a\n")));
}

#[test]
fn r8_words_that_yaml_takes_for_something_else() {
    for value in ["no", "on", "1e3", "0123", "2026-03-01", "null", "~", "0x1f", ".5", "'*'", "''"] {
        assert_eq!(mistakes(&rule(&format!("  a: {{x: {value}}}\n  condition: a\n"))), "", "{value}");
    }
}

#[test]
fn r10_names_of_any_kind() {
    assert_eq!(mistakes(&rule("  a: {x: 1}\n  condition: a\n").replace("title: x", "title: 規則/é 💥")), "");
}
