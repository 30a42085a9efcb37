//! How much at once, how often a minute, and how much a day.

use std::num::NonZeroU32;

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
    pub connections: Option<usize>,
    pub connections_per_address: Option<usize>,
    pub queued: Option<u32>,
    pub rates: Option<bool>,
    pub guest_rate: Option<u32>,
    pub guests_rate: Option<u32>,
    pub account_rate: Option<u32>,
    pub address_rate: Option<u32>,
    pub address_daily_rate: Option<u32>,
    pub session_rate: Option<u32>,
    pub request_rate: Option<u32>,
    pub refusal_rate: Option<u32>,
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
pub(super) fn budgets(
    file: &BudgetEntries,
    environment: &Environment,
) -> Result<DailyBudgets, Failed> {
    let written = [
        ("per_key", file.per_key),
        ("per_guest", file.per_guest),
        ("guests", file.guests),
        ("service", file.service),
    ];
    for (name, budget) in written {
        refuse_nothing(&format!("budget.{name}"), budget)?;
    }
    let is_off = environment.rate_limit.as_deref() == Some("off");
    let of_guests = |readings| DailyBudget {
        readings: (!is_off).then_some(readings),
        tokens: None,
    };
    Ok(DailyBudgets {
        per_key: file.per_key.unwrap_or_default(),
        per_guest: file.per_guest.unwrap_or_else(|| of_guests(GUEST_READINGS)),
        guests: file.guests.unwrap_or_else(|| of_guests(GUESTS_READINGS)),
        service: file.service.unwrap_or_default(),
        ..DailyBudgets::default()
    })
}

/// Refuses a budget with which nobody could ever ask.
pub(super) fn refuse_nothing(key: &str, budget: Option<DailyBudget>) -> Result<(), Failed> {
    let budget = budget.unwrap_or_default();
    if budget.readings == Some(0) || budget.tokens == Some(0) {
        return Err(Failed::setting(
            key,
            "with a budget of 0 nobody could ask",
            "set it to 1 or more, or leave it away; `guests = false` keeps guests out",
        ));
    }
    Ok(())
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
    for (name, limit) in [
        ("per_guest", limits.per_guest),
        ("per_account", limits.per_account),
        ("per_end_user", limits.per_end_user),
        ("queued", limits.queued),
    ] {
        if limit == 0 {
            return Err(Failed::setting(
                format!("limits.{name}"),
                "with a limit of 0 no question could ever be asked",
                "set it to 1 or more",
            ));
        }
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
            return Err(Failed::setting(
                "limits.rates",
                format!("KAUCIM_RATE_LIMIT is `{other}`"),
                "set it to on or off",
            ));
        }
        None => file.rates.unwrap_or(true),
    };
    let default = Rates::default();
    let rates = Rates {
        per_account: rate("account_rate", file.account_rate, default.per_account)?,
        per_guest: rate("guest_rate", file.guest_rate, default.per_guest)?,
        per_address: rate("address_rate", file.address_rate, default.per_address)?,
        per_address_daily: rate(
            "address_daily_rate",
            file.address_daily_rate,
            default.per_address_daily,
        )?,
        sessions: rate("session_rate", file.session_rate, default.sessions)?,
        guests: rate("guests_rate", file.guests_rate, default.guests)?,
        requests: rate("request_rate", file.request_rate, default.requests)?,
        refusals: rate("refusal_rate", file.refusal_rate, default.refusals)?,
        ..default
    };
    Ok(on.then_some(rates))
}

fn rate(name: &str, written: Option<u32>, default: NonZeroU32) -> Result<NonZeroU32, Failed> {
    rate_of(&format!("limits.{name}"), written, default)
}

/// A rate by its key; nobody could come in with none.
pub(super) fn rate_of(
    key: &str,
    written: Option<u32>,
    default: NonZeroU32,
) -> Result<NonZeroU32, Failed> {
    let Some(written) = written else {
        return Ok(default);
    };
    NonZeroU32::new(written).ok_or_else(|| {
        Failed::setting(
            key,
            "with a rate of 0 nobody could ever come in",
            format!("set it to 1 or more; {default} is the default"),
        )
    })
}

/// How many there may be at once; with none, the server would serve nobody.
pub(super) fn at_least_one(
    name: &str,
    written: Option<usize>,
    default: usize,
) -> Result<usize, Failed> {
    match written {
        Some(0) => Err(Failed::setting(
            format!("limits.{name}"),
            "with 0 of them the server would serve nobody",
            format!("set it to 1 or more; {default} is the default"),
        )),
        Some(written) => Ok(written),
        None => Ok(default),
    }
}
