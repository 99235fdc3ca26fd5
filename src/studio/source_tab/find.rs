//! Finding and replacing in the text of one file or of all.
//!
//! A match lies within one document. Matches in view are looked for when they are drawn, the next
//! one when it is asked for; only counting them looks at everything, and does so in the background
//! when that is much.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use regex::{Captures, NoExpand, Regex, RegexBuilder, Replacer as _};

use crate::config::{Change, FileId, Project};
use crate::yaml::Document;

use super::super::jobs::JobId;
use super::text::Text;

/// Up to this many bytes are searched within a frame.
pub(super) const WITHIN_A_FRAME: usize = 1 << 20;
/// From this many touched documents on, what lies between the first and the last is replaced as a
/// whole.
const MANY: usize = 64;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub case: bool,
    pub word: bool,
    pub regex: bool,
    pub all_files: bool,
}

impl Query {
    /// The expression that finds it; `None` when nothing is looked for.
    ///
    /// # Errors
    ///
    /// In words, when it is no regular expression.
    pub fn matcher(&self) -> Result<Option<Regex>, String> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (starts, ends) = if self.regex {
            (true, true)
        } else {
            (word(self.text.chars().next()), word(self.text.chars().next_back()))
        };
        let text = if self.regex { self.text.clone() } else { regex::escape(&self.text) };
        let text = match self.word {
            true => format!(
                "{}(?:{text}){}",
                if starts { r"\b" } else { "" },
                if ends { r"\b" } else { "" }
            ),
            false => text,
        };
        RegexBuilder::new(&text)
            .case_insensitive(!self.case)
            .multi_line(true)
            .crlf(true)
            .build()
            .map(Some)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "The expression is too large".to_owned(),
                error => {
                    // The last line of the parser's message says what is wrong.
                    let text = error.to_string();
                    let last = text.lines().last().unwrap_or_default().trim();
                    format!("Not a regular expression: {}", last.trim_start_matches("error: "))
                }
            })
    }
}

/// What the bar for finding holds.
#[derive(Debug, Default)]
pub struct Find {
    pub open: bool,
    pub replacing: bool,
    pub query: Query,
    pub with: String,
    pub(super) matcher: Option<Regex>,
    pub(super) error: Option<String>,
    pub(super) counts: Option<Arc<Counts>>,
    pub(super) counting: Option<JobId>,
    /// Whether the text is being replaced in the background.
    pub(super) replace_job: Option<JobId>,
}

impl Find {
    /// The expression, while the bar is open: matches are shown only then.
    pub(super) fn shown(&self) -> Option<&Regex> {
        self.matcher.as_ref().filter(|_| self.open)
    }
}

/// How many matches there are before each document of each file.
#[derive(Debug)]
pub struct Counts {
    pub(super) revision: u64,
    pub(super) query: Query,
    /// The files looked at.
    pub(super) files: Vec<(FileId, Vec<u32>)>,
}

impl Counts {
    /// Counts all matches.
    pub fn of(project: &Project, query: &Query, matcher: &Regex, file: FileId) -> Self {
        let files = files(project, query, file)
            .into_iter()
            .filter_map(|id| {
                let stream = project.get_file(id)?.stream.as_ref().ok()?;
                let documents = stream.documents();
                let counts: Vec<u32> = (0..documents.len())
                    .into_par_iter()
                    .with_min_len(64)
                    .map(|index| {
                        let text = documents.get(index).map_or("", |document| document.text());
                        matches(matcher, text).count() as u32
                    })
                    .collect();
                let mut before = Vec::with_capacity(counts.len() + 1);
                let mut sum = 0u32;
                before.push(0);
                for count in counts {
                    sum = sum.saturating_add(count);
                    before.push(sum);
                }
                Some((id, before))
            })
            .collect();
        Self { revision: project.revision(), query: query.clone(), files }
    }

