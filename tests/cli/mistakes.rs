//! Mistakes in rules: each names the file, the line and the way out, and the others load only where that was asked for.

use expect_test::{Expect, expect};
use tests::program::{run, summary};

use crate::{firing, lines, write};

const HEAD: &str = "title: Trail stopped\nlogsource:\n  product: aws\n  service: cloudtrail\n";

/// What is said of a rule file of this text.
#[track_caller]
fn check(text: &str, expected: Expect) {
    check_files(&[("rule.yml", text)], &[], expected);
}

/// What is said of a rule with this detection.
#[track_caller]
fn check_detection(detection: &str, expected: Expect) {
    check(&format!("{HEAD}detection:\n{detection}"), expected);
}

#[track_caller]
fn check_files(files: &[(&str, &str)], args: &[&str], expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    write(folder.path(), "log.json", firing(1));
    let rules: Vec<&str> = files.iter().filter(|(name, _)| name.ends_with(".yml")).flat_map(|(name, _)| ["--rules", name]).collect();
    let given = ["replay", "log.json", "--no-builtin-rules"].into_iter().chain(rules).chain(args.iter().copied());
    let ran = run(folder.path(), given).ends_with(2);
    assert!(ran.out().is_empty());
    let said = ran.err().replace("; mend them, or use --keep-going to go on without the rules that have one", "");
    expected.assert_eq(&said);
    assert!(said.contains(".yml:"), "it names the file and the line");
}

