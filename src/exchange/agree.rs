//! What the configuration says beside what the server did (CFG-01).
//!
//! A single exchange is not judged by what should work, but when the two differ, somebody has to find
//! out which of them is wrong, and needs both arguments: the conditions of the decision with the lines
//! they rest on, and the server's own words. A difference is a finding like any other, with an id that
//! can be quoted. It does not say who is right: the files may be read otherwise, or the server may not
//! have them.

use serde_json::{Value, json};

use super::ask::Observed;
use super::checks::{Check, Level, Rule};
use super::near::{Near, near};
use super::report::{Outcome, Report};
use crate::config::{Place, Project};
use crate::trust::{Decision, Subject, Truth, Verdict};

const RULE: Rule = Rule::new(
    "CFG-01",
    "The server does what the configuration says",
    "the project's configuration",
);

/// Prediction and observation, compared.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// CFG-01: passed, or the difference.
    pub check: Check,
    /// Whether the two agree; `None` when the answer is neither yes nor no, or a no that is not about
    /// the permission.
    pub held: Option<bool>,
    /// Configured identities that the subject comes near to, when the token was or had to be refused.
    pub near: Vec<Near>,
}

impl Agreement {
    /// Compares a decision with what came of the exchange.
    pub fn of(project: &Project, decision: &Decision, report: &Report) -> Self {
        let verdict = decision.verdict();
        let sentence = |text: &str| {
            let said = report.refusal.as_ref().map_or(String::new(), |refusal| {
                if refusal.description.is_empty() {
                    format!(" The server says: {}.", refusal.error)
                } else {
                    format!(" The server says: {} ({}).", refusal.description, refusal.error)
                }
            });
            format!("{text}{said}")
        };
        let unanswered = Observed::beside(report, decision).unanswered();
        let (held, check) = match (verdict, report.outcome) {
            (_, Outcome::Unusable) => {
                (None, RULE.not_applicable("The answer is neither yes nor no."))
            }
            (_, Outcome::Refused) if let Some(why) = unanswered => {
                (None, RULE.not_applicable(why))
            }
            (Verdict::Refused, Outcome::Refused) => (Some(true), RULE.pass("Both refuse.")),
            (Verdict::Allowed | Verdict::AllowedIfNotStated, Outcome::Issued) => {
                (Some(true), RULE.pass("Both allow."))
            }
            (Verdict::Refused, Outcome::Issued) => (
                Some(false),
                RULE.fail(
                    "The configuration refuses this and the server issued a token. Another reading may \
                     apply, the server may have another version of the files, or it does not enforce \
                     the permission.",
                ),
            ),
            (Verdict::Allowed, Outcome::Refused) => (
                Some(false),
                RULE.fail(sentence(
                    "The configuration allows this and the server refused. Another reading may apply, \
                     the server may have another version of the files, or the token or the request was \
                     at fault.",
                )),
            ),
            (Verdict::AllowedIfNotStated, Outcome::Refused) => (
                Some(false),
                RULE.warn(sentence(
                    "The files leave something open, nothing in them refuses this, and the server \
                     refused. It may know what they do not state.",
                )),
            ),
        };
        let asks = report.outcome == Outcome::Refused || verdict == Verdict::Refused;
        let near = match &decision.question.subject {
            Subject::External { issuer, subject } if asks => near(project, issuer, subject),
            _ => Vec::new(),
        };
        Self { check, held, near }
    }

    /// Whether there are two arguments to show.
    pub fn differs(&self) -> bool {
        self.check.level >= Level::Warn
    }

