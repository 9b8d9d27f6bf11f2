//! Every log source that is read, in the order in which they are tried. Their names are frozen.

pub mod aws_bedrock_invocation;
pub mod aws_cloudtrail;
pub mod aws_guardduty;
mod azure;
pub mod azure_activity;
pub mod azure_ai_diagnostic;
mod entra;
pub mod entra_audit;
pub mod entra_risk;
pub mod entra_signin;
pub mod gcp_audit;
pub mod google_workspace;
pub mod okta_system;
pub mod onelogin;
mod shared;

use event::{Field, Origin};

use crate::logsource::LogSource;

pub const ALL: &[&LogSource] = &[
    &aws_cloudtrail::SOURCE,
    &gcp_audit::SOURCE,
    &azure_activity::SOURCE,
    &entra_signin::SOURCE,
    &entra_audit::SOURCE,
    &entra_risk::SOURCE,
    &okta_system::SOURCE,
    &onelogin::SOURCE,
    &google_workspace::SOURCE,
    &aws_guardduty::SOURCE,
    &aws_bedrock_invocation::SOURCE,
    &azure_ai_diagnostic::SOURCE,
];

/// The log source of a name that somebody typed.
pub fn named(name: &str) -> Option<&'static LogSource> {
    ALL.iter().copied().find(|source| source.name.0 == name)
}

/// Names the paths that a log source's functions use: constants to ask a record for, and the list of them.
macro_rules! paths {
    ($($name:ident = $path:expr,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum PathNumber { $($name),* }
        $(const $name: $crate::Leaf = PathNumber::$name as $crate::Leaf;)*
        const PATHS: &[&str] = &[$($path),*];
    };
}
pub(crate) use paths;

/// A column with the text of one path, which rules read in the record all the same: it may be another kind of value.
pub(crate) const fn text(column: &'static str, path: &'static str) -> Field {
    field(column, Origin::Path(path))
}

/// A column that holds the text of one path unchanged, so that rules are answered from it.
pub(crate) const fn same(column: &'static str, path: &'static str) -> Field {
    Field { answers: true, ..field(column, Origin::Path(path)) }
}

/// A column with the first of several paths that has a value: one for each shape.
pub(crate) const fn first(column: &'static str, paths: &'static [&'static str]) -> Field {
    field(column, Origin::First(paths))
}

pub(crate) const fn constant(column: &'static str, text: &'static str) -> Field {
    field(column, Origin::Constant(text))
}

/// A column that the log source's `derive` fills from these paths; the sentence says how.
pub(crate) const fn derived(column: &'static str, paths: &'static [&'static str], how: &'static str) -> Field {
    field(column, Origin::Derived(paths, how))
}

pub(crate) const fn field(column: &'static str, origin: Origin) -> Field {
    Field { names: &[], origin, column: Some(column), answers: false, values: &[] }
}

/// Names that rule writers use for what stands at these paths (names of other shippers, of a vendor's console).
pub(crate) const fn alias(names: &'static [&'static str], paths: &'static [&'static str]) -> Field {
    Field { names, origin: Origin::First(paths), column: None, answers: false, values: &[] }
}
