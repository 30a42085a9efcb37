//! All checks, in the order in which they are made.

use crate::check::Check;

mod asking;
mod cancel;
mod cursor;
mod documents;
mod draws;
mod follow_up;
mod ownership;
mod stream;
mod tickets;

pub(crate) fn all() -> Vec<&'static Check> {
    let parts = [
        asking::CHECKS,
        stream::CHECKS,
        cursor::CHECKS,
        documents::CHECKS,
        follow_up::CHECKS,
        cancel::CHECKS,
        ownership::CHECKS,
        tickets::CHECKS,
        draws::CHECKS,
    ];
    parts.into_iter().flatten().collect()
}