    /// Whether these are the matches of a query in a state of the project, seen from a file.
    pub(super) fn are_of(&self, project: &Project, query: &Query, file: FileId) -> bool {
        let looked_at = self.files.first().map(|(id, _)| *id);
        self.revision == project.revision()
            && self.query == *query
            && (query.all_files || looked_at == Some(file))
    }

    pub fn total(&self) -> usize {
        self.files.iter().map(|(_, before)| before.last().map_or(0, |last| *last as usize)).sum()
    }

    /// The place of a match among all of them, counted from 1.
    pub(super) fn rank(
        &self,
        project: &Project,
        matcher: &Regex,
        file: FileId,
        range: &Range<usize>,
    ) -> Option<usize> {
        let stream = project.get_file(file)?.stream.as_ref().ok()?;
        let (document, within) = Text::new(stream).find(range.start);
        let text = stream.documents().get(document)?.text();
        let inside = matches(matcher, text)
            .position(|found| found.start == within && found.len() == range.len())?;
        let mut before = 0;
        for (id, counts) in &self.files {
            if *id == file {
                return Some(before + *counts.get(document)? as usize + inside + 1);
            }
            before += counts.last().map_or(0, |last| *last as usize);
        }
        None
    }
}

/// The files that a query looks at, the one in view first.
pub(super) fn files(project: &Project, query: &Query, file: FileId) -> Vec<FileId> {
    if query.all_files { project.files().iter().map(|file| file.id).collect() } else { vec![file] }
}

/// How many bytes a query looks at.
pub(super) fn size(project: &Project, query: &Query, file: FileId) -> usize {
    files(project, query, file)
        .into_iter()
        .filter_map(|id| project.get_file(id)?.stream.as_ref().ok())
        .map(|stream| Text::new(stream).len())
        .sum()
}

/// The matches in a text. A match without a character is none: there is nothing to show.
pub(super) fn matches<'t>(matcher: &'t Regex, text: &'t str) -> impl Iterator<Item = Range<usize>> {
    matcher.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
}

/// The match after a place, or before it; after the last comes the first.
pub(super) fn next(
    project: &Project,
    query: &Query,
    matcher: &Regex,
    (file, offset): (FileId, usize),
    back: bool,
) -> Option<(FileId, Range<usize>)> {
    let files = files(project, query, file);
    let here = files.iter().position(|id| *id == file)?;
    let count = files.len();
    // The file itself from the place on, the others, and the file again up to the place.
    for turn in 0..=count {
        let at = if back { (here + 2 * count - turn) % count } else { (here + turn) % count };
        let Some(Ok(stream)) = project.get_file(files[at]).map(|file| &file.stream) else {
            continue;
        };
        let text = Text::new(stream);
        let documents = stream.documents();
        let bound = (turn == 0).then(|| text.find(offset));
        let start = text.start(bound.map_or(0, |(document, _)| document));
        let found = if back {
            let last = bound.map_or(documents.len(), |(document, _)| document + 1);
            let mut end = text.start(last.min(documents.len()));
            (0..last.min(documents.len())).rev().find_map(|index| {
                let document: &Document = documents.get(index)?;
                end -= document.text().len();
                let limit = match bound {
                    Some((document, within)) if document == index => within,
                    _ => usize::MAX,
                };
                let last =
                    matches(matcher, document.text()).take_while(|it| it.end <= limit).last();
                last.map(|range| end + range.start..end + range.end)
            })
        } else {
            let first = bound.map_or(0, |(document, _)| document);
            let mut begin = start;
            (first..documents.len()).find_map(|index| {
                let document: &Document = documents.get(index)?;
                let limit = match bound {
                    Some((document, within)) if document == index => within,
                    _ => 0,
                };
                let found = matches(matcher, document.text())
                    .find(|it| it.start >= limit)
                    .map(|range| begin + range.start..begin + range.end);
                begin += document.text().len();
                found
            })
        };
        if let Some(range) = found {
            return Some((files[at], range));
        }
    }
    None
}

