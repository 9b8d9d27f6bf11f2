//! The one unsafe corner of this crate: Utf8View arrays over bytes that were checked before. Arrow's own check of every view costs a
//! third of a parse; the views made here are cut at ASCII quotes out of bytes that the parser found to be UTF-8. Tests run with
//! Arrow's `force_validate`, which checks them all the same.
#![allow(unsafe_code)]

use std::sync::Arc;

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

/// A view: length, first bytes, buffer and offset; texts up to 12 bytes stand in the view itself.
pub type View = u128;

/// Number of the buffer that holds the bytes as they came.
pub const ARENA: u32 = 0;
/// Number of the buffer that holds what was written anew.
pub const SIDE: u32 = 1;

/// A view of `text`, which stands at `offset` in `buffer`.
#[inline]
pub fn view(text: &[u8], buffer: u32, offset: u32) -> View {
    let length = text.len();
    if length <= 12 {
        let mut bytes = [0u8; 16];
        bytes[..4].copy_from_slice(&(length as u32).to_le_bytes());
        bytes[4..4 + length].copy_from_slice(text);
        return u128::from_le_bytes(bytes);
    }
    let prefix = u32::from_le_bytes(*text.first_chunk().expect("13 bytes or more"));
    length as u128 | u128::from(prefix) << 32 | u128::from(buffer) << 64 | u128::from(offset) << 96
}

/// The bytes of a view.
pub fn with_bytes(view: View, arena: &[u8], side: &[u8], each: impl FnOnce(&[u8])) {
    let length = view as u32 as usize;
    if length <= 12 {
        return each(&view.to_le_bytes()[4..4 + length]);
    }
    let (buffer, offset) = ((view >> 64) as u32, (view >> 96) as usize);
    each(&(if buffer == ARENA { arena } else { side })[offset..offset + length]);
}

/// Bytes of a checked document as text; they are cut at ASCII characters.
#[inline]
pub fn text(bytes: &[u8]) -> &str {
    if cfg!(any(feature = "check", debug_assertions)) {
        return std::str::from_utf8(bytes).expect("the parser found the document to be UTF-8");
    }
    // SAFETY: the parser found the document to be UTF-8, and every cut lies at an ASCII character: a quote, a comma, a bracket.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}

/// An array of views.
pub fn array(views: Vec<View>, buffers: &Arc<[Buffer]>, nulls: Option<NullBuffer>) -> StringViewArray {
    let views = ScalarBuffer::from(views);
    // SAFETY: every view was made by `view` of a text that lies in its buffer at its offset; the texts are UTF-8 as the parser or
    // the standard library checked them, cut at ASCII characters; views of null rows are zero.
    unsafe { StringViewArray::new_unchecked(views, buffers.clone(), nulls) }
}

#[cfg(target_endian = "big")]
compile_error!("views are written as little-endian numbers");

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn arrow_agrees(texts in proptest::collection::vec("\\PC{0,20}", 1..20)) {
            let arena = texts.concat().into_bytes();
            let mut at = 0;
            let views: Vec<View> = texts.iter().map(|text| {
                at += text.len();
                view(text.as_bytes(), ARENA, (at - text.len()) as u32)
            }).collect();
            let buffers: Arc<[Buffer]> = vec![Buffer::from_vec(arena.clone()), Buffer::from_vec(Vec::<u8>::new())].into();
            // `try_new` is the check that `array` leaves out.
            let checked = StringViewArray::try_new(ScalarBuffer::from(views.clone()), buffers.clone(), None);
            proptest::prop_assert!(checked.is_ok());
            let built = array(views, &buffers, None);
            proptest::prop_assert_eq!(built.iter().flatten().collect::<Vec<_>>(), texts.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
