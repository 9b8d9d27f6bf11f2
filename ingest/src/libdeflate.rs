//! The one unsafe corner of this crate: libdeflate's call that inflates one gzip member and tells where it ends. The safe wrapper
//! crate has no such call. Knows nothing of files.
#![allow(unsafe_code)]

use std::ptr::NonNull;

/// A decompressor, to be reused.
pub struct Inflater(NonNull<libdeflate_sys::libdeflate_decompressor>);

/// Why a member could not be inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The output does not fit.
    NoRoom,
    /// Damaged or cut off, or its checksum is wrong.
    BadData,
}

// SAFETY: the decompressor is plain memory of its own, used through `&mut self` alone.
unsafe impl Send for Inflater {}

impl Default for Inflater {
    fn default() -> Self {
        // SAFETY: no preconditions; null means that memory ran out.
        let decompressor = unsafe { libdeflate_sys::libdeflate_alloc_decompressor() };
        Self(NonNull::new(decompressor).expect("out of memory"))
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: allocated by `libdeflate_alloc_decompressor`, freed once.
        unsafe { libdeflate_sys::libdeflate_free_decompressor(self.0.as_ptr()) }
    }
}

impl Inflater {
    /// Inflates the gzip member at the start of `input` into the spare room behind what `output` holds, which nobody had to fill
    /// before; gives how many bytes were read. A failure leaves `output` as it was.
    pub fn gzip_member(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Failure> {
        let (mut read, mut written) = (0, 0);
        let room = output.spare_capacity_mut();
        // SAFETY: input and room are given with their lengths, and the two numbers outlive the call.
        let result = unsafe {
            libdeflate_sys::libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                room.as_mut_ptr().cast(),
                room.len(),
                &mut read,
                &mut written,
            )
        };
        match result {
            libdeflate_sys::libdeflate_result_LIBDEFLATE_SUCCESS => {
                assert!(written <= room.len(), "libdeflate writes where it may");
                // SAFETY: so many bytes of the room were written.
                unsafe { output.set_len(output.len() + written) };
                Ok(read)
            }
            libdeflate_sys::libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE => Err(Failure::NoRoom),
            _ => Err(Failure::BadData),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn tells_where_a_member_ends() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"{\"a\":1}").unwrap();
        let member = gzip.finish().unwrap();
        let mut two = [member.clone(), member.clone()].concat();
        let mut out = Vec::with_capacity(100);
        let mut inflater = Inflater::default();
        assert_eq!(inflater.gzip_member(&two, &mut out), Ok(member.len()));
        assert_eq!(inflater.gzip_member(&two[member.len()..], &mut out), Ok(member.len()));
        assert_eq!(out, b"{\"a\":1}{\"a\":1}");
        assert_eq!(inflater.gzip_member(&two, &mut Vec::with_capacity(6)), Err(Failure::NoRoom));
        two[12] ^= 0xff;
        assert_eq!(inflater.gzip_member(&two, &mut out), Err(Failure::BadData));
        assert_eq!(inflater.gzip_member(b"", &mut out), Err(Failure::BadData));
        assert_eq!(out.len(), 14);
    }
}
