//! Reading a curl command, with as much of a shell's quoting as people use for it.

use url::form_urlencoded;

use super::{PasteError, Pasted, Raw, exchange, header};

pub fn curl(text: &str) -> Result<Pasted, PasteError> {
    if text.contains("$'") {
        return Err(PasteError::DollarQuotes);
    }
    // Between words, a continued line is a gap like any other.
    let text = text.replace("\r\n", "\n").replace(" \\\n", " ");
    let words = shlex::split(&text).ok_or(PasteError::Quotes)?;
    let mut words = words.into_iter().skip_while(|word| word == "$" || word == "sudo");
    let program = words.next().ok_or(PasteError::Unknown)?;
    if program.rsplit(['/', '\\']).next().is_none_or(|name| name.trim_end_matches(".exe") != "curl")
    {
        return Err(PasteError::Unknown);
    }
    let mut raw = Raw::default();
    let mut data = String::new();
    let mut as_query = false;
    while let Some(word) = words.next() {
        // What follows in the shell is another command.
        if matches!(word.as_str(), "|" | "&&" | ";" | ">" | "2>" | "&") {
            raw.left_out.push(format!("What follows {word} is not part of the request."));
            break;
        }
        let Some((option, glued)) = option(&word) else {
            if raw.url.is_empty() {
                raw.url = word;
            } else {
                raw.left_out.push("The command has a second address.".to_owned());
            }
            continue;
        };
        let takes = takes_value(&option);
        let value = match (takes, glued) {
            (true, Some(value)) => value,
            (true, None) => words.next().unwrap_or_default(),
            (false, _) => String::new(),
        };
        match option.as_str() {
            "url" => raw.url = value,
            "H" | "header" => raw.headers.extend(header(&value)),
            "u" | "user" => raw.user = Some(value),
            "d" | "data" | "data-ascii" | "data-binary" | "data-raw" => {
                if value.starts_with('@') && option != "data-raw" {
                    raw.left_out.push("The data of a file (@…) is not read.".to_owned());
                } else {
                    append(&mut data, &value);
                }
            }
            "data-urlencode" => match value.split_once('=') {
                Some((name, content)) => {
                    let content: String =
                        form_urlencoded::byte_serialize(content.as_bytes()).collect();
                    append(&mut data, &format!("{name}={content}"));
                }
                None => raw.left_out.push("A --data-urlencode without a name is left out.".into()),
            },
            "G" | "get" => as_query = true,
            "k" | "insecure" => raw.left_out.push(
                "--insecure is not taken over: certificates are always verified. Add the server's \
                 own CA to its profile."
                    .to_owned(),
            ),
            "E" | "cert" | "key" => raw
                .left_out
                .push("The client certificate is not taken over; choose it in the form.".into()),
            "x" | "proxy" | "cacert" | "F" | "form" => {
                raw.left_out.push(format!("--{option} is not taken over."));
            }
            _ => {}
        }
    }
    if as_query {
        raw.left_out
            .push("--get would put the parameters into the address; they are posted.".into());
    }
    raw.form = form_urlencoded::parse(data.as_bytes()).into_owned().collect();
    exchange(raw)
}

/// The name of an option without its dashes, and the value that is glued to it.
fn option(word: &str) -> Option<(String, Option<String>)> {
    if let Some(long) = word.strip_prefix("--") {
        return Some(match long.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (long.to_owned(), None),
        });
    }
    let short = word.strip_prefix('-').filter(|short| !short.is_empty())?;
    // Several in one word, as in -sSd: the first that takes a value takes the rest of it.
    for (at, letter) in short.char_indices() {
        let name = letter.to_string();
        if takes_value(&name) || at + letter.len_utf8() == short.len() {
            let rest = &short[at + letter.len_utf8()..];
            return Some((name, (!rest.is_empty()).then(|| rest.to_owned())));
        }
        if matches!(letter, 'k' | 'G') {
            return Some((name, None));
        }
    }
    None
}

/// Whether an option of curl is followed by a value: those that may stand beside a token request.
fn takes_value(option: &str) -> bool {
    const WITH: [&str; 35] = [
        "url",
        "H",
        "header",
        "u",
        "user",
        "d",
        "data",
        "data-ascii",
        "data-binary",
        "data-raw",
        "data-urlencode",
        "X",
        "request",
        "o",
        "output",
        "A",
        "user-agent",
        "e",
        "referer",
        "b",
        "cookie",
        "c",
        "cookie-jar",
        "E",
        "cert",
        "key",
        "x",
        "proxy",
        "cacert",
        "F",
        "form",
        "m",
        "max-time",
        "connect-timeout",
        "w",
    ];
    WITH.contains(&option)
}

fn append(data: &mut String, more: &str) {
    if !data.is_empty() {
        data.push('&');
    }
    data.push_str(more);
}
