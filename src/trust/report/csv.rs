//! Lines of CSV (RFC 4180), which people open in spreadsheets.
//!
//! A name in a configuration may be anything, and a spreadsheet takes a field that begins with `=`,
//! `+`, `-`, `@` or a control character for a formula. Such a field gets an apostrophe in front
//! (CWE-1236).

/// Adds a line with these fields.
pub fn line<'a>(text: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (at, field) in fields.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        if field.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(guard);
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(guard);
            text.push_str(field);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let mut text = String::new();
        line(&mut text, ["plain", "", "a,b", "say \"so\"", "two\nlines"]);
        line(&mut text, ["=1+1", "@x", "-1,2", "a=b"]);
        assert_eq!(
            text,
            "plain,,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\"\r\n'=1+1,'@x,\"'-1,2\",a=b\r\n"
        );
    }
}
