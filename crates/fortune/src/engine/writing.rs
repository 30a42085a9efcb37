//! What a reading has so far: its sealed sections, what failed, and what may still be spent.

mod ending;

use std::{collections::BTreeMap, sync::Arc};

use kaucim_llm::Request;
use tracing::Instrument;

use super::{
    call::{Call, Ending},
    versions::Versions,
};
use crate::{
    Ask, AskError, Budget, Check, FortuneResult, Notice, Origin, Prepared, Resume, Section,
    SectionId, SectionOrigin, Settings, Source, Step, Usage, Version, Writer,
    checks::{self, Draft, Finding, Known, Subject},
    guard::{Guard, Watch},
    neighbours::Neighbourhood,
    plain_text,
    prepare::prepare,
    prompt::{self, Remark, Task},
    retrieval::Retrieval,
    wording,
};

/// With fewer tokens left, a call could not bring a section.
const LEAST_TOKENS: u64 = 256;

/// A reading in the making.
pub(super) struct Writing {
    prepared: Prepared,
    sources: Vec<Source>,
    /// What may be quoted, and what may not be said.
    known: Known,
    watch: Arc<Watch>,
    notices: Vec<Notice>,
    sealed: BTreeMap<SectionId, Section>,
    versions: Versions,
    budget_left: Budget,
    /// The most tokens that one call may write.
    most_tokens: u32,
    usage: Usage,
    writer: Option<Writer>,
    /// Whether the last answer was no report at all.
    pub(super) is_unreadable: bool,
}

impl Writing {
    /// Begins a reading, or goes on with an interrupted one; the steps are those before any call.
    pub(super) async fn begin(
        retrieval: &Retrieval,
        neighbourhood: &Neighbourhood,
        settings: &Settings,
        ask: Ask,
    ) -> Result<(Self, Vec<Step>), AskError> {
        let mut opening = Vec::new();
        let resume = match ask.resume {
            Some(resume) => resume,
            None => {
                let prepared = prepare(retrieval.library(), &settings.care, &ask)?;
                opening.extend(prepared.notices.iter().cloned().map(Step::Notice));
                opening.push(Step::Lot(Box::new(prepared.lot.clone())));
                let budget_left = Budget {
                    calls: settings.calls_per_reading,
                    tokens: settings.tokens_per_reading,
                };
                Resume {
                    prepared,
                    sources: None,
                    sealed: Vec::new(),
                    versions: Vec::new(),
                    budget_left,
                }
            }
        };
        let Resume {
            prepared,
            sources,
            sealed,
            versions,
            budget_left,
        } = resume;
        let sources = match sources {
            Some(sources) => sources,
            None => {
                let stage = tracing::info_span!(target: "stage", "retrieval");
                let sources = retrieval.sources(&prepared).instrument(stage).await;
                opening.push(Step::Sources(sources.clone()));
                sources
            }
        };
        let known = Known::new(&prepared, &sources);
        let watch = Watch::new(neighbourhood.now(), &known, prepared.lot.tone);
        let writing = Self {
            known,
            watch: Arc::new(watch),
            notices: prepared.notices.clone(),
            prepared,
            sources,
            sealed: sealed
                .into_iter()
                .map(|section| (section.section, section))
                .collect(),
            versions: Versions::new(versions),
            budget_left,
            most_tokens: settings.max_tokens,
            usage: Usage::default(),
            writer: None,
            is_unreadable: false,
        };
        Ok((writing, opening))
    }

    pub(super) fn missing(&self) -> Vec<SectionId> {
        SectionId::ALL
            .into_iter()
            .filter(|id| !self.sealed.contains_key(id))
            .collect()
    }

    /// Whether a call may be made that leaves one, with all that it may write, to so many others.
    pub(super) fn may_call(&self, others: usize) -> bool {
        self.budget_left.calls as usize > others && self.tokens_left(others) >= LEAST_TOKENS
    }

    /// Whether the deck lets a model write.
    pub(super) fn is_by_model(&self) -> bool {
        self.prepared.readings.is_by_model()
    }

    /// The tokens that may be spent when so many other calls are to be left.
    fn tokens_left(&self, others: usize) -> u64 {
        let theirs = u64::from(self.most_tokens).saturating_mul(others as u64);
        self.budget_left.tokens.saturating_sub(theirs)
    }

    /// What to ask a model for now, when so many other calls are to be left; and how many tokens
    /// are read of its answer: a quarter above its limit, a server is taken to ignore it.
    pub(super) fn request(&self, settings: &Settings, others: usize) -> (Request, u64) {
        let task = Task {
            prepared: &self.prepared,
            sources: &self.sources,
            written: self.sealed.values().collect(),
            missing: &self.missing(),
            faults: self.versions.remarks(),
            unreadable: self.is_unreadable,
        };
        let mut request = prompt::request(&task, settings);
        let left = self.tokens_left(others);
        let limit = u32::try_from(left).unwrap_or(u32::MAX);
        request.max_tokens = request.max_tokens.min(limit);
        let most = u64::from(request.max_tokens) + u64::from(request.max_tokens / 4) + 1;
        (request, most.min(left))
    }

