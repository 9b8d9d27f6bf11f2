//! Which instructions the processor has. Work on many bytes is compiled twice: for every processor, and for those with wider registers;
//! here is chosen between the two.
#![allow(unsafe_code)]

/// Work whose `run` is `#[inline(always)]`, so that it is compiled for the processor where it is called.
pub trait Work {
    type Output;
    fn run(self) -> Self::Output;
}

/// Does the work as fast as this processor can.
#[inline]
pub fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") {
        // SAFETY: the processor was asked for each of these features.
        return unsafe { run_wide(work) };
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn run_wide<W: Work>(work: W) -> W::Output {
    work.run()
}
