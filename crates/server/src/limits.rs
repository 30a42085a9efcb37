//! How often somebody may ask: by key, by guest and by address.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use kaucim_tasks::{AccountId, Principal};

use crate::problem::Problem;

/// Questions a minute, with as many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    pub per_account: NonZeroU32,
    pub per_guest: NonZeroU32,
    /// All guests of one address together; new guest sessions count as well.
    pub per_address: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        let per_minute = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            per_account: per_minute(600),
            per_guest: per_minute(10),
            per_address: per_minute(60),
        }
    }
}

/// Counts who asked how often.
pub(crate) struct Limiter {
    limits: Option<Limits>,
}

struct Limits {
    accounts: DefaultKeyedRateLimiter<AccountId>,
    guests: DefaultKeyedRateLimiter<AccountId>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// As often as questions, counted apart: a question and its draw belong together.
    account_draws: DefaultKeyedRateLimiter<AccountId>,
    guest_draws: DefaultKeyedRateLimiter<AccountId>,
    address_draws: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limiter {
    pub(crate) fn new(rates: Option<Rates>) -> Self {
        Self {
            limits: rates.map(|rates| Limits {
                accounts: RateLimiter::keyed(Quota::per_minute(rates.per_account)),
                guests: RateLimiter::keyed(Quota::per_minute(rates.per_guest)),
                addresses: RateLimiter::keyed(Quota::per_minute(rates.per_address)),
                account_draws: RateLimiter::keyed(Quota::per_minute(rates.per_account)),
                guest_draws: RateLimiter::keyed(Quota::per_minute(rates.per_guest)),
                address_draws: RateLimiter::keyed(Quota::per_minute(rates.per_address)),
            }),
        }
    }

    /// Counts a question of this principal, or says how long to wait.
    pub(crate) fn question(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        let Some(limits) = &self.limits else {
            return Ok(());
        };
        if who.is_guest {
            check(&limits.guests, &who.account_id)?;
            check(&limits.addresses, &address)
        } else {
            check(&limits.accounts, &who.account_id)
        }
    }

    /// Counts a draw of this principal, or says how long to wait.
    pub(crate) fn draw(&self, who: &Principal, address: IpAddr) -> Result<(), Problem> {
        let Some(limits) = &self.limits else {
            return Ok(());
        };
        if who.is_guest {
            check(&limits.guest_draws, &who.account_id)?;
            check(&limits.address_draws, &address)
        } else {
            check(&limits.account_draws, &who.account_id)
        }
    }

    /// Counts a new guest session of this address.
    pub(crate) fn session(&self, address: IpAddr) -> Result<(), Problem> {
        self.limits
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.addresses, &address))
    }

    /// Forgets those who have not asked for long.
    pub(crate) fn forget_idle(&self) {
        if let Some(limits) = &self.limits {
            limits.accounts.retain_recent();
            limits.guests.retain_recent();
            limits.addresses.retain_recent();
            limits.account_draws.retain_recent();
            limits.guest_draws.retain_recent();
            limits.address_draws.retain_recent();
        }
    }
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
