//! What was read and what became of it, in numbers that add up. Tallies of batches are added in any order and give the same sum.

use std::collections::BTreeMap;

use crate::batch::EventBatch;
use crate::field::LogSourceName;
use crate::ocsf::Class;
use crate::reject::Reason;
use crate::time::Millis;

/// Counts that add up: read = mapped + rejected + skipped, where a record of several events is counted once for each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub records: u64,
    pub mapped: u64,
    pub rejected: u64,
    /// Recognised as no events, such as digest files, by what they are.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Rejects whose kind is known, but which nobody reads here, by what they look like.
    pub not_read: BTreeMap<&'static str, u64>,
    pub reasons: BTreeMap<Reason, u64>,
    pub sources: BTreeMap<LogSourceName, SourceTally>,
    pub classes: BTreeMap<Class, u64>,
    /// Damage of whole files: these are rejects, but no records were counted for them.
    pub damaged_files: BTreeMap<Reason, u64>,
    /// Keys that stood twice in one object, where a column or a rule reads them; the last one counts.
    pub duplicate_keys: u64,
    /// Bytes that were written anew instead of being looked at in place: texts that JSON escaped, wrappers that were opened.
    pub copied_bytes: u64,
}

/// What was read of one log source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceTally {
    pub records: u64,
    pub rejected: u64,
    /// Its rejects, by reason.
    pub reasons: BTreeMap<Reason, u64>,
    pub first: Millis,
    pub last: Millis,
    pub seen: Coverage,
    pub lateness: Lateness,
}

impl Default for SourceTally {
    fn default() -> Self {
        Self {
            records: 0,
            rejected: 0,
            reasons: BTreeMap::new(),
            first: Millis::MAX,
            last: Millis::MIN,
            seen: Coverage::default(),
            lateness: Lateness::default(),
        }
    }
}

impl Tally {
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }

    pub fn adds_up(&self) -> bool {
        self.records == self.mapped + self.rejected + self.skipped_total() && self.mapped == self.classes.values().sum::<u64>()
    }

    /// Counts the events of a batch.
    pub fn map(&mut self, batch: &EventBatch) {
        let events = batch.len() as u64;
        self.records += events;
        self.mapped += events;
        *self.classes.entry(batch.class).or_default() += events;
        let source = self.sources.entry(batch.log_source).or_default();
        source.records += events;
        for time in &batch.times {
            source.first = source.first.min(*time);
            source.last = source.last.max(*time);
        }
        source.seen.add_all(&batch.times);
    }

    /// Counts a reject of one record.
    pub fn reject(&mut self, reason: Reason, source: Option<LogSourceName>) {
        self.records += 1;
        self.rejected += 1;
        *self.reasons.entry(reason).or_default() += 1;
        if let Some(source) = source {
            let source = self.sources.entry(source).or_default();
            source.rejected += 1;
            *source.reasons.entry(reason).or_default() += 1;
        }
    }

    /// Counts what holds no events.
    pub fn skip(&mut self, kind: &'static str) {
        self.records += 1;
        *self.skipped.entry(kind).or_default() += 1;
    }

    pub fn add(&mut self, other: &Tally) {
        self.records += other.records;
        self.mapped += other.mapped;
        self.rejected += other.rejected;
        self.duplicate_keys += other.duplicate_keys;
        self.copied_bytes += other.copied_bytes;
        add_counts(&mut self.skipped, &other.skipped);
        add_counts(&mut self.not_read, &other.not_read);
        add_counts(&mut self.reasons, &other.reasons);
        add_counts(&mut self.classes, &other.classes);
        add_counts(&mut self.damaged_files, &other.damaged_files);
        for (name, source) in &other.sources {
            let mine = self.sources.entry(*name).or_default();
            mine.records += source.records;
            mine.rejected += source.rejected;
            add_counts(&mut mine.reasons, &source.reasons);
            mine.first = mine.first.min(source.first);
            mine.last = mine.last.max(source.last);
            mine.seen.merge(&source.seen);
            mine.lateness.merge(&source.lateness);
        }
    }
}

fn add_counts<K: Ord + Copy>(mine: &mut BTreeMap<K, u64>, others: &BTreeMap<K, u64>) {
    for (key, count) in others {
        *mine.entry(*key).or_default() += count;
    }
}

/// When events were seen: stretches of time with the first and last event in each. They are a minute long until there are too many.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    stretch_ms: i64,
    stretches: BTreeMap<i64, (Millis, Millis)>,
}

/// Events of a batch on their way into a coverage: neighbours mostly lie in the same stretch.
struct Stretch {
    number: i64,
    first: Millis,
    last: Millis,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { stretch_ms: 60_000, stretches: BTreeMap::new() }
    }
}

impl Coverage {
    const STRETCHES_MAX: usize = 1 << 16;

    pub fn add(&mut self, time: Millis) {
        self.extend(time, time);
    }

    /// Many times, in any order.
    pub fn add_all(&mut self, times: &[Millis]) {
        let mut open: Option<Stretch> = None;
        for time in times {
            match &mut open {
                Some(stretch) if stretch.number * self.stretch_ms <= *time && *time < (stretch.number + 1) * self.stretch_ms => {
                    (stretch.first, stretch.last) = (stretch.first.min(*time), stretch.last.max(*time));
                }
                _ => {
                    if let Some(Stretch { first, last, .. }) = open.take() {
                        self.extend(first, last);
                    }
                    open = Some(Stretch { number: time.div_euclid(self.stretch_ms), first: *time, last: *time });
                }
            }
        }
        if let Some(Stretch { first, last, .. }) = open {
            self.extend(first, last);
        }
    }

