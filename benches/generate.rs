//! Client apps by the thousand, the same ones every time.
//!
//! The shape is that of real estates: most clients have a few permissions, most of them to clients
//! nearby; a few brokers have many; one client in five is a service principal with external
//! identities of several vendors; comments and styles vary. What is random comes from a fixed seed,
//! so two runs measure the same text.

use std::fmt::Write;

/// SplitMix64: small, and good enough to vary text with.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 where there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// The id of the client with this number; a GUID of version 4.
pub fn id(number: usize) -> String {
    let mut random = Random(0xe5c4_a11e ^ ((number as u64) << 20));
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// The text of the clients with the numbers `from..to` out of `total`.
pub fn clients(from: usize, to: usize, total: usize) -> String {
    let mut text = String::with_capacity((to - from) * 420);
    for number in from..to {
        client(&mut text, number, total);
    }
    text
}

fn client(text: &mut String, number: usize, total: usize) {
    const KINDS: [&str; 8] =
        ["Portal", "Ledger", "Archive", "Gateway", "Worker", "Dashboard", "Desk", "Engine"];
    let mut random = Random(0x5eed ^ ((number as u64) << 16));
    let broker = number % 200 == 7;
    let principal = !broker && number % 5 == 3;
    let kind = if broker { "Broker" } else { KINDS[random.below(KINDS.len())] };

    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a text cannot fail.
        let _ = text.write_fmt(line);
        text.push('\n');
    };
    line(format_args!("---"));
    if random.below(4) == 0 {
        line(format_args!("# Owner: team-{}@example.com", random.below(40)));
    }
    line(format_args!("!ClientAppDto"));
    line(format_args!("id: \"{}\"", id(number)));
    line(format_args!("name: \"{kind} {number}\""));
    line(format_args!("subscriptionId: \"{{{{guid:subscription_{}}}}}\"", number / 50));
    line(format_args!("enabled: {}", random.below(50) != 0));
    line(format_args!("isPublic: {}", random.below(60) == 0));
    if random.below(3) == 0 {
        line(format_args!("scopeFilter: true # reviewed"));
    }
    if principal {
        line(format_args!("clientAppFederatedIdentities:"));
        for index in 0..=random.below(2) {
            line(format_args!("  - id: {}", id(total * (index + 1) + number)));
            let (issuer, subject) = match random.below(4) {
                0 => (
                    "https://token.actions.githubusercontent.com".to_owned(),
                    format!("repo:example/service-{number}:ref:refs/heads/release-{index}"),
                ),
                1 => (
                    "https://accounts.google.com".to_owned(),
                    format!("\"1{:020}\"", number * 10 + index),
                ),
                2 => (
                    format!("https://sso.partner-{}.example/realms/services", random.below(30)),
                    format!("\"{}\"", id(total * 7 + number * 2 + index)),
                ),
                _ => (
                    "https://app.terraform.io".to_owned(),
                    format!(
                        "organization:example:project:p{number}:workspace:w:run_phase:{}",
                        if index == 0 { "plan" } else { "apply" }
                    ),
                ),
            };
            line(format_args!("    issuer: {issuer}"));
            line(format_args!("    subject: {subject}"));
        }
    }
    let permissions = if broker { 24 } else { random.below(5).saturating_sub(1) };
    if permissions > 0 && total > 1 {
        line(format_args!("allowedTokenExchangeClientApps:"));
        for _ in 0..permissions {
            let target = if random.below(50) == 0 {
                random.below(total)
            } else {
                (number + 1 + random.below(40)) % total
            };
            line(format_args!("  - id: \"{}\"", id(target)));
        }
    }
}
