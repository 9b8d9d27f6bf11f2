//! Which event of the world an event is: 128 bits that do not depend on spelling, spacing or delivery.

use std::fmt;

use crate::uuid::hex;

/// A hash of what makes an event this event and no other. Two deliveries of one event have the same key.
/// The hash function is part of what is published: findings carry it in their uid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventKey(pub u128);

impl EventKey {
    /// 32 hexadecimal digits.
    pub fn text(self) -> [u8; 32] {
        let mut text = [0; 32];
        for (byte, digits) in self.0.to_be_bytes().into_iter().zip(text.as_chunks_mut::<2>().0) {
            *digits = hex(byte);
        }
        text
    }
}

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
