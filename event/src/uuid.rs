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
        let Uuid(bytes) = Self(Sha1::new_with_prefix(URL.0)).uuid(&[name.as_bytes()]);
        Self(Sha1::new_with_prefix(bytes))
    }

    /// The UUID of a name, given in parts.
    pub fn uuid(&self, name: &[&[u8]]) -> Uuid {
        let mut hash = self.0.clone();
        name.iter().for_each(|part| hash.update(part));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x50;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Uuid(bytes)
    }
}

impl Uuid {
    pub fn write(&self, out: &mut Vec<u8>) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                out.push(b'-');
            }
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
    }
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Vec::with_capacity(36);
        self.write(&mut text);
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits and hyphens"))
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
        assert_eq!(dns.uuid(&[b"www.", b"example.com"]).to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }
}
