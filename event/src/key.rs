//! Which event of the world an event is: 128 bits that do not depend on spelling, spacing or delivery.

use std::fmt;

/// A hash of what makes an event this event and no other. Two deliveries of one event have the same key.
/// The hash function is part of what is published: findings carry it in their uid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventKey(pub u128);

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
