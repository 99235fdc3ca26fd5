//! What came of a run: the answers beside what was predicted, and the tokens that were issued.

use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use super::ExchangeTab;
use super::choice::{TokenChoice, TokenSource};
use super::vault::{NewToken, TokenId};
use crate::config::{ClientKey, Place, Project};
use crate::exchange::agree::Agreement;
use crate::exchange::jwt_bearer::grant_of;
use crate::exchange::report::AnswerReport;
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::exchange::{Preset, Report};
use crate::trust::Decision;

/// What came of the last run.
#[derive(Debug)]
pub struct Outcome {
    /// What the configuration said before it.
    pub prediction: Option<Decision>,
    /// Both compared, worked out once, when the answer came.
    pub(super) agreement: Option<Agreed>,
    /// The issued token, in the vault.
    pub(super) issued: Option<TokenId>,
    /// What was issued is a grant for the authorization server of another domain.
    pub(super) grant: bool,
    /// The report, or why there is none.
    pub observation: Result<Box<Report>, String>,
}

/// Prediction and answer, compared.
#[derive(Debug)]
pub struct Agreed {
    pub agreement: Agreement,
    /// The identities that were perhaps meant, as sentences with where they are written.
    pub near: Vec<(String, Place)>,
}

impl Agreed {
    fn of(project: &Project, decision: &Decision, report: &Report) -> Option<Self> {
        // An edit while it ran may have taken the client apps away that the decision was about.
        let count = project.clients().len();
        let there = |key: &ClientKey| key.0 < count;
        let (question, target) = (&decision.question, &decision.target);
        if !there(&question.requester) || !target.as_ref().is_none_or(there) {
            return None;
        }
        let agreement = Agreement::of(project, decision, report);
        let near = agreement.near.iter().map(|near| (near.sentence(project), near.place)).collect();
        Some(Self { agreement, near })
    }
}

impl ExchangeTab {
    /// What came of the hop that is looked at.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcomes.get(self.shown)
    }

    /// What came of the last run, hop by hop.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    pub fn forget_outcome(&mut self) {
        self.outcomes.clear();
        self.redeem.done = None;
        self.shown = 0;
    }

    pub(super) fn end(
        &mut self,
        observations: Vec<Result<Box<Report>, String>>,
        project: &Project,
    ) {
        let mut predicted = std::mem::take(&mut self.predicted).into_iter();
        let mut preset = self.asked.take();
        self.outcomes = observations
            .into_iter()
            .map(|observation| {
                let prediction = predicted.next().flatten();
                let report = observation.as_ref().ok();
                let both = prediction.as_ref().zip(report);
                Outcome {
                    agreement: both
                        .and_then(|(decision, report)| Agreed::of(project, decision, report)),
                    grant: report.is_some_and(|report| is_grant(report, preset.take())),
                    issued: report.and_then(|report| self.keep(report, project)),
                    prediction,
                    observation,
                }
            })
            .collect();
        // What a person wants to see first of a chain is where it ended.
        self.shown = self.outcomes.len().saturating_sub(1);
        self.offer_redemption(project);
    }

    /// Puts the issued token beside the others.
    fn keep(&mut self, report: &Report, project: &Project) -> Option<TokenId> {
        let token = report.issued.clone()?;
        let name = |id: &str| match project.named(id) {
            Some(key) => project.client(key).label().to_owned(),
            None => id.to_owned(),
        };
        let target = report.request.parameters.iter().find(|one| one.name == "audience");
        let label = match target {
            Some(target) => format!("{} for {}", name(&report.client), name(&target.value)),
            None => format!("Issued to {}", name(&report.client)),
        };
        let kind = report.issued_type().unwrap_or(ACCESS_TOKEN);
        Some(self.keep_issued(label, token, kind, &report.client, &report.answer))
    }

    /// Keeps a token that came with an answer.
    pub(super) fn keep_issued(
        &mut self,
        label: String,
        token: SecretString,
        token_type: &str,
        client_id: &str,
        answer: &AnswerReport,
    ) -> TokenId {
        let lifetime = answer.body.as_ref().and_then(|body| body.get("expires_in")?.as_u64());
        self.vault.keep(NewToken {
            label,
            token,
            // A refresh token that comes along is a finding, and is not used.
            refresh: None,
            token_type: token_type.to_owned(),
            client_id: client_id.to_owned(),
            lifetime: lifetime.map(Duration::from_secs),
            at: SystemTime::now(),
        })
    }

    pub(super) fn use_kept(&mut self, id: TokenId) {
        if let Some(kept) = self.vault.get(id) {
            let subject = &mut self.form.subject;
            (subject.source, subject.kept) = (TokenSource::Kept, Some(id));
            subject.token_type.clone_from(&kept.token_type);
        }
    }

    pub(super) fn use_as_actor(&mut self, id: TokenId) {
        if let Some(kept) = self.vault.get(id) {
            self.form.actor = Some(TokenChoice {
                source: TokenSource::Kept,
                kept: Some(id),
                token_type: kept.token_type.clone(),
                ..TokenChoice::default()
            });
        }
    }
}

/// Whether a report is of a grant that is redeemed at another server: as the preset that was followed
/// says, or the type of what was issued.
fn is_grant(report: &Report, preset: Option<Preset>) -> bool {
    let preset = preset.or_else(|| Preset::of_type(report.issued_type()?));
    grant_of(report).is_some() && preset.is_some_and(|preset| preset.terms().redeemed)
}