    /// The member of the report: the finding, both arguments, and what comes near. `describe` gives a
    /// place of the project as text.
    pub fn to_json(
        &self,
        project: &Project,
        decision: &Decision,
        report: &Report,
        describe: impl Fn(Place) -> String,
    ) -> Value {
        let steps = |truth: Truth| -> Vec<Value> {
            decision
                .with(truth)
                .map(|step| {
                    let at: Vec<String> =
                        step.evidence.iter().map(|place| describe(*place)).collect();
                    json!({ "id": step.id, "sentence": step.sentence, "at": at })
                })
                .collect()
        };
        let near: Vec<Value> = self
            .near
            .iter()
            .map(|near| {
                json!({
                    "issuer": near.issuer,
                    "subject": near.subject,
                    "client": project.client(near.client).label(),
                    "at": describe(near.place),
                    "sentence": near.sentence(project),
                })
            })
            .collect();
        json!({
            "check": self.check,
            "configuration": {
                "verdict": decision.verdict().name(),
                "sentence": decision.sentence(project),
                "fail": steps(Truth::False),
                "not_stated": steps(Truth::NotStated),
                "hold": steps(Truth::True),
            },
            "server": {
                "sentence": report.sentence(),
                "error": report.refusal.as_ref().map(|refusal| &refusal.error),
                "description": report.refusal.as_ref().map(|refusal| &refusal.description),
                "explanation": report.refusal.as_ref().map(|refusal| &refusal.explanation),
            },
            "near": near,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{ClientKey, Source};
    use crate::exchange::client_auth::ClientAuthMethod;
    use crate::exchange::report::{Refusal, tests::report};
    use crate::trust::{Question, Reading, decide};

    fn project(enabled: &str) -> Project {
        let text = format!(
            "!ClientAppDto\nid: a\nname: Broker\n{enabled}allowedTokenExchangeClientApps:\n  - id: \
             b\n---\n!ClientAppDto\nid: b\nname: Principal\n{enabled}clientAppFederatedIdentities:\n  - \
             issuer: https://auth.example\n    subject: \"123456789\"\n"
        );
        let bytes = text.into_bytes();
        Project::from_sources(vec![Source { path: None, name: "x.yaml".to_owned(), bytes }])
    }

    fn asked(project: &Project, subject: &str) -> Decision {
        let subject =
            Subject::External { issuer: "https://auth.example".into(), subject: subject.into() };
        let question = Question { requester: ClientKey(0), subject, target: Some(ClientKey(1)) };
        decide(project, Reading::default(), &question)
    }

    fn answered(outcome: Outcome) -> Report {
        let mut report = report(ClientAuthMethod::None, &[]);
        report.outcome = outcome;
        report.refusal = (outcome == Outcome::Refused).then(|| Refusal {
            error: "invalid_target".into(),
            description: "unknown target".into(),
            explanation: "…".into(),
        });
        report
    }

    #[test]
    pub fn agreement_passes_and_every_difference_is_a_finding() {
        let project = project("");
        let (yes, no) = (asked(&project, "123456789"), asked(&project, "123456780"));
        assert_ne!(yes.verdict(), Verdict::Refused);
        assert_eq!(no.verdict(), Verdict::Refused);
        for (decision, outcome, level, held) in [
            (&yes, Outcome::Issued, Level::Pass, Some(true)),
            (&no, Outcome::Refused, Level::Pass, Some(true)),
            (&no, Outcome::Issued, Level::Fail, Some(false)),
            (&yes, Outcome::Refused, Level::Warn, Some(false)),
            (&yes, Outcome::Unusable, Level::NotApplicable, None),
            (&no, Outcome::Unusable, Level::NotApplicable, None),
        ] {
            let agreement = Agreement::of(&project, decision, &answered(outcome));
            assert_eq!(agreement.check.id, "CFG-01");
            assert_eq!((agreement.check.level, agreement.held), (level, held), "{agreement:?}");
            assert_eq!(agreement.differs(), held == Some(false));
        }
    }

    #[test]
    fn a_no_that_is_not_about_the_permission_is_neither_agreement_nor_difference() {
        for (error, status) in [("invalid_client", 401), ("server_error", 503)] {
            let mut report = answered(Outcome::Refused);
            report.answer.status = status;
            report.refusal.as_mut().unwrap().error = error.into();
            let open = project("");
            for subject in ["123456789", "123456780"] {
                let agreement = Agreement::of(&open, &asked(&open, subject), &report);
                assert_eq!((agreement.held, agreement.differs()), (None, false), "{error}");
                assert!(agreement.check.finding.starts_with("Not answered: "), "{agreement:?}");
            }
            // A client that the files disable is turned away as they say; a server's failure says
            // nothing even then.
            let closed = project("enabled: false\n");
            let agreement = Agreement::of(&closed, &asked(&closed, "123456789"), &report);
            assert_eq!(agreement.held, (status == 401).then_some(true), "{error}");
        }
    }

    #[test]
    pub fn both_arguments_are_told_and_what_comes_near() {
        let project = project("");
        let decision = asked(&project, "123456780");
        let report = answered(Outcome::Refused);
        let agreement = Agreement::of(&project, &decision, &report);
        let json =
            agreement.to_json(&project, &decision, &report, |place| project.describe_place(place));
        assert_eq!(json["check"]["id"], "CFG-01");
        assert_eq!(json["server"]["description"], "unknown target");
        let failed = json["configuration"]["fail"].as_array().unwrap();
        assert!(failed.iter().any(|step| step["id"] == "identity-match"), "{json:#}");
        let held = json["configuration"]["hold"].as_array().unwrap();
        assert!(held.iter().all(|step| step["at"].is_array()));
        assert_eq!(json["near"][0]["subject"], "123456789");
        // A token that is right has nothing near.
        let decision = asked(&project, "123456789");
        assert!(Agreement::of(&project, &decision, &report).near.is_empty());
    }
}