#[test]
fn an_unknown_modifier() {
    check_detection(
        "  sel:\n    eventName|contain: Stop\n  condition: sel\n",
        expect![[r#"
        error: unknown modifier `contain`
         --> rule.yml:7:5
          |
        7 |     eventName|contain: Stop
          |     ^^^^^^^^^^^^^^^^^
          |
        help: did you mean `contains`?
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  sel:\n    eventName|regex: Stop\n  condition: sel\n",
        expect![[r#"
        error: unknown modifier `regex`
         --> rule.yml:7:5
          |
        7 |     eventName|regex: Stop
          |     ^^^^^^^^^^^^^^^
          |
        help: did you mean `re`?
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  sel:\n    eventName|frobnicate: Stop\n  condition: sel\n",
        expect![[r#"
        error: unknown modifier `frobnicate`
         --> rule.yml:7:5
          |
        7 |     eventName|frobnicate: Stop
          |     ^^^^^^^^^^^^^^^^^^^^
          |
        help: Sigma 2.1 knows contains, startswith, endswith, all, cased, neq, exists, re, cidr, lt, lte, gt, gte, fieldref, expand and others
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn a_condition_that_names_what_is_not_there() {
    check_detection(
        "  selection:\n    eventName: StopLogging\n  condition: selektion\n",
        expect![[r#"
        error: the condition names `selektion`, which is no selection
         --> rule.yml:8:14
          |
        8 |   condition: selektion
          |              ^^^^^^^^^
          |
        help: did you mean `selection`? There are: selection
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  selection:\n    eventName: StopLogging\n  condition: selection and not 1 of filter_*\n",
        expect![[r#"
        error: no selection matches `1 of filter_*`
         --> rule.yml:8:14
          |
        8 |   condition: selection and not 1 of filter_*
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
        help: there are: selection
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn a_condition_that_is_no_sigma() {
    check_detection(
        "  a:\n    eventName: StopLogging\n  b:\n    awsRegion: x\n  condition: a AND b\n",
        expect![[r#"
        error: cannot read the condition `a AND b` at character 3
          --> rule.yml:10:14
           |
        10 |   condition: a AND b
           |              ^^^^^^^
           |
        help: `and`, `or`, `not` and `of` are written in lower case
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    eventName: StopLogging\n  condition: (a\n",
        expect![[r#"
        error: cannot read the condition `(a` at character 3
         --> rule.yml:8:14
          |
        8 |   condition: (a
          |              ^^
          |
        help: `selection and not 1 of filter_*` shows the grammar
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    eventName: StopLogging\n  condition: a | count() by awsRegion > 5\n",
        expect![[r#"
            error: aggregations after `|` are deprecated in Sigma
             --> rule.yml:8:14
              |
            8 |   condition: a | count() by awsRegion > 5
              |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
            help: correlation documents replace them; this version does not run those yet
            error: 1 mistake in the rules
        "#]],
    );
    check_detection(
        "  a:\n    eventName: StopLogging\n  timeframe: 5m\n  condition: a\n",
        expect![[r#"
            error: `timeframe` belongs to aggregations, which Sigma has replaced
             --> rule.yml:8:3
              |
            8 |   timeframe: 5m
              |   ^^^^^^^^^
              |
            help: correlation documents replace them; this version does not run those yet
            error: 1 mistake in the rules
        "#]],
    );
    check_detection(
        "  a:\n    eventName: StopLogging\n  condition: 3 of a*\n",
        expect![[r#"
        error: `3 of` is not Sigma
         --> rule.yml:8:14
          |
        8 |   condition: 3 of a*
          |              ^^^^^^^
          |
        help: `1 of`, `any of` or `all of`
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn values_that_a_modifier_cannot_take() {
    check_detection(
        "  a:\n    eventName|re: '^(?!Stop).*'\n  condition: a\n",
        expect![[r#"
        error: cannot read the regular expression: look-around, including look-ahead and look-behind, is not supported
         --> rule.yml:7:19
          |
        7 |     eventName|re: '^(?!Stop).*'
          |                   ^^^^^^^^^^^^^
          |
        help: look-around and back-references are not run: they may hang; use two selections
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    eventName|re: '(Stop'\n  condition: a\n",
        expect![[r#"
        error: cannot read the regular expression: unclosed group
         --> rule.yml:7:19
          |
        7 |     eventName|re: '(Stop'
          |                   ^^^^^^^
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    sourceIPAddress|cidr: 10.0.0.0/40\n  condition: a\n",
        expect![[r#"
        error: `10.0.0.0/40` is no network
         --> rule.yml:7:27
          |
        7 |     sourceIPAddress|cidr: 10.0.0.0/40
          |                           ^^^^^^^^^^^
          |
        help: `10.0.0.0/8` or `2001:db8::/32`
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    errorCode|exists: maybe\n  condition: a\n",
        expect![[r#"
        error: `exists` takes true or false
         --> rule.yml:7:23
          |
        7 |     errorCode|exists: maybe
          |                       ^^^^^
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    requestParameters.durationSeconds|gt: '3600'\n  condition: a\n",
        expect![[r#"
        error: this modifier compares numbers
         --> rule.yml:7:43
          |
        7 |     requestParameters.durationSeconds|gt: '3600'
          |                                           ^^^^^^
          |
        help: write the number without quotes
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    eventName|contains: null\n  condition: a\n",
        expect![[r#"
        error: null stands alone
         --> rule.yml:7:25
          |
        7 |     eventName|contains: null
          |                         ^^^^
          |
        help: `field: null`
        error: 1 mistake in the rules
    "#]],
    );
    check_detection(
        "  a:\n    requestParameters:\n      name: x\n  condition: a\n",
        expect![[r#"
        error: `requestParameters` holds a mapping where values are expected
         --> rule.yml:8:7
          |
        8 |       name: x
          |       ^
          |
        help: nested fields are written with dots: `a.b`
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn parts_that_are_missing() {
    check(
        "logsource:\n  product: aws\ndetection:\n  a:\n    eventName: StopLogging\n  condition: a\n",
        expect![[r#"
        error: a rule needs a `title`
         --> rule.yml:1:1
          |
        1 | logsource:
          | ^
        error: 1 mistake in the rules
    "#]],
    );
    check(
        "title: Trail stopped\ndetection:\n  a:\n    eventName: StopLogging\n  condition: a\n",
        expect![[r#"
        error: a rule needs a `logsource`
         --> rule.yml:1:1
          |
        1 | title: Trail stopped
          | ^
          |
        help: for CloudTrail: `product: aws`, `service: cloudtrail`
        error: 1 mistake in the rules
    "#]],
    );
    check(
        "title: Trail stopped\nlogsource:\n  product: aws\n",
        expect![[r#"
            error: a rule needs a `detection`
             --> rule.yml:1:1
              |
            1 | title: Trail stopped
              | ^
              |
            help: `detection: {selection: {eventName: …}, condition: selection}`
            error: 1 mistake in the rules
        "#]],
    );
    check_detection(
        "  a:\n    eventName: StopLogging\n",
        expect![[r#"
        error: a `condition` is missing
         --> rule.yml:6:3
          |
        6 |   a:
          |   ^
          |
        help: for one selection: `condition: selection`
        error: 1 mistake in the rules
    "#]],
    );
    check(
        "- a\n- list\n",
        expect![[r#"
        error: a rule is a mapping: `title: …`, `logsource: …`, `detection: …`
         --> rule.yml:1:1
          |
        1 | - a
          | ^
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn yaml_that_is_none_or_too_much() {
    check(
        &format!("{HEAD}level: low\nlevel: high\n"),
        expect![[r#"
        error: `level` stands twice in one mapping (first in line 5); YAML keeps only one
         --> rule.yml:6:1
          |
        6 | level: high
          | ^^^^^
        error: 1 mistake in the rules
    "#]],
    );
    check(
        "title: x\nlogsource:\n\tproduct: aws\n",
        expect![[r#"
        error: this is not YAML: tabs disallowed within this context (block indentation)
         --> rule.yml:3:2
          |
        3 |     product: aws
          |     ^
        error: 1 mistake in the rules
    "#]],
    );
    check(
        &format!("{HEAD}detection:\n  a: &a\n    eventName: StopLogging\n  b: *a\n  condition: a or b\n"),
        expect![[r#"
        error: anchors and aliases are not read in rules; write it out
         --> rule.yml:6:6
          |
        6 |   a: &a
          |      ^^
        error: 1 mistake in the rules
    "#]],
    );
    check(
        "title: [open\n",
        expect![[r#"
        error: this is not YAML: while parsing a flow sequence, expected ',' or ']'
         --> rule.yml:1:14
          |
        1 | title: [open
          |             ^
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn words_that_are_not_known() {
    let detection = "detection:\n  a:\n    eventName: StopLogging\n  condition: a\n";
    check(
        &format!("{HEAD}{detection}level: severe\n"),
        expect![[r#"
        error: unknown level `severe`
         --> rule.yml:9:8
          |
        9 | level: severe
          |        ^^^^^^
          |
        help: Sigma knows informational, low, medium, high and critical
        error: 1 mistake in the rules
    "#]],
    );
    check(
        &format!("{HEAD}{detection}id: 12345\n"),
        expect![[r#"
        error: `12345` is no UUID
         --> rule.yml:9:5
          |
        9 | id: 12345
          |     ^^^^^
          |
        help: an id looks like 5a1b3c2d-…; `uuidgen` makes one
        error: 1 mistake in the rules
    "#]],
    );
    check(
        &format!("{HEAD}{detection}isobar:\n  ownr: soc\n"),
        expect![[r#"
        error: unknown key `ownr` under `isobar`
          --> rule.yml:10:3
           |
        10 |   ownr: soc
           |   ^^^^
           |
        help: known here: stage, owner
        error: 1 mistake in the rules
    "#]],
    );
    check(
        &format!("{HEAD}{detection}action: replace\n"),
        expect![[r#"
        error: unknown action `replace`
         --> rule.yml:9:9
          |
        9 | action: replace
          |         ^^^^^^^
          |
        help: Sigma knows global, reset and repeat
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn two_rules_with_one_id() {
    let rule = format!("{HEAD}id: 5a1b3c2d-0000-4000-8000-000000000001\ndetection:\n  a:\n    eventName: StopLogging\n  condition: a\n");
    check_files(
        &[("one.yml", &rule), ("two.yml", &format!("# a comment\n---\n{rule}"))],
        &[],
        expect![[r#"
        error: the id 5a1b3c2d-0000-4000-8000-000000000001 is taken: one.yml:1
         --> two.yml:3:1
          |
        3 | title: Trail stopped
          | ^
          |
        help: give one of the two a new id, or leave one file out
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn a_list_that_is_not_there() {
    let rule = format!("{HEAD}detection:\n  a:\n    userIdentity.userName|expand: '%admins%'\n  condition: a\n");
    check_files(
        &[("rule.yml", &rule)],
        &[],
        expect![[r#"
        error: no list `admins`
         --> rule.yml:7:35
          |
        7 |     userIdentity.userName|expand: '%admins%'
          |                                   ^^^^^^^^^^
          |
        help: give it as `lists/admins.txt` in the folder of --tuning; there are none now
        error: 1 mistake in the rules
    "#]],
    );
    check_files(
        &[("rule.yml", &rule), ("tuning/lists/owners.txt", "dana\n")],
        &["--tuning", "tuning"],
        expect![[r#"
        error: no list `admins`
         --> rule.yml:7:35
          |
        7 |     userIdentity.userName|expand: '%admins%'
          |                                   ^^^^^^^^^^
          |
        help: give it as `lists/admins.txt` in the folder of --tuning; there are: owners
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn documents_that_are_not_run() {
    check(
        "title: Many\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [user]\n  timespan: 5m\n  condition:\n    gte: 5\n",
        expect![[r#"
        error: correlations are not run by this version
         --> rule.yml:3:3
          |
        3 |   type: event_count
          |   ^
          |
        help: leave the file out, or use --keep-going
        error: 1 mistake in the rules
    "#]],
    );
    let filter = format!("{HEAD}filter:\n  rules: [no-such-rule]\n  a:\n    eventName: StopLogging\n  condition: not a\n");
    check(
        &filter,
        expect![[r#"
        error: no rule has the id or name `no-such-rule`
         --> rule.yml:6:11
          |
        6 |   rules: [no-such-rule]
          |           ^^^^^^^^^^^^
          |
        help: a filter is for rules that are loaded
        error: 1 mistake in the rules
    "#]],
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    check_detection(
        "  a:\n    eventName|contian: x\n    awsRegion|starts: y\n  condition: a\nlevel: severe\n",
        expect![[r#"
        error: unknown modifier `contian`
         --> rule.yml:7:5
          |
        7 |     eventName|contian: x
          |     ^^^^^^^^^^^^^^^^^
          |
        help: Sigma 2.1 knows contains, startswith, endswith, all, cased, neq, exists, re, cidr, lt, lte, gt, gte, fieldref, expand and others
        error: unknown modifier `starts`
         --> rule.yml:8:5
          |
        8 |     awsRegion|starts: y
          |     ^^^^^^^^^^^^^^^^
          |
        help: Sigma 2.1 knows contains, startswith, endswith, all, cased, neq, exists, re, cidr, lt, lte, gt, gte, fieldref, expand and others
        error: unknown level `severe`
          --> rule.yml:10:8
           |
        10 | level: severe
           |        ^^^^^^
           |
        help: Sigma knows informational, low, medium, high and critical
        error: 3 mistakes in the rules
    "#]],
    );
}

#[test]
fn keep_going_loads_the_others_and_counts_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let rule = |condition: &str| format!("{HEAD}detection:\n  a:\n    eventName: StopLogging\n  condition: {condition}\n");
    write(folder.path(), "rules/a.yml", rule("b"));
    write(folder.path(), "rules/b.yml", rule("a"));
    write(folder.path(), "rules/c.yml", "title: no more than this\n");
    write(folder.path(), "log.json", lines(50));
    let args = ["replay", "log.json", "--rules", "rules", "--no-builtin-rules", "--no-keep", "--summary", "s.json"];
    let ran = run(folder.path(), args).ends_with(2);
    assert!(ran.err().contains("rules/a.yml") && ran.err().contains("rules/c.yml"), "{}", ran.err());
    let ran = run(folder.path(), args.into_iter().chain(["--keep-going"])).ends_with(0);
    assert!(ran.err().contains("rules/a.yml") && ran.err().contains("rules/c.yml"), "they are named all the same: {}", ran.err());
    assert!(ran.out().contains("FOUND   5 findings of 1 rules"), "{}", ran.out());
    let summary = summary(&folder.path().join("s.json"));
    assert_eq!(summary["rules"]["loaded"], 1);
    assert_eq!(summary["rules"]["left_out"], 2);
}
