//! Decides which model is asked next, and how often the same one.

/// How often one model is asked for sections that were missing or failed their checks.
const REPAIRS: u32 = 2;
/// How often one model is asked again after an answer that was no report.
const REREADS: u32 = 1;
/// How often one model is asked for the rest after it failed while writing.
const RETRIES: u32 = 1;

/// The models of a reading, in order, and what the present one has used up.
#[derive(Debug)]
pub(super) struct Chain {
    model: usize,
    models: usize,
    repairs: u32,
    rereads: u32,
    retries: u32,
}

/// How a call went that has not brought everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortfall {
    /// It ended well, and sections are missing or failed.
    Incomplete,
    /// It ended well and was no report.
    Unreadable,
    /// It failed while it was writing, and may not fail again.
    Interrupted,
    /// It failed for good, or before it wrote anything.
    Failed,
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Same,
    Switched,
    /// No model is left.
    Over,
}

impl Chain {
    pub(super) fn new(models: usize) -> Self {
        Self {
            model: 0,
            models,
            repairs: 0,
            rereads: 0,
            retries: 0,
        }
    }

    /// The position of the model to ask, while one is left.
    pub(super) fn model(&self) -> Option<usize> {
        (self.model < self.models).then_some(self.model)
    }

    /// How many models come after the present one.
    pub(super) fn behind(&self) -> usize {
        self.models.saturating_sub(self.model + 1)
    }

    /// How many other calls the next one has to leave: none when it is its model's first, which
    /// may spend what there is; afterwards one for each model that comes after it.
    pub(super) fn others(&self) -> usize {
        let is_first = self.repairs + self.rereads + self.retries == 0;
        if is_first { 0 } else { self.behind() }
    }

    /// Chooses who is asked next; the same model only if that leaves a call to each of the others.
    pub(super) fn after(&mut self, shortfall: Shortfall, is_affordable: bool) -> Next {
        let (used, allowed) = match shortfall {
            Shortfall::Incomplete => (&mut self.repairs, REPAIRS),
            Shortfall::Unreadable => (&mut self.rereads, REREADS),
            Shortfall::Interrupted => (&mut self.retries, RETRIES),
            Shortfall::Failed => return self.switch(),
        };
        if *used == allowed || !is_affordable {
            return self.switch();
        }
        *used += 1;
        Next::Same
    }

    fn switch(&mut self) -> Next {
        *self = Self {
            model: self.model + 1,
            ..Self::new(self.models)
        };
        if self.model < self.models {
            Next::Switched
        } else {
            Next::Over
        }
    }
}
