//! Whole histories on a disk that fails, by seed: the real store and workers on one thread, under
//! paused time, with power cuts at any operation, faults of the disk and of the model, clocks that
//! are set, and askers who lose their connection, come back, repeat themselves and cancel.
//!
//! What must hold is the promise: a question that was accepted has exactly one terminal event, no
//! sealed section changes, and every reader holds what is stored.

use std::{panic::AssertUnwindSafe, sync::atomic::AtomicU64, thread};

use self::world::{Amount, Planted, World};

mod asker;
mod model;
mod trace;
mod world;

/// How many histories are told; `make test` tells all of them.
const SEEDS: u64 = 1000;

/// Histories run side by side, each on a thread of its own.
const THREADS: usize = 2;

/// Tells the history of a seed; returns what happened, as one number.
fn history(seed: u64, planted: Planted) -> u64 {
    let mut world = World::new(seed, planted, false);
    world.run();
    world.trace()
}

/// The one history that somebody wants to read: `KAUCIM_SEED=7 cargo test -p kaucim-tasks --test it
/// the_promise -- --nocapture`.
fn wanted() -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is not configured otherwise"
    )]
    let seed = std::env::var("KAUCIM_SEED").ok()?;
    Some(seed.parse().expect("KAUCIM_SEED is a number"))
}

#[test]
fn the_promise_holds_in_every_history() {
    if let Some(seed) = wanted() {
        let mut world = World::new(seed, Planted::Nothing, true);
        world.run();
        println!("{:x}", world.trace());
        return;
    }
    let next = AtomicU64::new(0);
    let tell = || {
        let (mut broken, mut all) = (Vec::new(), Vec::new());
        loop {
            let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if seed >= SEEDS {
                return (broken, all);
            }
            let told = || World::new(seed, Planted::Nothing, false).run();
            match std::panic::catch_unwind(AssertUnwindSafe(told)) {
                Ok(amount) => all.push(amount),
                Err(_) => broken.push(seed),
            }
        }
    };
    let told: Vec<(Vec<u64>, Vec<Amount>)> = thread::scope(|scope| {
        let tellers: Vec<_> = (0..THREADS).map(|_| scope.spawn(tell)).collect();
        let told = tellers.into_iter().map(|one| one.join().expect("it tells"));
        told.collect()
    });
    let sum = |of: fn(&Amount) -> u64| -> u64 {
        let all = told.iter().flat_map(|(_, amounts)| amounts);
        all.map(of).sum()
    };
    println!(
        "{SEEDS} histories: {} lives, {} power losses, {} kills, {} stops; {} questions, {} calls",
        sum(|one| one.lives),
        sum(|one| one.power_losses),
        sum(|one| one.kills),
        sum(|one| one.stops),
        sum(|one| one.questions),
        sum(|one| one.calls),
    );
    let broken: Vec<u64> = told.into_iter().flat_map(|(broken, _)| broken).collect();
    assert!(
        broken.is_empty(),
        "the promise is broken in the histories of {broken:?}"
    );
}

#[test]
fn the_same_seed_tells_the_same_history() {
    let told: Vec<u64> = (0..20)
        .map(|seed| history(seed, Planted::Nothing))
        .collect();
    let again: Vec<u64> = (0..20)
        .map(|seed| history(seed, Planted::Nothing))
        .collect();
    assert_eq!(told, again);
    let mut each = told.clone();
    each.sort_unstable();
    each.dedup();
    assert_eq!(each.len(), told.len(), "each seed has a history of its own");
}

/// In some history of the first few the planted fault must be found.
fn is_found(planted: Planted) -> bool {
    let found =
        |seed| std::panic::catch_unwind(AssertUnwindSafe(|| history(seed, planted))).is_err();
    (0..40).any(found)
}

#[test]
fn a_lost_event_is_found() {
    assert!(is_found(Planted::LosesAnEvent));
}

#[test]
fn a_changed_section_is_found() {
    assert!(is_found(Planted::ChangesASection));
}

#[test]
fn a_question_that_is_forgotten_is_found() {
    assert!(is_found(Planted::ForgetsAQuestion));
}

#[test]
fn an_ending_that_comes_twice_is_found() {
    assert!(is_found(Planted::EndsTwice));
}

#[test]
fn a_call_that_was_not_counted_is_found() {
    assert!(is_found(Planted::CountsNoCall));
}
