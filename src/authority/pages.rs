//! The few pages a person sees: plain HTML that works without scripts, with a keyboard and with a
//! screen reader, light and dark.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::login::Request;
use super::{Shared, TestUser, metadata};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--accent:#2563eb}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;\
font:1rem/1.5 system-ui,sans-serif}\
main{width:100%;max-width:26rem;border:1px solid var(--line);border-radius:.75rem;padding:2rem}\
h1{font-size:1.35rem;margin:0 0 .5rem}\
p{margin:.5rem 0}\
.note{font-size:.875rem;opacity:.8}\
ul{list-style:none;margin:1.25rem 0;padding:0;display:grid;gap:.5rem}\
button{font:inherit;width:100%;padding:.75rem 1rem;text-align:start;border:1px solid var(--line);\
border-radius:.5rem;background:transparent;color:inherit;cursor:pointer;\
display:flex;justify-content:space-between;gap:1rem}\
button:hover{border-color:var(--accent)}\
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
button.quiet{justify-content:center}\
code{font-family:ui-monospace,monospace;font-size:.875em;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1rem 0;font-size:.875rem}\
dd{margin:0}";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn page(status: StatusCode, title: &str, main: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Exchange Studio</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{main}</main>\n</body>\n</html>\n",
        title = escape(title),
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        // No script, no frame, nothing from elsewhere. `form-action` is left out: browsers apply it
        // to the redirect that follows the form, which goes to the client's own port.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The login page. The user that the client hinted at comes first and has the focus.
pub(super) fn login(
    client: &str,
    request: &Request,
    ticket: &str,
    users: &[TestUser],
    hinted: Option<&str>,
) -> Response {
    let mut main = format!(
        "<p>Choose who logs in to <strong>{}</strong>.</p>\n\
         <form method=\"post\" action=\"{}\">\n\
         <input type=\"hidden\" name=\"ticket\" value=\"{}\">\n<ul>\n",
        escape(client),
        metadata::AUTHORIZE,
        escape(ticket),
    );
    let (first, others): (Vec<&TestUser>, Vec<&TestUser>) =
        users.iter().partition(|user| Some(user.subject.as_str()) == hinted);
    choices(&mut main, first.into_iter().chain(others));
    main.push_str("</form>\n<dl>\n");
    let scope = request.scope.as_deref().unwrap_or("none");
    for (term, detail) in
        [("Client", &*request.client_id), ("Scope", scope), ("Returns to", &request.redirect_uri)]
    {
        let _ = writeln!(main, "<dt>{term}</dt><dd><code>{}</code></dd>", escape(detail));
    }
    main.push_str(
        "</dl>\n<p class=\"note\">A test login on this machine: there are no passwords, and the \
         tokens are worth nothing anywhere else.</p>\n",
    );
    page(StatusCode::OK, "Log in", &main)
}

/// A button for each user and one that says no, for the list that is open.
fn choices<'a>(main: &mut String, users: impl Iterator<Item = &'a TestUser>) {
    for (index, user) in users.enumerate() {
        let _ = writeln!(
            main,
            "<li><button name=\"user\" value=\"{subject}\"{focus}><span>{name}</span>\
             <code>{subject}</code></button></li>",
            subject = escape(&user.subject),
            name = escape(&user.name),
            focus = if index == 0 { " autofocus" } else { "" },
        );
    }
    main.push_str("</ul>\n<button class=\"quiet\" name=\"cancel\" value=\"1\">Cancel</button>\n");
}

/// Where the code that a device shows is typed (RFC 8628 §3.3).
pub(super) fn device_code(problem: Option<&str>) -> Response {
    let mut main = String::new();
    if let Some(text) = problem {
        let _ = writeln!(main, "<p role=\"alert\">{}</p>", escape(text));
    }
    let _ = writeln!(
        main,
        "<form method=\"get\" action=\"{}\">\n<p><label for=\"code\">The code that the device \
         shows</label></p>\n<p><input id=\"code\" name=\"user_code\" required autofocus \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" \
         placeholder=\"XXXX-XXXX\"></p>\n<button class=\"quiet\">Go on</button>\n</form>",
        metadata::DEVICE,
    );
    let status = if problem.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    page(status, "Log in on a device", &main)
}

/// Who logs in on the device with this code. The person is asked to compare it, because somebody else
/// may have sent the link (RFC 8628 §5.4).
pub(super) fn device_login(
    client: &str,
    user_code: &str,
    scope: Option<&str>,
    ticket: &str,
    users: &[TestUser],
) -> Response {
    let mut main = format!(
        "<p>Choose who logs in to <strong>{}</strong>, if the device in front of you shows \
         <code>{code}</code>.</p>\n<form method=\"post\" action=\"{}\">\n\
         <input type=\"hidden\" name=\"ticket\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"user_code\" value=\"{code}\">\n<ul>\n",
        escape(client),
        metadata::DEVICE,
        escape(ticket),
        code = escape(user_code),
    );
    choices(&mut main, users.iter());
    let _ = writeln!(
        main,
        "</form>\n<dl>\n<dt>Scope</dt><dd><code>{}</code></dd>\n</dl>",
        escape(scope.unwrap_or("none"))
    );
    page(StatusCode::OK, "Log in on a device", &main)
}

/// The end of a login on a device.
pub(super) fn device_done(text: &str) -> Response {
    page(
        StatusCode::OK,
        "Log in on a device",
        &format!("<p role=\"status\">{}</p>\n", escape(text)),
    )
}

/// A request that cannot be answered to the client.
pub(super) fn problem(text: &str) -> Response {
    let main = format!("<p role=\"alert\">{}</p>\n", escape(text));
    page(StatusCode::BAD_REQUEST, "This login cannot go on", &main)
}

/// What a person sees who opens the issuer's URL.
pub(super) async fn home(State(shared): State<Arc<Shared>>) -> Response {
    let current = shared.current();
    let mut main = format!(
        "<p>This authorization server plays the loaded configuration: {} client apps, read as \
         <strong>{}</strong>.</p>\n<dl>\n",
        current.project.clients().len(),
        escape(current.reading.name()),
    );
    for (term, path) in [
        ("Discovery", "/.well-known/openid-configuration"),
        ("Keys", metadata::KEYS),
        ("Token", metadata::TOKEN),
        ("Login", metadata::AUTHORIZE),
        ("Introspection", metadata::INTROSPECT),
    ] {
        let _ = writeln!(main, "<dt>{term}</dt><dd><code>{}{path}</code></dd>", shared.issuer);
    }
    let _ = writeln!(
        main,
        "<dt>External issuers</dt><dd><code>{}</code></dd>\n</dl>",
        escape(&shared.external)
    );
    page(StatusCode::OK, "Built-in authority", &main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_stays_text() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
    }
}
