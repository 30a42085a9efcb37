//! What each step of a reading becomes: stored events, open text, and what is told of the model.

use kaucim_fortune::{ResetReason, SectionId, Step, Writer};

use super::{Attempt, Fenced, not_negative};
use crate::{Event, Phase};

impl Attempt<'_> {
    pub(super) async fn step(&mut self, step: Step) -> Result<(), Fenced> {
        match step {
            // Known since the submit, or handed over apart.
            Step::Lot(_) | Step::Calling { .. } | Step::Complete(_) => {}
            Step::Called {
                tokens,
                input_tokens,
                output_tokens,
                failure,
            } => {
                self.ledger.end_call(tokens, (input_tokens, output_tokens));
                if let Some(call) = self.call.take() {
                    call.end(tokens, failure, self.shared.settings.clock.now_ms());
                }
            }
            Step::Notice(notice) => self.write(vec![Event::notice(notice)]).await?,
            Step::Sources(sources) => self.write(vec![Event::Sources { sources }]).await?,
            Step::Thinking => self.live.set_phase(Phase::Thinking),
            Step::SectionStarted(section) => {
                self.open = Some(section);
                self.open_deltas = 0;
                let title = section.title(self.language);
                self.live
                    .open(self.claim.epoch, self.claim.attempt, section, title);
            }
            Step::Text(text) => {
                if self.first_token_ms.is_none() {
                    self.first_token_ms = Some(self.elapsed_ms());
                }
                self.open_deltas += 1;
                self.live.append(self.claim.epoch, &text);
                if self.open_deltas == 1 {
                    self.shared.followed.has_begun(self.claim.task_id);
                }
                self.shared.figures.piece();
                if let Some(call) = &mut self.call {
                    call.text();
                }
            }
            Step::Checked { check, .. } => {
                if !check.passed {
                    self.shared.figures.fail_check(&check.check);
                }
                self.live.checked(self.claim.epoch, check);
            }
            Step::VersionKept(version) => {
                self.versions.insert(version.section.section, *version);
            }
            Step::SectionSealed(section) => {
                self.sealed_tokens += std::mem::take(&mut self.open_deltas);
                self.sealed += 1;
                let event = Event::section_completed(section, self.sealed_tokens);
                self.write(vec![event]).await?;
                self.open = None;
            }
            Step::SectionReset { section, reason } => {
                self.open = Some(section);
                self.drop_open(reason).await?;
            }
        }
        Ok(())
    }

    /// Drops the text of the open section, if one is open.
    pub(super) async fn drop_open(&mut self, reason: ResetReason) -> Result<(), Fenced> {
        let Some(section) = self.open else {
            return Ok(());
        };
        self.open_deltas = 0;
        let event = Event::SectionReset {
            section: Some(section),
            reason,
        };
        self.write(vec![event]).await?;
        self.open = None;
        Ok(())
    }

    /// Tells what may be expected of a model when it is asked for the first time. What it is asked
    /// afterwards changes nothing: an estimate is no progress.
    pub(super) fn expect(&mut self, writer: &Writer) {
        if self.expected.as_ref() == Some(writer) {
            return;
        }
        let missing = SectionId::ALL.len().saturating_sub(self.sealed);
        let elapsed_ms = not_negative(self.elapsed_ms());
        let usual = self.shared.estimates.usual(writer, self.language);
        let estimate = usual.map(|usual| usual.from(elapsed_ms, missing));
        self.live.expect(self.claim.epoch, estimate);
        self.expected = Some(writer.clone());
    }
}
