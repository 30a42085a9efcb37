//! Cuts bytes into events, wherever the network has cut them into pieces.

/// The most bytes of one line or event; a server that writes more without an end is not believed.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a body is divided into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events: `data:` lines up to an empty one; comments are pings.
    Events,
    /// One JSON value a line.
    Lines,
    /// The body is one JSON value.
    Whole,
}

/// One event, as bytes that are not yet looked into.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) data: Vec<u8>,
    /// The event calls itself an error (`event: error`, or a field named `error`).
    pub(crate) is_error: bool,
}

/// A line or an event grew beyond [`MAX_EVENT_BYTES`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The state between two pieces: an unfinished line and an unfinished event.
pub(crate) struct Frames {
    framing: Framing,
    line: Vec<u8>,
    /// The last byte was a CR that ended a line; an LF right after it belongs to it.
    after_cr: bool,
    event: Option<Vec<u8>>,
    is_error: bool,
}

impl Frames {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            line: Vec::new(),
            after_cr: false,
            event: None,
            is_error: false,
        }
    }

    pub(crate) fn framing(&self) -> Framing {
        self.framing
    }

    /// Takes bytes off the front of `input` until a frame is complete, or until all are taken.
    pub(crate) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, TooLong> {
        if self.framing == Framing::Whole {
            // The decoder bounds a whole body by the bytes of a response.
            self.line.extend_from_slice(input);
            *input = &[];
            return Ok(None);
        }
        while let Some(line) = self.next_line(input)? {
            if let Some(frame) = self.take_line(line)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// What is left when the bytes have ended. It may be cut: a caller must not trust it to parse.
    pub(crate) fn end(&mut self) -> Option<Frame> {
        let line = std::mem::take(&mut self.line);
        if let Ok(Some(frame)) = self.take_line(line) {
            return Some(frame);
        }
        self.take_event()
    }

    fn next_line(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, TooLong> {
        let Some(first) = input.first() else {
            return Ok(None);
        };
        if std::mem::take(&mut self.after_cr) && *first == b'\n' {
            *input = &input[1..];
        }
        let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let piece = &input[..end.unwrap_or(input.len())];
        if self.line.len() + piece.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        self.line.extend_from_slice(piece);
        let Some(end) = end else {
            *input = &[];
            return Ok(None);
        };
        self.after_cr = input[end] == b'\r';
        *input = &input[end + 1..];
        Ok(Some(std::mem::take(&mut self.line)))
    }

    fn take_line(&mut self, line: Vec<u8>) -> Result<Option<Frame>, TooLong> {
        let line = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => rest.to_vec(),
            None => line,
        };
        match self.framing {
            Framing::Events if line.is_empty() => Ok(self.take_event()),
            Framing::Events => self.take_field(&line).map(|()| None),
            Framing::Lines | Framing::Whole => {
                let is_blank = line.iter().all(u8::is_ascii_whitespace);
                Ok((!is_blank).then_some(Frame {
                    data: line,
                    is_error: false,
                }))
            }
        }
    }

    fn take_field(&mut self, line: &[u8]) -> Result<(), TooLong> {
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => self.add_data(value),
            b"error" => {
                self.is_error = true;
                self.add_data(value)
            }
            b"event" => {
                self.is_error |= value == b"error";
                Ok(())
            }
            // A comment (the name is empty), `id`, `retry` and what the format does not know.
            _ => Ok(()),
        }
    }

    fn add_data(&mut self, value: &[u8]) -> Result<(), TooLong> {
        let separator: &[u8] = if self.event.is_some() { b"\n" } else { b"" };
        let event = self.event.get_or_insert_default();
        if event.len() + separator.len() + value.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        event.extend_from_slice(separator);
        event.extend_from_slice(value);
        Ok(())
    }

    fn take_event(&mut self) -> Option<Frame> {
        let is_error = std::mem::take(&mut self.is_error);
        self.event.take().map(|data| Frame { data, is_error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(framing: Framing, input: &str, expected: &[&str]) {
        let mut frames = Frames::new(framing);
        let mut rest = input.as_bytes();
        let mut found = Vec::new();
        while let Some(frame) = frames.next(&mut rest).unwrap() {
            found.push(String::from_utf8(frame.data).unwrap());
        }
        found.extend(
            frames
                .end()
                .map(|frame| String::from_utf8(frame.data).unwrap()),
        );
        assert_eq!(found, expected, "{input:?}");
    }

    #[test]
    fn events_end_with_an_empty_line_of_any_kind() {
        check(
            Framing::Events,
            "data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\n",
            &["a", "b", "c", "d"],
        );
        check(Framing::Events, "\u{feff}data:a\ndata:  b\n\n", &["a\n b"]);
        check(
            Framing::Events,
            ": ping\n\n:\n\nid: 4\nevent: message\n\ndata\n\n",
            &[""],
        );
        check(Framing::Events, "data: a\n\ndata: no end", &["a", "no end"]);
        check(Framing::Events, "<html>\n<p>data: x</p>\n", &[]);
    }

    #[test]
    fn lines_are_events_and_blank_ones_are_not() {
        check(Framing::Lines, "{}\n\n \r\n[]\r\n1", &["{}", "[]", "1"]);
        check(Framing::Whole, "{\n}\n", &["{\n}\n"]);
        check(Framing::Whole, "", &[]);
    }

    #[test]
    fn an_event_that_calls_itself_an_error_is_marked() {
        for text in ["event: error\ndata: {}\n\n", "error: {}\n\n"] {
            let mut rest = text.as_bytes();
            let frame = Frames::new(Framing::Events).next(&mut rest).unwrap();
            assert_eq!(
                frame,
                Some(Frame {
                    data: b"{}".to_vec(),
                    is_error: true
                })
            );
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = vec![b'a'; MAX_EVENT_BYTES + 1];
        let mut frames = Frames::new(Framing::Lines);
        assert_eq!(frames.next(&mut &long[..]), Err(TooLong));

        let mut many_lines = b"data: ".to_vec();
        many_lines.extend(vec![b'a'; MAX_EVENT_BYTES / 2]);
        many_lines.push(b'\n');
        let mut frames = Frames::new(Framing::Events);
        assert_eq!(frames.next(&mut &many_lines[..]), Ok(None));
        assert_eq!(frames.next(&mut &many_lines[..]), Err(TooLong));
    }
}
