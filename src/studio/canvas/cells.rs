//! Lists of numbers, one list a cell, in two flat arrays.

/// `entries[starts[cell]..starts[cell + 1]]` is what a cell holds.
#[derive(Debug, Default)]
pub struct Cells {
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Cells {
    /// From pairs of a cell and what it holds; each list keeps the order of the pairs.
    pub fn new(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0u32; count + 1];
        for (cell, _) in pairs {
            starts[*cell as usize + 1] += 1;
        }
        for cell in 0..count {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut entries = vec![0u32; pairs.len()];
        for (cell, entry) in pairs {
            let at = &mut next[*cell as usize];
            entries[*at as usize] = *entry;
            *at += 1;
        }
        Self { starts, entries }
    }

    pub fn of(&self, cell: usize) -> &[u32] {
        &self.entries[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_its_own_in_order() {
        let cells = Cells::new(4, &[(2, 7), (0, 1), (2, 5), (3, 9)]);
        let all: Vec<&[u32]> = (0..4).map(|cell| cells.of(cell)).collect();
        assert_eq!(all, [&[1][..], &[], &[7, 5], &[9]]);
    }
}
