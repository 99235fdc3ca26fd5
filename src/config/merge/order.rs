//! In which order things stand that two sides have added to, taken from and moved about.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The keys of the same things on three sides, each key once a side.
pub(super) struct Order<'a, K> {
    pub base: &'a [K],
    pub mine: &'a [K],
    pub theirs: &'a [K],
}

pub(super) struct Ordered<K> {
    /// Every key of mine and of theirs.
    pub keys: Vec<K>,
}

/// Who moved things has his order; when both did, or neither, mine. What only the other side has
/// stands behind what it stands behind there, and behind what mine has added at the same place.
pub(super) fn merge_order<K: Clone + Eq + Hash>(order: &Order<'_, K>) -> Ordered<K> {
    let moved = |side: &[K]| {
        let theirs: HashSet<&K> = side.iter().collect();
        let base: HashSet<&K> = order.base.iter().collect();
        let before = order.base.iter().filter(|key| theirs.contains(key));
        !before.eq(side.iter().filter(|key| base.contains(key)))
    };
    let (frame, other) = if moved(order.theirs) && !moved(order.mine) {
        (order.theirs, order.mine)
    } else {
        (order.mine, order.theirs)
    };
    let in_frame: HashSet<&K> = frame.iter().collect();
    let in_other: HashSet<&K> = other.iter().collect();
    let in_base: HashSet<&K> = order.base.iter().collect();
    // What comes right behind each key of the frame; behind none: at the start.
    let mut behind: HashMap<Option<&K>, Vec<&K>> = HashMap::new();
    let mut anchor = None;
    for key in other {
        if in_frame.contains(key) {
            anchor = Some(key);
        } else {
            behind.entry(anchor).or_default().push(key);
        }
    }
    let mut keys = Vec::with_capacity(frame.len() + other.len());
    let mut waiting = behind.remove(&None).unwrap_or_default();
    for key in frame {
        // What the frame has added itself goes first.
        if in_base.contains(key) || in_other.contains(key) {
            keys.extend(waiting.drain(..).cloned());
        }
        keys.push(key.clone());
        waiting.extend(behind.remove(&Some(key)).unwrap_or_default());
    }
    keys.extend(waiting.into_iter().cloned());
    Ordered { keys }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> String {
        let [base, mine, theirs] = [base, mine, theirs].map(|it| it.chars().collect::<Vec<_>>());
        let order = Order { base: &base, mine: &mine, theirs: &theirs };
        merge_order(&order).keys.into_iter().collect()
    }

    #[test]
    fn additions_of_both_stand_where_they_were_put() {
        assert_eq!(merged("abc", "abc", "abc"), "abc");
        assert_eq!(merged("abc", "abcX", "Yabc"), "YabcX");
        assert_eq!(merged("abc", "aXbc", "aYbc"), "aXYbc");
        assert_eq!(merged("", "X", "Y"), "XY");
        assert_eq!(merged("abc", "cab", "abcY"), "cYab");
        assert_eq!(merged("abc", "aXbc", "cba"), "cbaX");
        // What is gone on one side is still told: whether it stays is decided elsewhere.
        assert_eq!(merged("abc", "ac", "abYc"), "abYc");
        assert_eq!(merged("ab", "abX", "aY"), "aYbX");
    }
}
