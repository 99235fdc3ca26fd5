//! What became of a client app when keys moved.

use super::super::ClientKey;
use super::Project;

/// How many times keys can move before somebody who held one through all of it has to look again.
const REMEMBERED: usize = 64;

/// The last times that keys moved, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    past: Vec<Move>,
}

#[derive(Clone, Debug)]
struct Move {
    /// The revision it led to.
    revision: u64,
    /// Keys that stayed side by side, in order; keys that are in none are gone.
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    from: usize,
    to: usize,
    length: usize,
}

impl Moves {
    /// Remembers where each key led, unless all of them still say the same.
    pub fn record(&mut self, now: &[Option<ClientKey>], clients: usize) {
        let mut runs: Vec<Run> = Vec::new();
        for (from, to) in now.iter().enumerate() {
            let Some(ClientKey(to)) = *to else { continue };
            match runs.last_mut() {
                Some(run) if run.from + run.length == from && run.to + run.length == to => {
                    run.length += 1;
                }
                _ => runs.push(Run { from, to, length: 1 }),
            }
        }
        let still = match runs[..] {
            [] => now.is_empty(),
            [run] => run.from == 0 && run.to == 0 && run.length == now.len(),
            _ => false,
        };
        if still && clients >= now.len() {
            return;
        }
        // Until the step is finished it has no number of its own.
        self.past.push(Move { revision: u64::MAX, runs });
        if self.past.len() > REMEMBERED {
            self.past.remove(0);
        }
    }

    /// A step is finished.
    pub fn number(&mut self, revision: u64) {
        for it in self.past.iter_mut().rev().take_while(|it| it.revision == u64::MAX) {
            it.revision = revision;
        }
    }

    /// A step was given up, and everything is as it was before.
    pub fn forget(&mut self) {
        self.past.retain(|it| it.revision != u64::MAX);
    }

    fn follow(&self, key: ClientKey, since: u64) -> Option<ClientKey> {
        let first = self.past.partition_point(|it| it.revision <= since);
        if first == 0 && self.past.len() == REMEMBERED {
            return None;
        }
        self.past[first..].iter().try_fold(key, |key, it| {
            let run = it.runs[..it.runs.partition_point(|run| run.from <= key.0)].last()?;
            let offset = key.0 - run.from;
            (offset < run.length).then_some(ClientKey(run.to + offset))
        })
    }
}

impl Project {
    /// The key that a client app has now, by the key it had when the project was at the
    /// [revision](Project::revision) `since`: keys move when documents or files come, go or change
    /// places. `None` when the client app is gone, or when keys moved so often since that it is to
    /// be looked up by id.
    pub fn follow(&self, key: ClientKey, since: u64) -> Option<ClientKey> {
        self.moves.follow(key, since).filter(|key| key.0 < self.clients.len())
    }

    pub(super) fn number_moves(&mut self, revision: u64) {
        self.moves.number(revision);
    }

    pub(in super::super) fn forget_moves(&mut self) {
        self.moves.forget();
    }
}
