//! Takes a recorded body apart into server-sent events, each with the moment at which it was whole.

use crate::record::Recording;

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// When its last byte came, in microseconds since 1970.
    pub(crate) us: u64,
    /// Empty when it has none.
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
    /// One line; neither side writes more.
    pub(crate) data: &'a str,
}

/// The events that came whole; comments and events without a field of ours are left out.
pub(crate) fn parse(recording: &Recording) -> Vec<Event<'_>> {
    let bytes = &recording.bytes;
    let mut events = Vec::new();
    let mut start = 0;
    let ends = bytes.windows(2).enumerate();
    for (end, _) in ends.filter(|(_, pair)| *pair == b"\n\n") {
        let Some(us) = recording.came_us(end + 2) else {
            break;
        };
        let text = std::str::from_utf8(bytes.get(start..end).unwrap_or_default());
        start = end + 2;
        let mut event = Event {
            us,
            name: "",
            id: "",
            data: "",
        };
        for line in text.unwrap_or_default().lines() {
            match line.split_once(": ") {
                Some(("event", name)) => event.name = name,
                Some(("id", id)) => event.id = id,
                Some(("data", data)) => event.data = data,
                Some(_) | None => {}
            }
        }
        if !event.data.is_empty() {
            events.push(event);
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_come_when_its_last_byte_has() {
        let recording = Recording {
            bytes: b"retry: 2000\nid: 0.0\n\nid: 1.0\nevent: lot\ndata: {}\n\ndata: x\n\ndata: y\n"
                .to_vec(),
            came: vec![(30, 5), (49, 7), (50, 8), (68, 9)],
        };
        let events = parse(&recording);
        let event = |us, name, id, data| Event { us, name, id, data };
        assert_eq!(
            events,
            [event(8, "lot", "1.0", "{}"), event(9, "", "", "x")]
        );
    }
}
