//! Every log source that is read, in the order in which they are tried. Their names are frozen.

pub mod aws_cloudtrail;

use crate::logsource::LogSource;

pub const ALL: &[&LogSource] = &[&aws_cloudtrail::SOURCE];

/// The log source of a name that somebody typed.
pub fn named(name: &str) -> Option<&'static LogSource> {
    ALL.iter().copied().find(|source| source.name.0 == name)
}

/// Names the paths that a log source's functions use: constants to ask a record for, and the list of them.
macro_rules! paths {
    ($($name:ident = $path:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum PathNumber { $($name),* }
        $(const $name: $crate::Leaf = PathNumber::$name as $crate::Leaf;)*
        const PATHS: &[&str] = &[$($path),*];
    };
}
pub(crate) use paths;
