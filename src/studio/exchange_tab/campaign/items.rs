//! The exchanges of a sweep as rows: which of them, and in which order.

use crate::exchange::ask::Observed;
use crate::exchange::sweep::{Expected, Report, Tried};

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Filter {
    #[default]
    All,
    Differences,
    Granted,
    Refused,
    Unclear,
    NotTried,
}

impl Filter {
    pub const ALL: [Self; 6] =
        [Self::All, Self::Differences, Self::Granted, Self::Refused, Self::Unclear, Self::NotTried];

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Differences => "Differences",
            Self::Granted => "Granted",
            Self::Refused => "Refused",
            Self::Unclear => "Unclear",
            Self::NotTried => "Not tried",
        }
    }

    fn fits(self, item: &Tried) -> bool {
        match self {
            Self::All => true,
            Self::Differences => item.agrees == Some(false),
            Self::Granted => item.observed == Observed::Granted,
            Self::Refused => item.observed == Observed::Refused,
            Self::Unclear => matches!(
                item.observed,
                Observed::Unclear | Observed::NotAuthenticated | Observed::ServerFailed
            ),
            Self::NotTried => {
                matches!(item.observed, Observed::NotTried | Observed::NoAnswer)
            }
        }
    }
}

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// As they were asked for.
    #[default]
    Number,
    Requester,
    Subject,
    Target,
    Expected,
    Observed,
    Time,
}

/// The rows in view.
#[derive(Debug, Default)]
pub struct Items {
    pub filter: Filter,
    /// By what, and whether from the end.
    pub sort: (Sort, bool),
    /// Places in the report, in the order of the rows.
    pub rows: Vec<u32>,
    /// How many there are of each filter.
    pub counts: [usize; Filter::ALL.len()],
    /// The row that was chosen, by its place in the report.
    pub chosen: Option<usize>,
}

impl Items {
    /// Sorts by a column; a second time the other way round.
    pub fn sort_by(&mut self, by: Sort) {
        self.sort = (by, self.sort == (by, false));
    }

    pub fn arrange(&mut self, report: &Report) {
        let items = &report.items;
        self.counts =
            Filter::ALL.map(|filter| items.iter().filter(|item| filter.fits(item)).count());
        let places = (0..).zip(items).filter(|(_, item)| self.filter.fits(item));
        self.rows = places.map(|(place, _)| place).collect();
        let item = |place: &u32| &items[*place as usize];
        let (by, down) = self.sort;
        match by {
            Sort::Number => {}
            Sort::Time => {
                let time = |place: &u32| item(place).ms.unwrap_or(-1.0);
                self.rows.sort_by(|a, b| time(a).total_cmp(&time(b)));
            }
            by => self.rows.sort_by_cached_key(|place| key(item(place), by)),
        }
        if down {
            self.rows.reverse();
        }
        self.chosen = self.chosen.filter(|chosen| *chosen < items.len());
    }
}

fn key(item: &Tried, by: Sort) -> String {
    match by {
        Sort::Number | Sort::Time => String::new(),
        Sort::Requester => item.requester.name.to_lowercase(),
        Sort::Subject => item.subject.label().to_lowercase(),
        Sort::Target => item.target.name.to_lowercase(),
        Sort::Expected => expected_word(item.expected).to_owned(),
        Sort::Observed => observed_word(item.observed).to_owned(),
    }
}

/// What was expected, in a word.
pub fn expected_word(expected: Expected) -> &'static str {
    match expected {
        Expected::Granted => "granted",
        Expected::Refused => "refused",
    }
}

/// What the server did, in a word or two.
pub fn observed_word(observed: Observed) -> &'static str {
    match observed {
        Observed::Granted => "granted",
        Observed::Refused => "refused",
        Observed::NotAuthenticated => "not authenticated",
        Observed::ServerFailed => "server failed",
        Observed::Unclear => "unclear",
        Observed::NoAnswer => "no answer",
        Observed::NotTried => "not tried",
    }
}