    /// Spends a call.
    pub(super) fn count_call(&mut self, call: &Call) -> Step {
        self.budget_left.calls = self.budget_left.calls.saturating_sub(1);
        self.usage.calls += 1;
        Step::Calling {
            writer: call.writer.clone(),
            tokens: call.allowance,
        }
    }

    /// Counts what a call has written.
    pub(super) fn settle_call(&mut self, call: &Call, ending: &Ending) -> Step {
        let told = match ending {
            Ending::Finished(finish) => finish.usage,
            Ending::Stopped | Ending::Failed(_) | Ending::Unaffordable => None,
        };
        let kaucim_llm::Usage {
            input_tokens,
            output_tokens,
        } = told.unwrap_or_default();
        self.usage.input_tokens += input_tokens;
        self.usage.output_tokens += output_tokens;
        let tokens = call.pieces.max(output_tokens);
        self.budget_left.tokens = self.budget_left.tokens.saturating_sub(tokens);
        Step::Called {
            tokens,
            input_tokens,
            output_tokens,
            failure: ending.failure(call.is_made),
        }
    }

    /// Whether the section is still to be written.
    pub(super) fn wants(&self, section: SectionId) -> bool {
        !self.sealed.contains_key(&section)
    }

    /// What is wrong with the length of an open section, if anything is.
    pub(super) fn judge_length(&self, characters: usize) -> Option<Finding> {
        checks::length_finding(characters, self.prepared.language)
    }

    /// Stands between the model and the readers of one section.
    pub(super) fn guard(&self) -> Guard {
        Guard::new(&self.watch)
    }

    pub(super) fn judge(&self, section: SectionId, text: &str) -> Vec<Finding> {
        let stage = tracing::info_span!(target: "stage", "section checks", %section);
        stage.in_scope(|| checks::run(&Draft::new(section, text), &self.subject()))
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            language: self.prepared.language,
            lot: &self.prepared.lot,
            known: &self.known,
            sealed: &self.sealed,
            first: self.prepared.first.as_ref(),
            watch: &self.watch,
        }
    }

    /// Remembers what was wrong with a section, for its next try.
    pub(super) fn fail(&mut self, section: SectionId, faults: Vec<Remark>) {
        self.versions.fail(section, faults);
    }

    /// Remembers a whole version that has failed; says so when it is the best by now.
    pub(super) fn keep(
        &mut self,
        id: SectionId,
        text: String,
        checks: Vec<Check>,
        writer: &Writer,
    ) -> Option<Step> {
        let version = Version {
            section: self.section(id, text, checks),
            writer: writer.clone(),
        };
        let is_kept = self.versions.keep(version.clone());
        is_kept.then(|| Step::VersionKept(Box::new(version)))
    }

    pub(super) fn seal(
        &mut self,
        id: SectionId,
        text: String,
        checks: Vec<Check>,
        writer: &Writer,
    ) -> Step {
        let section = self.section(id, text, checks);
        self.sealed.insert(id, section.clone());
        self.writer = Some(writer.clone());
        Step::SectionSealed(section)
    }

    fn section(&self, id: SectionId, text: String, checks: Vec<Check>) -> Section {
        Section {
            section: id,
            index: id.index(),
            title: id.title(self.prepared.language).to_owned(),
            text,
            origin: SectionOrigin::Model,
            checks,
        }
    }

    /// Tells the reader what happened, once.
    pub(super) fn notice(&mut self, event: wording::Event) -> Option<Step> {
        let notice = event.notice(self.prepared.language);
        if self.notices.contains(&notice) {
            return None;
        }
        self.notices.push(notice.clone());
        Some(Step::Notice(notice))
    }

    pub(super) fn into_result(self) -> FortuneResult {
        let Prepared {
            question,
            language,
            context: _,
            lot,
            notices: _,
            readings: _,
            deck_disclaimer,
            first: _,
        } = self.prepared;
        let sections: Vec<Section> = self.sealed.into_values().collect();
        let text = plain_text(
            sections
                .iter()
                .map(|one| (one.title.as_str(), one.text.as_str())),
        );
        let origin = origin(&sections);
        FortuneResult {
            question: question.into(),
            language,
            lot,
            sources: self.sources,
            notices: self.notices,
            sections,
            text,
            model: self.writer,
            origin,
            usage: self.usage,
            disclaimer: match deck_disclaimer {
                Some(of_deck) => format!("{}\n{of_deck}", wording::disclaimer(origin, language)),
                None => wording::disclaimer(origin, language).to_owned(),
            },
        }
    }
}

fn origin(sections: &[Section]) -> Origin {
    let by_model = sections
        .iter()
        .filter(|one| one.origin == SectionOrigin::Model)
        .count();
    if by_model == sections.len() {
        Origin::Model
    } else if by_model > 0 {
        Origin::Mixed
    } else {
        Origin::Classic
    }
}
