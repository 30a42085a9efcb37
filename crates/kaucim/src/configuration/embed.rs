//! Which pages of other sites may show `/embed`, and what its guests may do.

use kaucim_server::Rates;
use kaucim_tasks::{DailyBudget, DailyBudgets};
use serde::Deserialize;

use super::{
    limits::{rate_of, refuse_nothing},
    web::refuse_no_origin,
};
use crate::exit::Failed;

/// What a guest there, and all of them, may have read in a day unless the file says otherwise.
const GUEST_READINGS: u64 = 20;
const GUESTS_READINGS: u64 = 1000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmbedEntries {
    #[serde(default)]
    frame_ancestors: Vec<String>,
    guest_rate: Option<u32>,
    guests_rate: Option<u32>,
    per_guest: Option<DailyBudget>,
    guests: Option<DailyBudget>,
}

impl EmbedEntries {
    /// The sites, as browsers write them.
    pub(super) fn frame_ancestors(&self) -> Result<Vec<String>, Failed> {
        refuse_no_origin(&self.frame_ancestors, "embed.frame_ancestors")?;
        Ok(self.frame_ancestors.clone())
    }

    /// How often its guests may ask, where anybody's questions are counted.
    pub(super) fn rates(&self, rates: Option<Rates>) -> Result<Option<Rates>, Failed> {
        let Rates {
            per_embedded_guest: each,
            embedded_guests: all,
            ..
        } = rates.unwrap_or_default();
        let per_embedded_guest = rate_of("embed.guest_rate", self.guest_rate, each)?;
        let embedded_guests = rate_of("embed.guests_rate", self.guests_rate, all)?;
        Ok(rates.map(|rates| Rates {
            per_embedded_guest,
            embedded_guests,
            ..rates
        }))
    }

    /// What its guests may spend in a day; as much as they like where other guests may, too, unless
    /// it is written down.
    pub(super) fn budgets(&self, budgets: DailyBudgets) -> Result<DailyBudgets, Failed> {
        refuse_nothing("embed.per_guest", self.per_guest)?;
        refuse_nothing("embed.guests", self.guests)?;
        let usual = |readings, of_others: DailyBudget| DailyBudget {
            readings: of_others.readings.map(|_| readings),
            tokens: None,
        };
        Ok(DailyBudgets {
            per_embedded_guest: self
                .per_guest
                .unwrap_or_else(|| usual(GUEST_READINGS, budgets.per_guest)),
            embedded_guests: self
                .guests
                .unwrap_or_else(|| usual(GUESTS_READINGS, budgets.guests)),
            ..budgets
        })
    }
}
