//! One call to a model: from its deltas to steps.

use kaucim_llm::{Finish, ModelName};

use super::{
    chain::{Chain, Next, Shortfall},
    writing::Writing,
};
use crate::{
    CallFailure, Check, ResetReason, SectionId, Step, Writer,
    checks::{self, Finding},
    decoder::{Decoder, Event},
    guard::{Guard, Released},
    prompt::{Fault, Remark},
    wording,
};

/// How a call ended.
#[derive(Debug)]
pub(super) enum Ending {
    Finished(Finish),
    /// We stopped reading, as it ran away; for the rest it is as if its length limit had cut it.
    Stopped,
    Failed(kaucim_llm::Error),
    /// It was not made, as it would have taken what is left, or what is left to other models.
    Unaffordable,
}

impl Ending {
    /// Why the call failed, if it was made and did.
    pub(super) fn failure(&self, is_made: bool) -> Option<CallFailure> {
        match self {
            Self::Finished(_) | Self::Stopped => None,
            Self::Unaffordable => is_made.then_some(CallFailure::GivenUp),
            Self::Failed(error) => Some(failure(error)),
        }
    }
}

/// A call that is being answered.
pub(super) struct Call {
    pub(super) writer: Writer,
    /// Whether the model has been called.
    pub(super) is_made: bool,
    decoder: Decoder,
    open: Option<Open>,
    is_thinking: bool,
    /// Whether the model has written anything.
    has_text: bool,
    /// Whether a section was found that is wanted.
    has_section: bool,
    /// The most tokens that it is let write.
    pub(super) allowance: u64,
    /// How many pieces of text and thought came; each is at least one token.
    pub(super) pieces: u64,
    /// Whether a section had no end.
    is_too_long: bool,
}

/// A section that the model is writing. It starts for readers with its first text.
struct Open {
    section: SectionId,
    /// All of it, what the guard still holds back included.
    text: String,
    characters: usize,
    guard: Guard,
    is_shown: bool,
}

impl Call {
    pub(super) fn new(model: &ModelName, allowance: u64) -> Self {
        let ModelName { provider, name } = model.clone();
        Self {
            writer: Writer { provider, name },
            is_made: false,
            decoder: Decoder::new(),
            open: None,
            is_thinking: false,
            has_text: false,
            has_section: false,
            allowance,
            pieces: 0,
            is_too_long: false,
        }
    }

    /// Takes a piece of thought; true when this is news, once for each stretch of thinking.
    pub(super) fn think(&mut self) -> bool {
        self.pieces += 1;
        !std::mem::replace(&mut self.is_thinking, true)
    }

    /// Whether the model has written more than it may, and is not to be read any further.
    pub(super) fn has_run_away(&self) -> bool {
        self.is_too_long || self.pieces >= self.allowance
    }

