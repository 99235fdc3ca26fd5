//! What the parser finds wrong, in words for the person who has to mend it.

use granit_parser::{ErrorKind, ScanError};

use super::super::{Limits, SyntaxError};

pub(super) fn too_deep(depth: usize) -> String {
    format!("lists and mappings are nested deeper than {depth} levels")
}

/// What the parser found wrong, in plain words.
pub(super) fn explain(error: &ScanError, text: &str, limits: &Limits) -> SyntaxError {
    let offset = error.marker().byte_offset().unwrap_or(0);
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let message = match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(limits.depth),
        ErrorKind::UnclosedFlowCollection { open } => {
            format!("`{open}` is opened and never closed")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            format!("`{open}` is closed by `{close}`")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            "a closing bracket that nothing has opened".to_owned()
        }
        ErrorKind::UnclosedQuotedScalar => "a quoted text has no closing quote".to_owned(),
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator => {
            "`,` or a closing bracket is expected here".to_owned()
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => "a closing bracket is missing".to_owned(),
        ErrorKind::ExpectedBlockMappingKey => {
            "a key (`name: …`) is expected here; the indentation may be wrong".to_owned()
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            "a list item (`- …`) is expected here; the indentation may be wrong".to_owned()
        }
        ErrorKind::InvalidQuotedScalarIndent => {
            "a quoted text has no closing quote, or its next line is not indented".to_owned()
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => {
            "the indentation does not fit what stands around it".to_owned()
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a key without `:` after it".to_owned()
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "`:` is not allowed here; quote the text if it belongs to a value".to_owned()
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            "a list item (`- …`) is not allowed here".to_owned()
        }
        ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            "a tab where YAML allows only spaces (indentation)".to_owned()
        }
        ErrorKind::UndeclaredTagHandle => {
            "the tag uses a handle that no %TAG line declares".to_owned()
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            "text follows the closing quote".to_owned()
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "an escape after `\\` that YAML does not know".to_owned()
        }
        ErrorKind::BomInsideDocument => "a byte-order mark inside a document".to_owned(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("`{}` cannot start a value; quote the text", character.escape_default())
        }
        other => other.to_string(),
    };
    SyntaxError { offset, message }
}
