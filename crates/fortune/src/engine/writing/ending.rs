//! The end of a reading on which nothing more may be spent.

use super::Writing;
use crate::{
    Check, Section, SectionId, SectionOrigin, Settings, Step, Unrepaired, Version,
    checks::{self, Draft},
    classic,
    engine::versions::weight,
    wording,
};

impl Writing {
    /// Seals what is missing: with the best version that a model has written, or with classic
    /// text, as far as the settings allow either. A deck that lets no model write lacks none: its
    /// text is always allowed.
    pub(in crate::engine) fn finish(
        &mut self,
        settings: &Settings,
        is_without_models: bool,
    ) -> Vec<Step> {
        let mut seals = Vec::new();
        let (mut has_unrepaired, mut has_classic) = (false, false);
        for id in self.missing() {
            if let Some((version, checks)) = self.best(id, settings.unrepaired) {
                has_unrepaired = true;
                seals.extend(self.show_and_seal(version, checks));
            } else if settings.classic || !self.is_by_model() {
                has_classic = true;
                let section = self.classic(id);
                self.sealed.insert(id, section.clone());
                seals.push(Step::SectionSealed(section));
            }
        }
        let mut steps = Vec::new();
        if has_unrepaired {
            steps.extend(self.notice(wording::Event::SectionUnrepaired));
        }
        if has_classic {
            steps.extend(self.notice(self.classic_event(is_without_models)));
        }
        steps.extend(seals);
        steps
    }

    /// The version of a section that may be sealed although it failed, judged beside what is
    /// sealed by now.
    fn best(&mut self, id: SectionId, unrepaired: Unrepaired) -> Option<(Version, Vec<Check>)> {
        match unrepaired {
            Unrepaired::Classic => None,
            Unrepaired::Best => {
                let version = self.versions.take_best(id)?;
                let findings = self.judge(id, &version.section.text);
                let checks: Vec<Check> = findings.into_iter().map(Check::from).collect();
                let mut failed = checks.iter().filter(|check| !check.passed);
                failed
                    .all(|check| weight(&check.check).is_some())
                    .then_some((version, checks))
            }
        }
    }

    /// Shows a version that was dropped once more, as a whole, and seals it.
    fn show_and_seal(&mut self, version: Version, checks: Vec<Check>) -> Vec<Step> {
        let Version { section, writer } = version;
        let id = section.section;
        let mut steps = vec![Step::SectionStarted(id), Step::Text(section.text.clone())];
        steps.extend(checks.iter().map(|check| Step::Checked {
            section: id,
            check: check.clone(),
        }));
        steps.push(self.seal(id, section.text, checks, &writer));
        steps
    }

    /// The classic text of a section, with what the checks that apply to it say.
    fn classic(&self, id: SectionId) -> Section {
        let section = classic::section(id, &self.prepared);
        let draft = Draft::new(id, &section.text);
        let findings = checks::run_classic(&draft, &self.subject());
        Section {
            checks: findings.into_iter().map(Check::from).collect(),
            ..section
        }
    }

    fn classic_event(&self, is_without_models: bool) -> wording::Event {
        let is_by_model = |section: &Section| section.origin == SectionOrigin::Model;
        if !self.is_by_model() {
            wording::Event::TraditionalText
        } else if self.sealed.values().any(is_by_model) {
            wording::Event::ClassicFilled
        } else if is_without_models {
            wording::Event::NoModel
        } else {
            wording::Event::NothingWritten
        }
    }
}