    /// Takes the next piece of the answer.
    pub(super) fn take(&mut self, text: &str, writing: &mut Writing) -> Vec<Step> {
        self.is_thinking = false;
        self.has_text = true;
        self.pieces += 1;
        let mut steps = Vec::new();
        for event in self.decoder.feed(text) {
            match event {
                // What is sealed is final: it may be written again, and is not looked at.
                Event::Opened(section) => {
                    self.open = writing.wants(section).then(|| Open {
                        section,
                        text: String::new(),
                        characters: 0,
                        guard: writing.guard(),
                        is_shown: false,
                    });
                    self.has_section |= self.open.is_some();
                }
                Event::Text(text) => {
                    let Some(open) = &mut self.open else { continue };
                    open.characters += text.chars().count();
                    if let Some(finding) = writing.judge_length(open.characters) {
                        self.is_too_long = true;
                        steps.extend(open.start());
                        steps.extend(reject(open.section, finding, writing));
                        self.open = None;
                        break;
                    }
                    open.text.push_str(&text);
                    let released = open.guard.push(&text);
                    let is_over = released.hit.is_some();
                    steps.extend(open.show(released, writing));
                    if is_over {
                        self.open = None;
                    }
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
            && let Some(Open {
                section, is_shown, ..
            }) = self.open
        {
            if matches!(ending, Ending::Finished(_) | Ending::Stopped) {
                writing.fail(section, vec![Remark::of(Fault::Unfinished)]);
            }
            if is_shown {
                steps.push(Step::SectionReset {
                    section,
                    reason: ResetReason::ModelFailed,
                });
            }
        }
        let shortfall = match ending {
            Ending::Finished(_) | Ending::Stopped => {
                writing.is_unreadable = !self.has_section;
                if self.has_section {
                    Shortfall::Incomplete
                } else {
                    Shortfall::Unreadable
                }
            }
            Ending::Unaffordable => Shortfall::Failed,
            Ending::Failed(error) => {
                let Writer { provider, name } = &self.writer;
                tracing::warn!(
                    model.provider = provider,
                    model.name = name,
                    error = error.in_our_words(),
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
        let is_affordable = writing.may_call(chain.behind());
        let event = match (chain.after(shortfall, is_affordable), shortfall) {
            (Next::Same, Shortfall::Incomplete) => wording::Event::SectionRewritten,
            (Next::Switched, _) => wording::Event::ModelSwitched,
            (Next::Same | Next::Over, _) => return steps,
        };
        if writing.may_call(chain.others()) {
            steps.extend(writing.notice(event));
        }
        steps
    }
}

impl Open {
    /// Starts the section for readers, unless they see it already.
    fn start(&mut self) -> Option<Step> {
        let is_news = !std::mem::replace(&mut self.is_shown, true);
        is_news.then_some(Step::SectionStarted(self.section))
    }

    /// Shows what the guard lets pass, and drops the section if it found something.
    fn show(&mut self, Released { text, hit }: Released, writing: &mut Writing) -> Vec<Step> {
        let mut steps = Vec::new();
        if !text.is_empty() || hit.is_some() {
            steps.extend(self.start());
        }
        if !text.is_empty() {
            steps.push(Step::Text(text));
        }
        if let Some(finding) = hit {
            steps.extend(reject(self.section, finding, writing));
        }
        steps
    }
}

fn failure(error: &kaucim_llm::Error) -> CallFailure {
    use kaucim_llm::Error;

    match error {
        Error::Connect(_) => CallFailure::Connect,
        Error::TimedOut(_) => CallFailure::TimedOut,
        Error::Unavailable { status, .. } => CallFailure::Unavailable(*status),
        Error::Refused { status, .. } => CallFailure::Refused(*status),
        Error::Failed { .. } => CallFailure::Failed,
        Error::CutOff => CallFailure::CutOff,
        Error::Empty => CallFailure::Empty,
        Error::Malformed { .. } => CallFailure::Malformed,
    }
}

/// Judges a section whose text has ended.
fn close(mut open: Open, writer: &Writer, writing: &mut Writing) -> Vec<Step> {
    let section = open.section;
    if open.text.is_empty() {
        writing.fail(section, vec![Remark::of(Fault::Check(checks::PRESENT))]);
        return Vec::new();
    }
    let rest = std::mem::replace(&mut open.guard, writing.guard()).end();
    let is_over = rest.hit.is_some();
    let mut steps = open.show(rest, writing);
    if is_over {
        return steps;
    }
    let findings = writing.judge(section, &open.text);
    let faults = findings.iter().filter(|finding| !finding.passed());
    let faults: Vec<Remark> = faults.map(remark).collect();
    let checks: Vec<Check> = findings.into_iter().map(Check::from).collect();
    let checked = |check: &Check| Step::Checked {
        section,
        check: check.clone(),
    };
    steps.extend(checks.iter().map(checked));
    if faults.is_empty() {
        steps.push(writing.seal(section, open.text, checks, writer));
        return steps;
    }
    writing.fail(section, faults);
    steps.extend(writing.keep(section, open.text, checks, writer));
    steps.push(Step::SectionReset {
        section,
        reason: ResetReason::CheckFailed,
    });
    steps
}

/// What a model is told of a check that its section has failed. What stands in backticks in a
/// finding was quoted from the text, or is wanting there.
fn remark(finding: &Finding) -> Remark {
    let fault = finding.fault.iter();
    let quoted = fault.flat_map(|fault| fault.split('`').skip(1).step_by(2));
    Remark {
        fault: Fault::Check(finding.check),
        quoted: quoted.map(str::to_owned).collect(),
    }
}

/// Drops an open section, before its end, for what was found.
fn reject(section: SectionId, finding: Finding, writing: &mut Writing) -> [Step; 2] {
    let reason = match finding.check {
        checks::LENGTH => ResetReason::CheckFailed,
        _ => ResetReason::Withheld,
    };
    // What was withheld from readers is not repeated to the model either.
    writing.fail(section, vec![Remark::of(Fault::Check(finding.check))]);
    [
        Step::Checked {
            section,
            check: finding.into(),
        },
        Step::SectionReset { section, reason },
    ]
}
