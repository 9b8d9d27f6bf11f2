//! The grammar of JSON, checked over the positions of a document: what may follow what, numbers, words, escapes, depth.

/// Levels of nesting that are read.
pub const DEPTH_MAX: usize = 128;

/// Whether the positions of a document are those of one JSON value. Says in `closes` for each opening bracket which position is that of
/// the closing one.
pub fn document(document: &[u8], at: &[u32], closes: &mut [u32]) -> bool {
    let mut grammar = Grammar { document, at, closes };
    grammar.value(0, DEPTH_MAX) == Some(at.len())
}

/// Whether each of these backslashes begins an escape. They stand in strings, or the grammar refuses them.
pub fn escapes(bytes: &[u8], backslashes: &[u32]) -> bool {
    backslashes.iter().all(|at| match &bytes[*at as usize + 1..] {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
        [b'u', digits @ ..] => digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit),
        _ => false,
    })
}

struct Grammar<'a> {
    document: &'a [u8],
    at: &'a [u32],
    closes: &'a mut [u32],
}

/// Each function takes the position where something begins and gives the one behind it, or none if it is not what it should be.
impl Grammar<'_> {
    /// The byte at a position; 0, which begins nothing, behind the last one.
    #[inline(always)]
    fn byte(&self, i: usize) -> u8 {
        self.at.get(i).map_or(0, |at| self.document[*at as usize])
    }

    /// `depth`: so many levels are left.
    #[inline(always)]
    fn value(&mut self, i: usize, depth: usize) -> Option<usize> {
        let at = *self.at.get(i)?;
        match self.document[at as usize] {
            b'"' => Some(i + 1),
            first => self.other(i, first, at, depth),
        }
    }

    /// A value that is no string.
    #[inline(always)]
    fn other(&mut self, i: usize, first: u8, at: u32, depth: usize) -> Option<usize> {
        match first {
            b'{' => self.object(i, depth.checked_sub(1)?),
            b'[' => self.list(i, depth.checked_sub(1)?),
            _ => is_scalar(&self.document[at as usize..]).then_some(i + 1),
        }
    }

    fn object(&mut self, i: usize, depth: usize) -> Option<usize> {
        let mut at = i + 1;
        if self.byte(at) != b'}' {
            loop {
                // Key, colon, the value's beginning, and what stands behind it unless it is an object or a list.
                let [key, colon, value, mut next] = *self.at.get(at..)?.first_chunk()?;
                let byte = |at: u32| self.document[at as usize];
                if byte(key) != b'"' || byte(colon) != b':' {
                    return None;
                }
                let first = byte(value);
                at += 3;
                if first != b'"' {
                    at = self.other(at - 1, first, value, depth)?;
                    next = *self.at.get(at)?;
                }
                match self.document[next as usize] {
                    b',' => at += 1,
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.closes[i] = at as u32;
        Some(at + 1)
    }

    fn list(&mut self, i: usize, depth: usize) -> Option<usize> {
        let mut at = i + 1;
        if self.byte(at) != b']' {
            loop {
                at = self.value(at, depth)?;
                match self.byte(at) {
                    b',' => at += 1,
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.closes[i] = at as u32;
        Some(at + 1)
    }
}

/// Whether a number or a word stands here, and ends where it should.
fn is_scalar(text: &[u8]) -> bool {
    let length = match text {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => 4,
        [b'f', b'a', b'l', b's', b'e', ..] => 5,
        _ => match number(text) {
            Some(length) => length,
            None => return false,
        },
    };
    matches!(text.get(length), None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
}

/// The length of a number.
fn number(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let some_digits = |from: usize| Some(digits(from)).filter(|n| *n > 0);
    let mut at = usize::from(text.first() == Some(&b'-'));
    at += if text.get(at) == Some(&b'0') { 1 } else { some_digits(at)? };
    if text.get(at) == Some(&b'.') {
        at += 1 + some_digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at += some_digits(at)?;
    }
    Some(at)
}
