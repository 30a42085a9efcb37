//! What a reading has so far: its sealed sections, what failed, and what may still be spent.

use std::{collections::BTreeMap, sync::Arc};

use kaucim_decks::Library;
use kaucim_llm::Request;

use super::call::{Call, Ending};
use crate::{
    Ask, AskError, Budget, Check, FortuneResult, Notice, Origin, Prepared, Resume, Section,
    SectionId, SectionOrigin, Settings, Source, Step, Usage, Writer,
    checks::{self, Draft, Finding, Known, Subject},
    classic,
    guard::{Guard, Watch},
    neighbours::Neighbourhood,
    plain_text,
    prepare::prepare,
    prompt::{self, Fault, Remark, Task},
    wording,
};

/// How many passages are retrieved for a question.
const SOURCES: usize = 6;

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
    faults: BTreeMap<SectionId, Vec<Remark>>,
    budget_left: Budget,
    usage: Usage,
    writer: Option<Writer>,
    /// Whether the last answer was no report at all.
    pub(super) is_unreadable: bool,
}

impl Writing {
    /// Begins a reading, or goes on with an interrupted one; the steps are those before any call.
    pub(super) fn begin(
        library: &Library,
        neighbourhood: &Neighbourhood,
        settings: &Settings,
        ask: Ask,
    ) -> Result<(Self, Vec<Step>), AskError> {
        let mut opening = Vec::new();
        let resume = match ask.resume {
            Some(resume) => resume,
            None => {
                let prepared = prepare(library, &ask)?;
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
                    budget_left,
                }
            }
        };
        let Resume {
            prepared,
            sources,
            sealed,
            budget_left,
        } = resume;
        let sources = sources.unwrap_or_else(|| {
            let sources = retrieve(library, &prepared);
            opening.push(Step::Sources(sources.clone()));
            sources
        });
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
            faults: BTreeMap::new(),
            budget_left,
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

    pub(super) fn may_call(&self) -> bool {
        self.budget_left.calls > 0 && self.budget_left.tokens >= LEAST_TOKENS
    }

    pub(super) fn wants_a_call(&self) -> bool {
        self.may_call() && !self.missing().is_empty()
    }

    /// What to ask a model for now.
    pub(super) fn request(&self, settings: &Settings) -> Request {
        let task = Task {
            prepared: &self.prepared,
            sources: &self.sources,
            written: self.sealed.values().collect(),
            missing: &self.missing(),
            faults: &self.faults,
            unreadable: self.is_unreadable,
        };
        let mut request = prompt::request(&task, settings);
        let left = u32::try_from(self.budget_left.tokens).unwrap_or(u32::MAX);
        request.max_tokens = request.max_tokens.min(left);
        request
    }

    /// How many tokens are read of a call: a quarter above its limit, a server is taken to ignore
    /// it; never more than the reading may spend.
    pub(super) fn allowance(&self, max_tokens: u32) -> u64 {
        let most = u64::from(max_tokens) + u64::from(max_tokens / 4) + 1;
        most.min(self.budget_left.tokens)
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
            Ending::Stopped | Ending::Failed(_) | Ending::Spent => None,
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
        }
    }

    /// Whether the section is still to be written.
    pub(super) fn open(&mut self, section: SectionId) -> bool {
        self.faults.remove(&section);
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
        let subject = Subject {
            language: self.prepared.language,
            lot: &self.prepared.lot,
            known: &self.known,
            sealed: &self.sealed,
            watch: &self.watch,
        };
        checks::run(&Draft { section, text }, &subject)
    }

    pub(super) fn fail(&mut self, section: SectionId, fault: Fault) {
        let remark = Remark {
            fault,
            quoted: Vec::new(),
        };
        self.faults.insert(section, vec![remark]);
    }

    pub(super) fn seal(
        &mut self,
        id: SectionId,
        text: String,
        checks: Vec<Check>,
        writer: &Writer,
    ) -> Step {
        let section = Section {
            section: id,
            index: id.index(),
            title: id.title(self.prepared.language).to_owned(),
            text,
            origin: SectionOrigin::Model,
            checks,
        };
        self.sealed.insert(id, section.clone());
        self.writer = Some(writer.clone());
        Step::SectionSealed(section)
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

    /// Seals what is missing with classic text.
    pub(super) fn fill_with_classic(&mut self, is_without_models: bool) -> Vec<Step> {
        let is_by_model = |section: &Section| section.origin == SectionOrigin::Model;
        let event = if self.sealed.values().any(is_by_model) {
            wording::Event::ClassicFilled
        } else if is_without_models {
            wording::Event::NoModel
        } else {
            wording::Event::NothingWritten
        };
        let mut steps: Vec<Step> = self.notice(event).into_iter().collect();
        for id in self.missing() {
            let section = classic::section(id, &self.prepared);
            self.sealed.insert(id, section.clone());
            steps.push(Step::SectionSealed(section));
        }
        steps
    }

    pub(super) fn into_result(self) -> FortuneResult {
        let Prepared {
            question,
            language,
            context: _,
            lot,
            notices: _,
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
            disclaimer: wording::disclaimer(origin, language).to_owned(),
        }
    }
}

/// What belongs to the question, if the deck is still the one that the lot was read from.
fn retrieve(library: &Library, prepared: &Prepared) -> Vec<Source> {
    let lot = &prepared.lot;
    match library.deck(&lot.deity_id, Some(&lot.deck_id)) {
        Ok(deck) if deck.version == lot.version => deck.retrieve(
            lot.number,
            prepared.question.as_str(),
            prepared.language,
            SOURCES,
        ),
        Ok(_) | Err(_) => Vec::new(),
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