    fn extend(&mut self, first: Millis, last: Millis) {
        let stretch = self.stretches.entry(first.div_euclid(self.stretch_ms)).or_insert((first, last));
        *stretch = (stretch.0.min(first), stretch.1.max(last));
        if self.stretches.len() > Self::STRETCHES_MAX {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.stretch_ms *= 2;
        for (_, (first, last)) in std::mem::take(&mut self.stretches) {
            self.extend(first, last);
        }
    }

    pub fn merge(&mut self, other: &Coverage) {
        while self.stretch_ms < other.stretch_ms {
            self.widen();
        }
        for (first, last) in other.stretches.values() {
            self.extend(*first, *last);
        }
    }

    /// The longest time without an event, and when it began. Gaps within one stretch are not seen.
    pub fn longest_gap(&self) -> Option<(Millis, i64)> {
        self.gaps().max_by_key(|(_, gap)| *gap)
    }

    fn gaps(&self) -> impl Iterator<Item = (Millis, i64)> {
        let pairs = self.stretches.values().zip(self.stretches.values().skip(1));
        pairs.map(|((_, last), (first, _))| (*last, first - last))
    }

    /// The longest gap, if it is out of the usual: above half an hour, and ten times as long as all but a twentieth of the others.
    pub fn silence(&self) -> Option<(Millis, i64)> {
        let longest = self.longest_gap().filter(|(_, gap)| *gap > 1_800_000)?;
        let mut gaps: Vec<i64> = self.gaps().map(|(_, gap)| gap).collect();
        gaps.sort_unstable();
        let usual = gaps[(gaps.len() - 1) * 95 / 100];
        (gaps.len() >= 10 && longest.1 > 10 * usual).then_some(longest)
    }
}

/// How long after their time events were delivered: counts by powers of the square root of two, from a second on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lateness {
    counts: Vec<u64>,
}

impl Lateness {
    const STEPS_MAX: usize = 64;

    pub fn add(&mut self, late_ms: i64) {
        // Two steps a power of two: of the bits above a second, the first says the power, the next the step.
        let above = (late_ms.max(0) / 1000) as u64;
        let power = (u64::BITS - above.leading_zeros()) as usize;
        let mut step = (2 * power).saturating_sub(2);
        while step < Self::STEPS_MAX - 1 && late_ms > Self::bound_ms(step) {
            step += 1;
        }
        if self.counts.len() <= step {
            self.counts.resize(step + 1, 0);
        }
        self.counts[step] += 1;
    }

    fn bound_ms(step: usize) -> i64 {
        let whole = 1000 << (step / 2);
        if step.is_multiple_of(2) { whole } else { whole * 1_414_214 / 1_000_000 }
    }

    pub fn merge(&mut self, other: &Lateness) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, count)| *mine += count);
    }

    /// The lateness that so many of a thousand events do not exceed, rounded up to the next step; none where no delivery had a time.
    pub fn per_mille_ms(&self, per_mille: u64) -> Option<i64> {
        let total: u64 = self.counts.iter().sum();
        let wanted = (total * per_mille).div_ceil(1000).max(1);
        let mut sum = 0;
        self.counts.iter().enumerate().find_map(|(step, count)| {
            sum += count;
            (sum >= wanted).then(|| Self::bound_ms(step))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found_in_any_order() {
        let times = [0, 30_000, 90_000, 400_000, 410_000];
        let mut all = Coverage::default();
        times.iter().for_each(|time| all.add(*time));
        assert_eq!(all.longest_gap(), Some((90_000, 310_000)));
        let mut together = Coverage::default();
        together.add_all(&times);
        assert_eq!(together, all);
        let (mut a, mut b) = (Coverage::default(), Coverage::default());
        times.iter().rev().enumerate().for_each(|(n, time)| if n % 2 == 0 { a.add(*time) } else { b.add(*time) });
        a.merge(&b);
        assert_eq!(a, all);
        assert_eq!(Coverage::default().longest_gap(), None);
        assert_eq!(all.silence(), None, "five minutes are no silence");
        (0..60).for_each(|minute| all.add(10_000_000 + minute * 60_000));
        assert_eq!(all.silence(), Some((410_000, 9_590_000)));
    }

    #[test]
    fn a_thousand_years_take_little_room() {
        let mut seen = Coverage::default();
        (0..200_000i64).for_each(|n| seen.add(n * 86_400_000 * 2));
        assert!(seen.stretches.len() <= Coverage::STRETCHES_MAX);
        assert_eq!(seen.longest_gap().map(|(_, gap)| gap), Some(86_400_000 * 2));
    }

    #[test]
    fn lateness_by_share() {
        let mut late = Lateness::default();
        assert_eq!(late.per_mille_ms(990), None);
        (0..990).for_each(|_| late.add(900));
        (0..10).for_each(|_| late.add(300_000));
        assert_eq!(late.per_mille_ms(990), Some(1000));
        assert!(late.per_mille_ms(999).is_some_and(|ms| (300_000..430_000).contains(&ms)));
        late.add(-5);
        late.add(i64::MAX);
        for ms in [0, 999, 1000, 1001, 1414, 1415, 2000, 2001, 86_400_000] {
            let mut late = Lateness::default();
            late.add(ms);
            let bound = late.per_mille_ms(1000).unwrap();
            assert!(ms <= bound && bound <= (ms * 3 / 2).max(1000), "{ms} {bound}");
        }
    }
}
