//! Matches what a reader held, and when, with what the simulated model sent, and when.

use llmsim::Times;

use crate::clock::between_ms;

/// From this moment on, the reader held so many bytes of a section's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) us: u64,
    pub(crate) section: String,
    pub(crate) bytes: usize,
}

/// How the tokens of one stream came. Only tokens that told text count, not the marks of JSON
/// between the sections, which no reader ever gets.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Delivery {
    /// From the model's sending to the reader's holding, in milliseconds, of every token.
    pub(crate) latencies_ms: Vec<f64>,
    /// Tokens a second from the sending of the first to the holding of the last.
    pub(crate) rate: Option<f64>,
    /// Tokens that never came.
    pub(crate) missing: usize,
}

/// A reader's stream, whose arrivals tell where in the text they are. An arrival that brings
/// several tokens at once counts for each of them.
pub(crate) fn by_place(arrivals: &[Arrival], sent: &Times) -> Delivery {
    deliver(sent, |_, section, bytes| {
        arrivals
            .iter()
            .find(|arrival| arrival.section == section && arrival.bytes >= bytes)
            .map(|arrival| arrival.us)
    })
}

/// The model's own stream, which brings token after token. What had not come when the reader
/// stopped reading is not missed.
pub(crate) fn in_order(came_us: &[u64], sent: &Times) -> Delivery {
    let delivery = deliver(sent, |index, _, _| came_us.get(index).copied());
    Delivery {
        missing: 0,
        ..delivery
    }
}

/// How many of the tokens told text.
pub(crate) fn told(sent: &Times) -> u32 {
    let mut tokens = 0;
    deliver(sent, |_, _, _| {
        tokens += 1;
        None
    });
    tokens
}

fn deliver(sent: &Times, mut came: impl FnMut(usize, &str, usize) -> Option<u64>) -> Delivery {
    let mut delivery = Delivery::default();
    let mut told = (None, 0);
    let mut first_and_last = None;
    for (index, token) in sent.tokens.iter().enumerate() {
        if (token.section, token.bytes) == told {
            continue;
        }
        told = (token.section, token.bytes);
        let section = token.section.and_then(|section| sent.sections.get(section));
        let section = section.map_or("", String::as_str);
        let Some(us) = came(index, section, token.bytes) else {
            delivery.missing += 1;
            continue;
        };
        delivery.latencies_ms.push(between_ms(token.wall_us, us));
        let (first, _) = first_and_last.unwrap_or(((index, token.wall_us), (index, us)));
        first_and_last = Some((first, (index, us)));
    }
    delivery.rate = first_and_last.and_then(|((first, from_us), (last, to_us))| {
        (to_us > from_us).then(|| (last - first) as f64 / between_ms(from_us, to_us) * 1000.0)
    });
    delivery
}

#[cfg(test)]
mod tests {
    use llmsim::SentToken;

    use super::*;

    /// Tokens `{"a":"`, `xy`, `z`, `","b":"`, `u`, `"}` sent a millisecond apart.
    fn sent() -> Times {
        let told = [
            (None, 0),
            (Some(0), 2),
            (Some(0), 3),
            (Some(0), 3),
            (Some(1), 1),
            (Some(1), 1),
        ];
        let tokens = told.into_iter().enumerate();
        Times {
            id: 1,
            sections: vec!["a".to_owned(), "b".to_owned()],
            tokens: tokens
                .map(|(index, (section, bytes))| SentToken {
                    mono_us: 0,
                    wall_us: 1000 * index as u64,
                    section,
                    bytes,
                })
                .collect(),
        }
    }

    fn arrival(us: u64, section: &str, bytes: usize) -> Arrival {
        Arrival {
            us,
            section: section.to_owned(),
            bytes,
        }
    }

    #[test]
    fn every_token_is_timed_by_the_arrival_that_brought_its_last_byte() {
        let each = [
            arrival(1500, "a", 2),
            arrival(2250, "a", 3),
            arrival(5000, "b", 1),
        ];
        let delivery = by_place(&each, &sent());
        assert_eq!(delivery.latencies_ms, [0.5, 0.25, 1.0]);
        assert_eq!((delivery.rate, delivery.missing), (Some(750.0), 0));

        let merged = [arrival(2500, "a", 3), arrival(2600, "a", 3)];
        let delivery = by_place(&merged, &sent());
        assert_eq!(delivery.latencies_ms, [1.5, 0.5]);
        assert_eq!(delivery.missing, 1);
    }

    #[test]
    fn the_models_own_stream_is_timed_token_by_token() {
        let delivery = in_order(&[100, 1100, 2200, 3100], &sent());
        assert_eq!(delivery.latencies_ms, [0.1, 0.2]);
        assert_eq!(told(&sent()), 3);
        assert_eq!(delivery.missing, 0);
    }
}
