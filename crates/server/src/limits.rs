//! How often somebody may ask and call: by key, by guest, by address, and all guests together.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use kaucim_tasks::Principal;

use crate::problem::Problem;

/// How often a minute, with as many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Questions with a key; draws are counted apart, as often.
    pub per_account: NonZeroU32,
    /// Questions of a guest; draws are counted apart, as often.
    pub per_guest: NonZeroU32,
    /// Questions of the guests of one address together; draws are counted apart, as often.
    pub per_address: NonZeroU32,
    /// The same of a whole day, so that one address does not spend what all guests may.
    pub per_address_daily: NonZeroU32,
    /// New guest sessions of one address, and links to a second device that are tried there.
    pub sessions: NonZeroU32,
    /// Questions of all guests together.
    pub guests: NonZeroU32,
    /// Questions of a guest of an embedded page, in the place of `per_guest`.
    pub per_embedded_guest: NonZeroU32,
    /// Questions of all those together, in the place of `guests`.
    pub embedded_guests: NonZeroU32,
    /// Requests of any kind with a key, or of a guest.
    pub requests: NonZeroU32,
    /// Requests of one address whose credential is worth nothing.
    pub refusals: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        let per_minute = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            per_account: per_minute(600),
            per_guest: per_minute(10),
            per_address: per_minute(60),
            per_address_daily: per_minute(1000),
            sessions: per_minute(60),
            guests: per_minute(600),
            per_embedded_guest: per_minute(5),
            embedded_guests: per_minute(120),
            requests: per_minute(12_000),
            refusals: per_minute(600),
        }
    }
}

/// Counts who asked how often.
pub(crate) struct Limiter {
    limits: RwLock<Option<Arc<Limits>>>,
}

struct Limits {
    rates: Rates,
    questions: Counted,
    /// As often as questions, counted apart: a question and its draw belong together.
    draws: Counted,
    sessions: DefaultKeyedRateLimiter<IpAddr>,
    /// Likewise: nobody reports more than they ask.
    reports: Counted,
    requests: DefaultKeyedRateLimiter<String>,
    refusals: DefaultKeyedRateLimiter<IpAddr>,
}

/// What may be done so often by keys, so often by guests.
struct Counted {
    keys: DefaultKeyedRateLimiter<String>,
    guests: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    addresses_daily: DefaultKeyedRateLimiter<IpAddr>,
    all_guests: DefaultDirectRateLimiter,
    embedded_guests: DefaultKeyedRateLimiter<String>,
    all_embedded_guests: DefaultDirectRateLimiter,
}

impl Counted {
    fn new(rates: &Rates) -> Self {
        Self {
            keys: RateLimiter::keyed(Quota::per_minute(rates.per_account)),
            guests: RateLimiter::keyed(Quota::per_minute(rates.per_guest)),
            addresses: RateLimiter::keyed(Quota::per_minute(rates.per_address)),
            addresses_daily: RateLimiter::keyed(daily(rates.per_address_daily)),
            all_guests: RateLimiter::direct(Quota::per_minute(rates.guests)),
            embedded_guests: RateLimiter::keyed(Quota::per_minute(rates.per_embedded_guest)),
            all_embedded_guests: RateLimiter::direct(Quota::per_minute(rates.embedded_guests)),
        }
    }

    fn count(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        let budget_id = who.credential.budget_id().to_owned();
        if !who.is_guest {
            return check(&self.keys, &budget_id);
        }
        let (each, all) = if who.credential.is_embedded() {
            (&self.embedded_guests, &self.all_embedded_guests)
        } else {
            (&self.guests, &self.all_guests)
        };
        check(each, &budget_id)?;
        check(&self.addresses, &address)?;
        check(&self.addresses_daily, &address)?;
        all.check().map_err(|until| {
            Problem::RateLimited(until.wait_time_from(DefaultClock::default().now()))
        })
    }

    fn forget_idle(&self) {
        self.keys.retain_recent();
        self.guests.retain_recent();
        self.embedded_guests.retain_recent();
        self.addresses.retain_recent();
        self.addresses_daily.retain_recent();
    }
}

impl Limits {
    fn new(rates: Rates) -> Self {
        Self {
            questions: Counted::new(&rates),
            draws: Counted::new(&rates),
            sessions: RateLimiter::keyed(Quota::per_minute(rates.sessions)),
            reports: Counted::new(&rates),
            requests: RateLimiter::keyed(Quota::per_minute(rates.requests)),
            refusals: RateLimiter::keyed(Quota::per_minute(rates.refusals)),
            rates,
        }
    }
}

impl Limiter {
    pub(crate) fn new(rates: Option<Rates>) -> Self {
        Self {
            limits: RwLock::new(rates.map(|rates| Arc::new(Limits::new(rates)))),
        }
    }

    /// Counts by other rates from now on; what was counted is forgotten, unless they are the same.
    pub(crate) fn replace(&self, rates: Option<Rates>) {
        let mut limits = self.limits.write().unwrap_or_else(PoisonError::into_inner);
        if limits.as_ref().map(|limits| limits.rates) != rates {
            *limits = rates.map(|rates| Arc::new(Limits::new(rates)));
        }
    }

    fn present(&self) -> Option<Arc<Limits>> {
        let limits = self.limits.read();
        limits.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a question of this principal, or says how long to wait.
    pub(crate) fn question(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        self.checked(|limits| limits.questions.count(who, address))
    }

    /// Counts a draw of this principal, or says how long to wait.
    pub(crate) fn draw(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        self.checked(|limits| limits.draws.count(who, address))
    }

    /// Counts a report of this principal, or says how long to wait.
    pub(crate) fn report(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        self.checked(|limits| limits.reports.count(who, address))
    }

    /// Counts a guest session that this address opens or takes over.
    pub(crate) fn session(&self, address: IpAddr) -> Result<(), Problem> {
        self.checked(|limits| check(&limits.sessions, &address))
    }

    /// Counts any request of somebody who proved who they are.
    pub(crate) fn request(&self, who: &Principal) -> Result<(), Problem> {
        self.checked(|limits| check(&limits.requests, &who.credential.budget_id().to_owned()))
    }

    /// Counts a request of somebody who did not, with a credential.
    pub(crate) fn refusal(&self, address: IpAddr) -> Result<(), Problem> {
        self.checked(|limits| check(&limits.refusals, &address))
    }

    fn checked(
        &self,
        counting: impl FnOnce(&Limits) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.present().map_or(Ok(()), |limits| counting(&limits))
    }

    /// Forgets those who have not asked for long.
    pub(crate) fn forget_idle(&self) {
        if let Some(limits) = self.present() {
            limits.questions.forget_idle();
            limits.draws.forget_idle();
            limits.sessions.retain_recent();
            limits.reports.forget_idle();
            limits.requests.retain_recent();
            limits.refusals.retain_recent();
        }
    }
}

/// So many at once, and as many again in a day.
fn daily(rate: NonZeroU32) -> Quota {
    let day = Duration::from_secs(24 * 60 * 60);
    let quota = Quota::with_period(day / rate.get());
    quota.map_or_else(|| Quota::per_hour(rate), |quota| quota.allow_burst(rate))
}

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Problem> {
    limiter.check_key(key).map_err(|until| {
        let wait: Duration = until.wait_time_from(limiter.clock().now());
        Problem::RateLimited(wait)
    })
}
