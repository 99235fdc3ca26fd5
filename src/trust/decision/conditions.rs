//! What the files say of each condition, without the words.
//!
//! [`decide`](super::decide) puts these into sentences; the graph of usable hops asks the same
//! functions about ten thousand client apps at once. So there is one place where a setting becomes
//! a truth, and no second opinion.

use crate::config::{ClientApp, Project, Setting};

use super::Truth;

/// Whether it is clear which document describes a client app.
pub(in crate::trust) fn known(project: &Project, client: &ClientApp) -> Truth {
    match &client.id {
        Some(id) if project.all_by_id(&id.value).len() == 1 => Truth::True,
        _ => Truth::NotStated,
    }
}

/// Whether it is enabled.
pub(in crate::trust) fn enabled(client: &ClientApp) -> Truth {
    match client.flag(Setting::Enabled).map(|flag| flag.value) {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::NotStated,
    }
}

/// Whether it holds a credential of its own; a public client holds none (RFC 6749 §2.1).
pub(in crate::trust) fn credential(client: &ClientApp) -> Truth {
    let public = client.flag(Setting::Public).map(|flag| flag.value);
    match (public, client.secrets().map(<[_]>::len)) {
        (Some(true), _) => Truth::False,
        (_, Some(0)) | (None, None) => Truth::NotStated,
        (Some(false), _) | (None, Some(_)) => Truth::True,
    }
}

/// Whether anybody may log in there. Who is assigned to a restricted one is not stated, so this is
/// never false.
pub(in crate::trust) fn open(client: &ClientApp) -> Truth {
    match client.flag(Setting::Restricted).map(|flag| flag.value) {
        Some(false) => Truth::True,
        Some(true) | None => Truth::NotStated,
    }
}

/// What a client app says of crossing from one subscription into another.
pub(in crate::trust) fn crossing(client: &ClientApp) -> Option<bool> {
    client.flag(Setting::AllowCrossSubscription).map(|flag| flag.value)
}

/// Whether two different client apps may exchange as far as their subscriptions go: `same` is
/// whether both state the same one, `None` when one of them states none.
pub(in crate::trust) fn subscription(same: Option<bool>, crossing: [Option<bool>; 2]) -> Truth {
    match (same, crossing) {
        (Some(true), _) | (_, [Some(true), Some(true)]) => Truth::True,
        (Some(false), both) if both.contains(&Some(false)) => Truth::False,
        _ => Truth::NotStated,
    }
}
