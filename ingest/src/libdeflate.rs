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
    /// Inflates the gzip member at the start of `input`; gives (bytes read, bytes written).
    pub fn gzip_member(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), Failure> {
        let (mut read, mut written) = (0, 0);
        // SAFETY: both slices are given with their lengths, and the two numbers outlive the call.
        let result = unsafe {
            libdeflate_sys::libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                output.as_mut_ptr().cast(),
                output.len(),
                &mut read,
                &mut written,
            )
        };
        match result {
            libdeflate_sys::libdeflate_result_LIBDEFLATE_SUCCESS => Ok((read, written)),
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
        let mut out = [0; 100];
        let mut inflater = Inflater::default();
        assert_eq!(inflater.gzip_member(&two, &mut out), Ok((member.len(), 7)));
        assert_eq!(&out[..7], b"{\"a\":1}");
        assert_eq!(inflater.gzip_member(&two, &mut out[..6]), Err(Failure::NoRoom));
        two[12] ^= 0xff;
        assert_eq!(inflater.gzip_member(&two, &mut out), Err(Failure::BadData));
        assert_eq!(inflater.gzip_member(b"", &mut out), Err(Failure::BadData));
    }
}
