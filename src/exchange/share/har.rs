//! An exchange as an HTTP archive (HAR 1.2), which browsers' tools and proxies read.
//!
//! The archive has what the report has: what authenticates is the name of a variable in the request
//! and masked in the answer, so that the file can be passed on.

use serde_json::{Value, json};

use super::super::report::{AnswerReport, Report, RequestReport};
use super::Variables;

/// Writes a report as an archive: one entry for each request that was sent to the token endpoint.
/// `started` is when the run began, as RFC 3339 has it.
pub fn of_report(report: &Report, variables: &Variables, started: &str) -> Value {
    let mut entries = Vec::new();
    if let Some(first) = &report.first_try {
        // How long the first try took alone is not known; the format wants a number.
        entries.push(entry(&first.request, &first.answer, variables, started, (0.0, 0.0)));
    }
    let wait = report.timings.first_byte_ms;
    let receive = (report.timings.total_ms - wait).max(0.0);
    entries.push(entry(&report.request, &report.answer, variables, started, (wait, receive)));
    json!({
        "log": {
            "version": "1.2",
            "creator": {"name": "Exchange Studio", "version": env!("CARGO_PKG_VERSION")},
            "entries": entries,
        }
    })
}

fn entry(
    request: &RequestReport,
    answer: &AnswerReport,
    variables: &Variables,
    started: &str,
    (wait, receive): (f64, f64),
) -> Value {
    let parameters: Vec<Value> = request
        .parameters
        .iter()
        .map(|one| {
            let value = match one.masked {
                true => format!("${{{}}}", variables.of(&one.name)),
                false => one.value.clone(),
            };
            json!({"name": one.name, "value": value})
        })
        .collect();
    let body = answer_text(answer);
    json!({
        "startedDateTime": started,
        "time": wait + receive,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "headers": headers(&request.headers, variables),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": -1,
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": parameters,
            },
        },
        "response": {
            "status": answer.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": headers(&answer.headers, variables),
            "cookies": [],
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": answer.bytes,
            "content": {
                "size": answer.bytes,
                "mimeType": header(&answer.headers, "content-type"),
                "text": body,
            },
        },
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": receive},
    })
}

fn headers(headers: &[(String, String)], variables: &Variables) -> Vec<Value> {
    let one = |(name, value): &(String, String)| {
        let value = match name.as_str() {
            "Authorization" => format!("Basic ${{{}}}", variables.of("basic_credentials")),
            "DPoP" => format!("${{{}}}", variables.of("dpop_proof")),
            _ => value.clone(),
        };
        json!({"name": name, "value": value})
    };
    headers.iter().map(one).collect()
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

fn answer_text(answer: &AnswerReport) -> String {
    match (&answer.body, &answer.text) {
        (Some(body), _) => body.to_string(),
        (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    }
}
