//! Sigma documents: YAML in, rules out, each mistake with its line. Small grammars (condition, `field|modifier`, wildcards) are
//! rsigma-parser's; the tree around them is read here, so that every part keeps its place in the file.

mod read;
pub mod yaml;

use std::fmt;
use std::sync::Arc;

use event::Level;
pub use read::{distance, read};
use rsigma_parser::ConditionExpr;
pub use rsigma_parser::ast::Modifier;
pub use yaml::Spot;

/// A file of rules.
#[derive(Clone, Debug)]
pub struct SigmaFile {
    pub name: Arc<str>,
    pub text: Arc<str>,
}

/// A mistake in a rule: where, what, and the way out.
#[derive(Clone, Debug)]
pub struct RuleError {
    pub file: SigmaFile,
    pub spot: Spot,
    pub message: String,
    pub help: Option<String>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.name, self.spot.line, self.spot.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RuleError {}

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Document {
    Rule(Box<SigmaRule>),
    Filter(Box<SigmaFilter>),
}

/// The log source keys of a rule; a missing one may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSourceKeys {
    pub category: Option<String>,
    pub product: Option<String>,
    pub service: Option<String>,
}

impl fmt::Display for LogSourceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = [&self.category, &self.product, &self.service];
        f.write_str(&keys.into_iter().flatten().cloned().collect::<Vec<_>>().join("/"))
    }
}

/// A detection rule.
#[derive(Clone, Debug)]
pub struct SigmaRule {
    pub file: SigmaFile,
    pub spot: Spot,
    pub title: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub level: Level,
    pub version: Option<String>,
    pub tags: Vec<String>,
    pub references: Vec<String>,
    pub taxonomy: Option<String>,
    pub log_source: LogSourceKeys,
    pub detection: Detection,
    /// What a person should know, but does not stop the load.
    pub notes: Vec<String>,
}

/// A filter document: it is ANDed to the rules that it names.
#[derive(Clone, Debug)]
pub struct SigmaFilter {
    pub file: SigmaFile,
    pub spot: Spot,
    pub title: String,
    pub log_source: LogSourceKeys,
    /// Ids or names; none is all rules of the log source.
    pub rules: Vec<(String, Spot)>,
    pub detection: Detection,
    pub notes: Vec<String>,
}

/// Selections and the conditions over them.
#[derive(Clone, Debug)]
pub struct Detection {
    pub selections: Vec<(String, Selection)>,
    pub conditions: Vec<(ConditionExpr, Spot)>,
}

#[derive(Clone, Debug)]
pub enum Selection {
    /// A mapping: all items.
    All(Vec<Item>),
    /// A list of mappings: any of them.
    Any(Vec<Selection>),
}

/// `field|modifiers: values`; without a field, keywords that are searched in the whole record.
#[derive(Clone, Debug)]
pub struct Item {
    pub field: Option<String>,
    pub modifiers: Vec<Modifier>,
    pub values: Vec<(Scalar, Spot)>,
    pub spot: Spot,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    Integer(i128),
    Float(f64),
    Bool(bool),
    Null,
}
