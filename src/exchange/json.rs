//! JSON from a stranger: strict where laxness would hide something.
//!
//! The common parsers take the last of two equal keys without a word, so an answer can say one thing
//! to the program that checks it and another to the one that uses it (RFC 8259 §4 calls the
//! behaviour unpredictable). Here a repeated key is an error, and so is text that is not UTF-8.
//! Nesting is limited by the parser to 128.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why bytes are not one JSON value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    #[error("it is empty")]
    Empty,
    #[error("it is not UTF-8 (byte {offset} fits no character)")]
    NotUtf8 { offset: usize },
    #[error("the key “{key}” stands in it twice")]
    DuplicateKey { key: String },
    #[error("it is HTML, not JSON")]
    Html,
    #[error("it is not JSON (line {line}, column {column})")]
    Syntax { line: usize, column: usize },
    #[error("it is a JSON {0}, not an object")]
    NotAnObject(&'static str),
}

const DUPLICATE: &str = "duplicate key: ";

/// Reads one JSON value, keys in order, none twice.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError::NotUtf8 { offset: error.valid_up_to() })?;
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if trimmed.is_empty() {
        return Err(JsonError::Empty);
    }
    let mut reader = serde_json::Deserializer::from_str(trimmed);
    let value = Strict
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            let message = error.to_string();
            if let Some(rest) = message.strip_prefix(DUPLICATE) {
                // serde_json appends " at line N column N".
                let key = rest.rsplit_once(" at line").map_or(rest, |(key, _)| key);
                JsonError::DuplicateKey { key: key.to_owned() }
            } else if looks_like_html(trimmed) {
                JsonError::Html
            } else {
                JsonError::Syntax { line: error.line(), column: error.column() }
            }
        })?;
    Ok(value)
}

/// Reads one JSON object.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    match parse(bytes)? {
        Value::Object(members) => Ok(members),
        other => Err(JsonError::NotAnObject(kind(&other))),
    }
}

/// What a value is, for messages.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn looks_like_html(text: &str) -> bool {
    let start: String = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|mark| start.starts_with(mark))
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Strict)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{DUPLICATE}{key}")));
            }
            let value = entries.next_value_seed(Strict)?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_values_are_what_they_are() {
        let value = parse(br#"{"z":1,"a":[true,null,-2,1.5,"x"],"m":{"q":{}}}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"z":1,"a":[true,null,-2,1.5,"x"],"m":{"q":{}}}"#);
    }

    #[test]
    fn a_repeated_key_is_an_error_at_any_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"[{"x":{"a":1,"b":2,"a":1}}]"#] {
            assert_eq!(
                parse(text.as_bytes()),
                Err(JsonError::DuplicateKey { key: "a".to_owned() }),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_named() {
        assert_eq!(parse(b"  "), Err(JsonError::Empty));
        assert_eq!(parse(b"{\"a\":\"\xff\"}"), Err(JsonError::NotUtf8 { offset: 6 }));
        assert_eq!(parse(b"<!DOCTYPE html><p>Sign in"), Err(JsonError::Html));
        assert!(matches!(parse(b"{\"a\":1} {}"), Err(JsonError::Syntax { .. })));
        assert_eq!(parse_object(b"[1]"), Err(JsonError::NotAnObject("array")));
        let deep = "[".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(JsonError::Syntax { .. })));
    }
}
