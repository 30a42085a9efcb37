//! How much at once, how often a minute, and how much a day.

use std::num::{NonZeroU32, NonZeroUsize};

use kaucim_server::Rates;
use kaucim_tasks::{DailyBudget, DailyBudgets, Limits};
use serde::Deserialize;

use super::number;
use crate::{environment::Environment, exit::Failed};

/// What a guest, and all guests, may have read in a day unless the file says otherwise.
const GUEST_READINGS: u64 = 50;
const GUESTS_READINGS: u64 = 5000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitEntries {
    pub per_guest: Option<u32>,
    pub per_end_user: Option<u32>,
    pub per_account: Option<u32>,
    pub streams_per_account: Option<usize>,
    pub connections: Option<NonZeroUsize>,
    pub connections_per_address: Option<NonZeroUsize>,
    pub queued: Option<u32>,
    pub rates: Option<bool>,
    pub guest_rate: Option<NonZeroU32>,
    pub guests_rate: Option<NonZeroU32>,
    pub account_rate: Option<NonZeroU32>,
    pub address_rate: Option<NonZeroU32>,
    pub session_rate: Option<NonZeroU32>,
    pub request_rate: Option<NonZeroU32>,
    pub refusal_rate: Option<NonZeroU32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetEntries {
    per_key: Option<DailyBudget>,
    per_guest: Option<DailyBudget>,
    guests: Option<DailyBudget>,
    service: Option<DailyBudget>,
}

/// What may be spent in a day. Where rates are switched off, for load tests, guests have no budget
/// but one that is written down.
pub(super) fn budgets(file: &BudgetEntries, environment: &Environment) -> DailyBudgets {
    let is_off = environment.rate_limit.as_deref() == Some("off");
    let of_guests = |readings| DailyBudget {
        readings: (!is_off).then_some(readings),
        tokens: None,
    };
    DailyBudgets {
        per_key: file.per_key.unwrap_or_default(),
        per_guest: file.per_guest.unwrap_or_else(|| of_guests(GUEST_READINGS)),
        guests: file.guests.unwrap_or_else(|| of_guests(GUESTS_READINGS)),
        service: file.service.unwrap_or_default(),
    }
}

pub(super) fn limits(file: &LimitEntries, environment: &Environment) -> Result<Limits, Failed> {
    let default = Limits::default();
    let per_user = number(environment.tasks_per_user.as_ref(), "KAUCIM_TASKS_PER_USER")?;
    let queued = number(environment.queue_limit.as_ref(), "KAUCIM_QUEUE_LIMIT")?;
    let limits = Limits {
        per_guest: per_user.or(file.per_guest).unwrap_or(default.per_guest),
        per_account: per_user.or(file.per_account).unwrap_or(default.per_account),
        per_end_user: per_user
            .or(file.per_end_user)
            .unwrap_or(default.per_end_user),
        queued: queued.or(file.queued).unwrap_or(default.queued),
        ..default
    };
    let all = [
        limits.per_guest,
        limits.per_account,
        limits.per_end_user,
        limits.queued,
    ];
    if all.contains(&0) {
        return Err(Failed::usage(
            "with a limit of 0 no question could ever be asked",
            "set per_guest, per_account, per_end_user and queued to 1 or more",
        ));
    }
    Ok(limits)
}

pub(super) fn rates(
    file: &LimitEntries,
    environment: &Environment,
) -> Result<Option<Rates>, Failed> {
    let on = match environment.rate_limit.as_deref() {
        Some("off") => false,
        Some("on") => true,
        Some(other) => {
            return Err(Failed::usage(
                format!("KAUCIM_RATE_LIMIT is `{other}`"),
                "set it to on or off",
            ));
        }
        None => file.rates.unwrap_or(true),
    };
    let default = Rates::default();
    Ok(on.then(|| Rates {
        per_account: file.account_rate.unwrap_or(default.per_account),
        per_guest: file.guest_rate.unwrap_or(default.per_guest),
        per_address: file.address_rate.unwrap_or(default.per_address),
        sessions: file.session_rate.unwrap_or(default.sessions),
        guests: file.guests_rate.unwrap_or(default.guests),
        requests: file.request_rate.unwrap_or(default.requests),
        refusals: file.refusal_rate.unwrap_or(default.refusals),
    }))
}
