//! What askers are allowed, which can be replaced while readings run.

use std::sync::{PoisonError, RwLock};

use crate::{DailyBudgets, Limits, Tasks};

/// Held against every question and draw on its way in; what was accepted is not looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowances {
    pub limits: Limits,
    pub budgets: DailyBudgets,
}

/// The present ones.
pub(crate) struct Present(RwLock<Allowances>);

impl Present {
    pub(crate) fn new(limits: Limits, budgets: DailyBudgets) -> Self {
        Self(RwLock::new(Allowances { limits, budgets }))
    }

    pub(crate) fn limits(&self) -> Limits {
        self.read(|allowances| allowances.limits.clone())
    }

    pub(crate) fn budgets(&self) -> DailyBudgets {
        self.read(|allowances| allowances.budgets)
    }

    fn read<T>(&self, look: impl FnOnce(&Allowances) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tasks {
    /// From now on questions and draws are held against these. What is spent of a day stays spent,
    /// and whoever has more than they allow keeps it.
    pub fn allow(&self, allowances: Allowances) {
        let present = &self.shared.allowances.0;
        *present.write().unwrap_or_else(PoisonError::into_inner) = allowances;
    }
}