/// What a match is replaced with.
pub(super) fn replacement(
    query: &Query,
    matcher: &Regex,
    text: &str,
    range: &Range<usize>,
    with: &str,
) -> String {
    if !query.regex {
        return with.to_owned();
    }
    match matcher.captures_at(text, range.start) {
        Some(captures) => expanded(&captures, &unescaped(with)),
        None => with.to_owned(),
    }
}

fn expanded(captures: &Captures<'_>, with: &str) -> String {
    let mut expanded = String::new();
    captures.expand(with, &mut expanded);
    expanded
}

/// `\n` and `\t` in what a regular expression is replaced with.
fn unescaped(with: &str) -> String {
    let mut text = String::with_capacity(with.len());
    let mut chars = with.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(next @ ('n' | 't' | '\\'))) => {
                text.push(match next {
                    'n' => '\n',
                    't' => '\t',
                    _ => '\\',
                });
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

fn all_replaced(query: &Query, matcher: &Regex, text: &str, with: &str) -> String {
    let with = if query.regex { unescaped(with) } else { with.to_owned() };
    let replaced = matcher.replace_all(text, |captures: &Captures<'_>| {
        let mut new = String::new();
        if captures[0].is_empty() {
        } else if query.regex {
            captures.expand(&with, &mut new);
        } else {
            NoExpand(&with).replace_append(captures, &mut new);
        }
        new
    });
    replaced.into_owned()
}

/// The changes that replace every match.
pub(super) fn replace_all(
    project: &Project,
    query: &Query,
    matcher: &Regex,
    file: FileId,
    with: &str,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for id in files(project, query, file) {
        let Some(Ok(stream)) = project.get_file(id).map(|file| &file.stream) else { continue };
        let text = Text::new(stream);
        let documents = stream.documents();
        let touched: Vec<usize> = (0..documents.len())
            .into_par_iter()
            .filter(|index| {
                let text = documents.get(*index).map_or("", |document| document.text());
                matches(matcher, text).next().is_some()
            })
            .collect();
        let replaced = |index: usize| {
            let text = documents.get(index).map_or("", |document| document.text());
            all_replaced(query, matcher, text, with)
        };
        let (Some(first), Some(last)) = (touched.first(), touched.last()) else { continue };
        if touched.len() <= MANY {
            // From the end, so that the others keep their places until it is their turn.
            changes.extend(touched.iter().rev().map(|index| Change::Text {
                file: id,
                range: text.start(*index)..text.start(index + 1),
                with: replaced(*index),
            }));
        } else {
            let parts: Vec<String> = (*first..=*last).into_par_iter().map(replaced).collect();
            changes.push(Change::Text {
                file: id,
                range: text.start(*first)..text.start(last + 1),
                with: parts.concat(),
            });
        }
    }
    changes
}

