//! Whose turn it is among guests: those of one address share theirs, so that nobody gets ahead of
//! others by coming as many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Addresses that are looked through for such as have nobody waiting any more.
const CROWDED: usize = 4096;

/// The last turn that was given to each address. Of this node and in memory alone: an address is
/// stored nowhere, and forgotten once its turns are over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<IpAddr, u64>>>);

/// Where the turn of a guest's question comes from.
#[derive(Debug)]
pub(crate) struct SharedTurn {
    pub turns: Turns,
    pub address: IpAddr,
}

impl SharedTurn {
    /// The next turn of the address, after the one that is being served.
    pub(crate) fn next(&self, served: u64) -> u64 {
        let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= CROWDED {
            turns.retain(|_, turn| *turn > served);
        }
        let turn = turns.entry(self.address).or_default();
        *turn = served.max(*turn) + 1;
        *turn
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_is_forgotten_once_its_turns_are_over() {
        let turns = Turns::default();
        let of = |last: u32| SharedTurn {
            turns: turns.clone(),
            address: Ipv4Addr::from_bits(last).into(),
        };
        for last in 0..4096 {
            assert_eq!(of(last).next(7), 8);
        }
        assert_eq!(of(1).next(7), 9, "the second of one address");
        assert_eq!(of(5000).next(8), 9);
        let left = turns.0.lock().unwrap().len();
        assert_eq!(left, 2, "whoever waits, and whoever came now");
    }
}
