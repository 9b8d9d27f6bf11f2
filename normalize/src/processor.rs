//! unsafe: which instructions the processor has. The search for positions is compiled twice, for every processor and for those with
//! wider registers, and here is chosen between the two.
#![allow(unsafe_code)]

use crate::index::Index;

/// [`Index::find`], as fast as this processor can.
pub fn find(index: &mut Index, document: &[u8], start: u32) -> bool {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") {
        // SAFETY: the processor was asked for each of these features.
        return unsafe { find_wide(index, document, start) };
    }
    index.find(document, start)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn find_wide(index: &mut Index, document: &[u8], start: u32) -> bool {
    index.find(document, start)
}
