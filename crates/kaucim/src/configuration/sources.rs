//! Where the configuration comes from: flags, environment and file, and what is wrong in which.

use std::path::PathBuf;

use super::{
    Configuration,
    file::{Mistake, Written},
    keys, shown,
};
use crate::{
    arguments::{Common, Serve},
    environment::Environment,
    exit::Failed,
};

/// All that may say something; the file is read anew whenever it is settled.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(super) common: Common,
    pub(super) serve: Serve,
    pub(super) environment: Environment,
}

/// A configuration beside what it was made of.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub configuration: Configuration,
    pub(super) written: Written,
}

impl Sources {
    pub(crate) fn new(common: &Common, serve: &Serve, environment: &Environment) -> Self {
        Self {
            common: common.clone(),
            serve: serve.clone(),
            environment: environment.clone(),
        }
    }

    /// Settles everything, or says what is wrong first.
    pub(crate) fn settle(&self) -> Result<Settled, Failed> {
        let written = self.written()?;
        if let Some(first) = written.mistakes().into_iter().next() {
            return Err(first.into());
        }
        let settled = self.settled(&written);
        Ok(Settled {
            configuration: settled?,
            written,
        })
    }

    /// The file that counts; absent: none.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let of_environment = || self.environment.config.clone().map(PathBuf::from);
        self.common.config.clone().or_else(of_environment)
    }

    /// Whether a flag was typed, or a variable is set.
    pub(super) fn says(&self, name: &str) -> bool {
        match name {
            "--listen" => self.serve.listen.is_some(),
            "--workers" => self.serve.workers.is_some(),
            "--database" => self.serve.database.is_some(),
            "--data-dir" => self.common.data_dir.is_some(),
            "--model" => self.common.model.is_some(),
            "--model-url" => self.common.model_url.is_some(),
            variable => self.environment.says(variable),
        }
    }

    /// Whether the models of the file do not count.
    pub(super) fn names_models(&self) -> bool {
        self.says("--model") || self.says("KAUCIM_MODEL")
    }

    fn written(&self) -> Result<Written, Failed> {
        self.path()
            .map_or_else(|| Ok(Written::of("", None)), |path| Written::read(&path))
    }

    fn settled(&self, written: &Written) -> Result<Configuration, Mistake> {
        let settled = Configuration::settled(self, written.file()?);
        settled.map_err(|failed| self.located(written, failed))
    }

    /// Finds out who says what cannot be.
    fn located(&self, written: &Written, failed: Failed) -> Mistake {
        let (key, reason, hint) = match failed {
            Failed::Setting { key, message, hint } => (Some(key), message, Some(hint)),
            Failed::Usage { message, hint } => (None, message, hint),
            other => (None, format!("{other:?}"), None),
        };
        let mistake = Mistake {
            place: None,
            line: None,
            key: key.clone(),
            reason,
            hint,
        };
        let Some(key) = key else { return mistake };
        let overruling = keys::overruling(&key).iter();
        if let Some(name) = overruling.copied().find(|name| self.says(name)) {
            return Mistake {
                place: Some(name.to_owned()),
                ..mistake
            };
        }
        match written.nearest(&key) {
            Some(_) => Mistake {
                reason: mistake.reason,
                hint: mistake.hint,
                ..written.at(&key)
            },
            None => mistake,
        }
    }
}

impl Settled {
    /// A mistake that only shows when what a key names is looked at.
    pub(crate) fn mistake(&self, key: &str, reason: String, hint: &str) -> Mistake {
        Mistake {
            reason,
            hint: Some(hint.to_owned()),
            ..self.written.at(key)
        }
    }

    /// The keys whose values are others in `now`.
    pub(crate) fn changed(&self, now: &Self) -> Vec<String> {
        shown::changed(
            (&self.configuration, &self.written),
            (&now.configuration, &now.written),
        )
    }
}

/// All that is wrong, as far as it can be told at once; none: it can be started with.
pub(crate) fn check(sources: &Sources) -> Result<Vec<Mistake>, Failed> {
    let mut written = sources.written()?;
    let mut mistakes = written.mistakes();
    if mistakes.iter().any(|mistake| !mistake.is_of_unknown_key()) {
        return Ok(mistakes);
    }
    for mistake in &mistakes {
        written = written.without(mistake.key.as_deref().unwrap_or_default());
    }
    // What is wrong is told and taken away, so that what comes after it is looked at as well.
    while let Err(mistake) = sources.settled(&written) {
        let is_of_file = mistake.place.is_some() && mistake.place == written.name;
        let key = mistake.key.clone().filter(|_| is_of_file);
        mistakes.push(mistake);
        let wrong = key.as_deref().and_then(|key| written.nearest(key));
        let Some(wrong) = wrong else { break };
        written = written.without(wrong);
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Ok(mistakes)
}
