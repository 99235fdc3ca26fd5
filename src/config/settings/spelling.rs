//! Looking keys up in the table.

use std::sync::LazyLock;

use super::table::TABLE;
use super::{Field, Part};

/// One spelling of one part, or of one field of one list; a line of the table and a key. Small, so
/// that a client app can note which spellings it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct Spelling(u16);

/// The table as it is searched, in the order of [`Spelling`].
struct Spelled {
    key: &'static str,
    part: Part,
    /// `None` for the key of the part itself.
    field: Option<Field>,
}

struct Spellings {
    all: Vec<Spelled>,
    /// Keys of parts, sorted by key.
    parts: Vec<Spelling>,
    /// Keys of fields, sorted by part and key.
    fields: Vec<Spelling>,
}

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let mut all = Vec::new();
    for known in &TABLE {
        let part = known.part;
        all.extend(known.spellings.iter().map(|&key| Spelled { key, part, field: None }));
        for (field, keys) in known.fields {
            all.extend(keys.iter().map(|&key| Spelled { key, part, field: Some(*field) }));
        }
    }
    let number = |wanted: fn(&Spelled) -> bool| {
        let found = all.iter().enumerate().filter(move |(_, spelled)| wanted(spelled));
        // The table has some two hundred lines.
        found.map(|(at, _)| Spelling(at as u16)).collect::<Vec<_>>()
    };
    let mut parts = number(|spelled| spelled.field.is_none());
    let mut fields = number(|spelled| spelled.field.is_some());
    parts.sort_by_key(|at| all[at.0 as usize].key);
    fields.sort_by_key(|at| (all[at.0 as usize].part, all[at.0 as usize].key));
    Spellings { all, parts, fields }
});

impl Spelling {
    /// How many there are.
    pub fn count() -> usize {
        SPELLINGS.all.len()
    }

    /// The spelling that a top-level key is.
    pub fn of_part(key: &str) -> Option<Self> {
        let Spellings { all, parts, .. } = &*SPELLINGS;
        let found = parts.binary_search_by(|at| all[at.0 as usize].key.cmp(key));
        found.ok().map(|at| parts[at])
    }

    /// The spelling that a key of an entry of a list is.
    pub fn of_field(part: Part, key: &str) -> Option<Self> {
        let Spellings { all, fields, .. } = &*SPELLINGS;
        let found = fields.binary_search_by(|at| {
            let spelled = &all[at.0 as usize];
            spelled.part.cmp(&part).then_with(|| spelled.key.cmp(key))
        });
        found.ok().map(|at| fields[at])
    }

    /// The spellings of a part, or of one of its fields, the likeliest first.
    pub fn all_of(part: Part, field: Option<Field>) -> impl Iterator<Item = Self> {
        let all = SPELLINGS.all.iter().enumerate();
        all.filter(move |(_, it)| it.part == part && it.field == field)
            .map(|(at, _)| Self(at as u16))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn key(self) -> &'static str {
        SPELLINGS.all[self.index()].key
    }

    pub fn part(self) -> Part {
        SPELLINGS.all[self.index()].part
    }

    pub fn field(self) -> Option<Field> {
        SPELLINGS.all[self.index()].field
    }
}