/// Makes the changes as one step of the history; in words why not, when one was refused.
pub(super) fn apply(project: &mut Project, changes: &[Change], count: usize) -> Result<(), String> {
    let matches = if count == 1 { "1 match".to_owned() } else { format!("{count} matches") };
    project.apply_all(changes, &format!("Replace {matches}")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn project(texts: &[&str]) -> Project {
        Project::from_sources(
            texts
                .iter()
                .enumerate()
                .map(|(index, text)| Source {
                    path: None,
                    name: format!("{index}.yaml"),
                    bytes: text.as_bytes().to_vec(),
                })
                .collect(),
        )
    }

    fn query(text: &str) -> Query {
        Query { text: text.to_owned(), ..Query::default() }
    }

    fn found(query: &Query, text: &str) -> Vec<String> {
        let matcher = query.matcher().unwrap().unwrap();
        matches(&matcher, text).map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn a_query_means_what_its_switches_say() {
        let text = "id: a.b A.B axb a.bc\r\n";
        assert_eq!(found(&query("a.b"), text), ["a.b", "A.B", "a.b"]);
        assert_eq!(found(&Query { case: true, ..query("a.b") }, text), ["a.b", "a.b"]);
        assert_eq!(found(&Query { word: true, ..query("a.b") }, text), ["a.b", "A.B"]);
        assert_eq!(found(&Query { regex: true, ..query("a.b$|x*") }, text), ["x"]);
        assert_eq!(found(&Query { regex: true, ..query("c$") }, text), ["c"]);
        assert_eq!(found(&Query { word: true, ..query("{{g") }, "x {{g }"), ["{{g"]);
        assert_eq!(query("").matcher().unwrap().map(|_| ()), None);
        let error = Query { regex: true, ..query("a(") }.matcher().unwrap_err();
        assert!(error.contains("unclosed group"), "{error}");
    }

    #[test]
    fn the_next_match_goes_round() {
        let project = project(&["a: x\n---\nb: x\n", "c: x\n"]);
        let all = Query { all_files: true, ..query("x") };
        let matcher = all.matcher().unwrap().unwrap();
        let go = |query: &Query, file, offset, back| {
            let (file, range) =
                next(&project, query, &matcher, (FileId(file), offset), back).unwrap();
            (file.0, range.start)
        };
        assert_eq!(go(&query("x"), 0, 0, false), (0, 3));
        assert_eq!(go(&query("x"), 0, 4, false), (0, 12));
        assert_eq!(go(&query("x"), 0, 13, false), (0, 3));
        assert_eq!(go(&query("x"), 0, 3, true), (0, 12));
        assert_eq!(go(&all, 0, 13, false), (1, 3));
        assert_eq!(go(&all, 1, 4, false), (0, 3));
        assert_eq!(go(&all, 0, 3, true), (1, 3));
        let counts = Counts::of(&project, &all, &matcher, FileId(0));
        assert_eq!(counts.total(), 3);
        assert_eq!(counts.rank(&project, &matcher, FileId(0), &(12..13)), Some(2));
        assert_eq!(counts.rank(&project, &matcher, FileId(1), &(3..4)), Some(3));
        assert_eq!(counts.rank(&project, &matcher, FileId(1), &(0..1)), None);
    }

    #[test]
    fn replacing_all_is_one_step() {
        let mut project = project(&["a: x1\n---\nb: x2\n", "c: x3\n"]);
        let query = Query { all_files: true, regex: true, ..query(r"x(\d)") };
        let matcher = query.matcher().unwrap().unwrap();
        let changes = replace_all(&project, &query, &matcher, FileId(0), "<$1>");
        apply(&mut project, &changes, 3).unwrap();
        let text = |project: &Project, file: usize| {
            String::from_utf8(project.files()[file].stream.as_ref().unwrap().to_bytes()).unwrap()
        };
        assert_eq!(text(&project, 0), "a: <1>\n---\nb: <2>\n");
        assert_eq!(text(&project, 1), "c: <3>\n");
        assert_eq!(project.undo().as_deref(), Some("Replace 3 matches"));
        assert_eq!(text(&project, 0), "a: x1\n---\nb: x2\n");
        assert!(project.unsaved().is_empty());
    }

    #[test]
    fn many_documents_are_replaced_as_one_piece() {
        let text: String = (0..MANY * 2).map(|n| format!("---\na: x{n}\n")).collect();
        let mut project = project(&[&text]);
        let query = query("x");
        let matcher = query.matcher().unwrap().unwrap();
        let changes = replace_all(&project, &query, &matcher, FileId(0), "$1");
        assert_eq!(changes.len(), 1);
        apply(&mut project, &changes, MANY * 2).unwrap();
        let bytes = project.files()[0].stream.as_ref().unwrap().to_bytes();
        assert_eq!(String::from_utf8(bytes).unwrap(), text.replace('x', "$1"));
    }
}
