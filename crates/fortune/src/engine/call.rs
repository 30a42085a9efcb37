//! One call to a model: from its deltas to steps.

use kaucim_llm::{Finish, ModelName};

use super::{
    chain::{Chain, Next, Shortfall},
    writing::Writing,
};
use crate::{
    Check, ResetReason, SectionId, Step, Writer, checks,
    decoder::{Decoder, Event},
    prompt::Fault,
    wording,
};

/// How a call ended.
#[derive(Debug)]
pub(super) enum Ending {
    Finished(Finish),
    Failed(kaucim_llm::Error),
    /// It was not made, as nothing may be spent any more.
    Spent,
}

/// A call that is being answered.
pub(super) struct Call {
    pub(super) writer: Writer,
    decoder: Decoder,
    open: Option<Open>,
    is_thinking: bool,
    /// Whether the model has written anything.
    has_text: bool,
    /// Whether a section was found that is wanted.
    has_section: bool,
}

/// A section that the model is writing. It starts for readers with its first text.
struct Open {
    section: SectionId,
    text: String,
}

impl Call {
    pub(super) fn new(model: &ModelName) -> Self {
        let ModelName { provider, name } = model.clone();
        Self {
            writer: Writer { provider, name },
            decoder: Decoder::new(),
            open: None,
            is_thinking: false,
            has_text: false,
            has_section: false,
        }
    }

    /// Whether this is news: true once for each stretch of thinking.
    pub(super) fn begins_to_think(&mut self) -> bool {
        !std::mem::replace(&mut self.is_thinking, true)
    }

    /// Takes the next piece of the answer.
    pub(super) fn take(&mut self, text: &str, writing: &mut Writing) -> Vec<Step> {
        self.is_thinking = false;
        self.has_text = true;
        let mut steps = Vec::new();
        for event in self.decoder.feed(text) {
            match event {
                // What is sealed is final: it may be written again, and is not looked at.
                Event::Opened(section) => {
                    self.open = writing.open(section).then(|| Open {
                        section,
                        text: String::new(),
                    });
                    self.has_section |= self.open.is_some();
                }
                Event::Text(text) => {
                    let Some(open) = &mut self.open else { continue };
                    if open.text.is_empty() {
                        steps.push(Step::SectionStarted(open.section));
                    }
                    open.text.push_str(&text);
                    steps.push(Step::Text(text));
                }
                Event::Closed(_) => {
                    if let Some(open) = self.open.take() {
                        steps.extend(close(open, &self.writer, writing));
                    }
                }
            }
        }
        steps
    }

    /// Settles what the end of the call leaves behind, and who is asked next.
    pub(super) fn end(
        self,
        ending: &Ending,
        writing: &mut Writing,
        chain: &mut Chain,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.decoder.end().is_some()
            && let Some(Open { section, text }) = self.open
        {
            if matches!(ending, Ending::Finished(_)) {
                writing.fail(section, Fault::Unfinished);
            }
            if !text.is_empty() {
                steps.push(Step::SectionReset {
                    section,
                    reason: ResetReason::ModelFailed,
                });
            }
        }
        let shortfall = match ending {
            Ending::Spent => return steps,
            Ending::Finished(finish) => {
                writing.count_usage(finish.usage);
                writing.is_unreadable = !self.has_section;
                if self.has_section {
                    Shortfall::Incomplete
                } else {
                    Shortfall::Unreadable
                }
            }
            Ending::Failed(error) => {
                let Writer { provider, name } = &self.writer;
                tracing::warn!(
                    model.provider = provider,
                    model.name = name,
                    error = error as &dyn std::error::Error,
                    "a model call failed"
                );
                if self.has_text && error.is_worth_retrying() {
                    Shortfall::Interrupted
                } else {
                    Shortfall::Failed
                }
            }
        };
        if writing.missing().is_empty() {
            return steps;
        }
        let event = match (chain.after(shortfall), shortfall) {
            (Next::Same, Shortfall::Incomplete) => wording::Event::SectionRewritten,
            (Next::Switched, _) => wording::Event::ModelSwitched,
            (Next::Same | Next::Over, _) => return steps,
        };
        if writing.may_call() {
            steps.extend(writing.notice(event));
        }
        steps
    }
}

/// Judges a section whose text has ended.
fn close(Open { section, text }: Open, writer: &Writer, writing: &mut Writing) -> Vec<Step> {
    if text.is_empty() {
        writing.fail(section, Fault::Check(checks::PRESENT));
        return Vec::new();
    }
    let findings = writing.judge(&text);
    let failed = findings
        .iter()
        .find(|finding| !finding.passed())
        .map(|finding| finding.check);
    let checks: Vec<Check> = findings.into_iter().map(Check::from).collect();
    let checked = |check: &Check| Step::Checked {
        section,
        check: check.clone(),
    };
    let mut steps: Vec<Step> = checks.iter().map(checked).collect();
    steps.push(match failed {
        None => writing.seal(section, text, checks, writer),
        Some(check) => {
            writing.fail(section, Fault::Check(check));
            Step::SectionReset {
                section,
                reason: ResetReason::CheckFailed,
            }
        }
    });
    steps
}
