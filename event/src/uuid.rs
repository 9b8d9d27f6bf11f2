//! UUIDs made of names (RFC 9562, version 5). There are no random ids in this program.

use sha1::{Digest, Sha1};

/// A UUID; written in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

/// RFC 9562, appendix: the namespace of URLs.
const URL: Uuid = Uuid([0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);

/// A namespace whose hash is begun once and continued for each name.
#[derive(Clone)]
pub struct Namespace(Sha1);

impl Namespace {
    /// `UUIDv5(URL, name)`, to be used as a namespace: `isobar:finding`.
    pub fn of_url(name: &str) -> Self {
        let Uuid(bytes) = Self(Sha1::new_with_prefix(URL.0)).uuid(name.as_bytes());
        Self(Sha1::new_with_prefix(bytes))
    }

    /// The namespace of names that begin so.
    pub fn beginning(&self, name: &str) -> Self {
        Self(self.0.clone().chain_update(name))
    }

    /// The UUID of a name.
    pub fn uuid(&self, name: &[u8]) -> Uuid {
        let mut hash = self.0.clone();
        hash.update(name);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x50;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Uuid(bytes)
    }
}

impl Uuid {
    pub fn text(&self) -> [u8; 36] {
        const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
        let mut text = [b'-'; 36];
        for (byte, at) in self.0.iter().zip(PLACES) {
            text[at..at + 2].copy_from_slice(&hex(*byte));
        }
        text
    }
}

/// The two digits of a byte.
pub fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).expect("hexadecimal digits and hyphens"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_rfc_computes_it() {
        // RFC 9562, appendix A.4: UUIDv5 of www.example.com in the namespace of DNS names.
        let dns = Namespace(Sha1::new_with_prefix([
            0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
        ]));
        assert_eq!(dns.beginning("www.").uuid(b"example.com").to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }
}
