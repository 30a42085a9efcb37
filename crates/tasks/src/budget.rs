//! What may be spent in a day: by a key, by a guest, by all guests, by everybody.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::accounts::credential::is_embedded;

/// Milliseconds of a day. Days are those of UTC.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What may be spent in a day; absent: as much as anybody likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyBudget {
    pub readings: Option<u64>,
    /// Tokens that models write. They count from when they may be written, so a question is
    /// refused once they are spent, and those accepted before are read to their end.
    pub tokens: Option<u64>,
}

/// The daily budgets of an installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyBudgets {
    pub per_key: DailyBudget,
    pub per_guest: DailyBudget,
    /// All guests together.
    pub guests: DailyBudget,
    /// A guest of a page that is embedded in another site.
    pub per_embedded_guest: DailyBudget,
    /// All of those together, who are no part of `guests`.
    pub embedded_guests: DailyBudget,
    /// Everybody together.
    pub service: DailyBudget,
}

/// Whose budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Key,
    Guest,
    Guests,
    /// The guests of embedded pages.
    EmbeddedGuests,
    Service,
}

/// What was spent today of a budget that many share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Spent {
    pub whose: Whose,
    pub readings: u64,
    pub tokens: u64,
    /// Absent: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_readings: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_tokens: Option<u64>,
}

/// The budgets that many share, as the store calls them.
pub(crate) const GUESTS: &str = "guests";
pub(crate) const EMBEDDED_GUESTS: &str = "embedded";
pub(crate) const ALL: &str = "all";

/// What a question is paid from.
pub(crate) struct Purse {
    pub day: i64,
    pub budget_id: String,
    pub is_guest: bool,
    pub budgets: DailyBudgets,
}

impl Purse {
    /// Who pays, as the store calls them, with what they may spend.
    pub(crate) fn payers(&self) -> Vec<(Whose, &str, DailyBudget)> {
        let own = self.budget_id.as_str();
        let budgets = &self.budgets;
        let service = (Whose::Service, ALL, budgets.service);
        let all_guests = match self.paid_as() {
            None => return vec![(Whose::Key, own, budgets.per_key), service],
            Some(EMBEDDED_GUESTS) => {
                let guest = (Whose::Guest, own, budgets.per_embedded_guest);
                let all = (
                    Whose::EmbeddedGuests,
                    EMBEDDED_GUESTS,
                    budgets.embedded_guests,
                );
                [guest, all]
            }
            Some(guests) => {
                let guest = (Whose::Guest, own, budgets.per_guest);
                [guest, (Whose::Guests, guests, budgets.guests)]
            }
        };
        all_guests.into_iter().chain([service]).collect()
    }

    /// All guests of its kind, where a guest asks.
    pub(crate) fn paid_as(&self) -> Option<&'static str> {
        let all = if is_embedded(&self.budget_id) {
            EMBEDDED_GUESTS
        } else {
            GUESTS
        };
        self.is_guest.then_some(all)
    }
}

impl Whose {
    /// As metrics and problems have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Guest => "guest",
            Self::Guests => "guests",
            Self::EmbeddedGuests => "embedded_guests",
            Self::Service => "service",
        }
    }
}

/// The day of a moment, counted from 1970.
pub(crate) fn day(now_ms: i64) -> i64 {
    now_ms.div_euclid(DAY_MS)
}

/// Seconds until the next day, at least one.
pub(crate) fn seconds_left(now_ms: i64) -> u64 {
    let left_ms = DAY_MS - now_ms.rem_euclid(DAY_MS);
    u64::try_from(left_ms).unwrap_or_default().div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        assert_eq!(
            (day(0), day(DAY_MS - 1), day(DAY_MS), day(-1)),
            (0, 0, 1, -1)
        );
        assert_eq!(seconds_left(0), 86_400);
        assert_eq!(seconds_left(DAY_MS - 1), 1);
        assert_eq!(seconds_left(DAY_MS + 500), 86_400);
    }
}
