//! The pure way from the bytes of an answer to its deltas; it knows no socket and no clock.

use serde::de::IgnoredAny;

use crate::{
    Delta, Error, Provider,
    framing::{Frame, Frames, Framing, MAX_EVENT_BYTES},
    judge::Judge,
    refusal,
};

/// The most bytes of one answer, markup included.
const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// Decodes the body of one successful HTTP answer.
///
/// The same bytes give the same deltas however they are cut into pieces. The last item, from
/// [`feed`](Self::feed) or at the latest from [`end`](Self::end), is [`Delta::Finished`] or an
/// error; nothing follows it.
pub struct Decoder {
    provider: Provider,
    frames: Frames,
    judge: Judge,
    bytes_left: usize,
    is_over: bool,
}

impl Decoder {
    /// A decoder for a body of this content type.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the provider's protocol has no such content type.
    pub fn new(provider: Provider, content_type: Option<&str>) -> Result<Self, Error> {
        let essence = content_type
            .unwrap_or("none")
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let framing = match essence.to_ascii_lowercase().as_str() {
            "text/event-stream" => Framing::Events,
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Framing::Lines,
            "application/json" => Framing::Whole,
            other => {
                let message = format!("the content type is {}", refusal::bounded(other));
                return Err(Error::Malformed { message });
            }
        };
        Ok(Self {
            provider,
            frames: Frames::new(framing),
            judge: Judge::default(),
            bytes_left: MAX_RESPONSE_BYTES,
            is_over: false,
        })
    }

    /// Takes the next bytes, as many as have come, and returns what they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Result<Delta, Error>> {
        let mut items = Vec::new();
        let mut allowed = &bytes[..bytes.len().min(self.bytes_left)];
        self.bytes_left -= allowed.len();
        let is_too_long = bytes.len() > allowed.len();
        while !self.is_over {
            match self.frames.next(&mut allowed) {
                Ok(Some(frame)) => self.take(frame, &mut items),
                Ok(None) => break,
                Err(_) => self.give_up(too_long("an event", MAX_EVENT_BYTES), &mut items),
            }
        }
        if is_too_long && !self.is_over {
            self.give_up(too_long("the answer", MAX_RESPONSE_BYTES), &mut items);
        }
        items
    }

    /// Tells that no more bytes come, for whatever reason, and returns the verdict.
    pub fn end(&mut self) -> Vec<Result<Delta, Error>> {
        let mut items = Vec::new();
        if self.is_over {
            return items;
        }
        if let Some(frame) = self.frames.end().filter(|frame| !self.is_cut(frame)) {
            self.take(frame, &mut items);
        }
        if !self.is_over {
            self.conclude(&mut items);
        }
        items
    }

    /// Whether the model has said how its answer ended, so that only the usage may still come.
    pub fn has_ending(&self) -> bool {
        self.judge.has_ending()
    }

    /// Whether the last event broke off: then the cut is what went wrong, and not its form.
    fn is_cut(&self, frame: &Frame) -> bool {
        match self.frames.framing() {
            Framing::Whole => {
                serde_json::from_slice::<IgnoredAny>(&frame.data).is_err_and(|error| error.is_eof())
            }
            Framing::Events | Framing::Lines => {
                let read = self.provider.read(&frame.data);
                !frame.is_error && matches!(read, Err(Error::Malformed { .. }))
            }
        }
    }

    fn take(&mut self, frame: Frame, items: &mut Vec<Result<Delta, Error>>) {
        if frame.is_error {
            let message = refusal::message(&frame.data);
            return self.give_up(Error::Failed { message }, items);
        }
        let event = match self.provider.read(&frame.data) {
            Ok(event) => event,
            Err(error) => return self.give_up(error, items),
        };
        if self.frames.framing() == Framing::Whole && !event.is_answer {
            let message = "the body holds no answer".to_owned();
            return self.give_up(Error::Malformed { message }, items);
        }
        let is_last = event.is_last;
        items.extend(self.judge.hear(event).into_iter().map(Ok));
        if is_last {
            self.conclude(items);
        }
    }

    fn conclude(&mut self, items: &mut Vec<Result<Delta, Error>>) {
        self.is_over = true;
        items.extend(self.judge.conclude());
    }

    fn give_up(&mut self, error: Error, items: &mut Vec<Result<Delta, Error>>) {
        self.is_over = true;
        items.push(Err(error));
    }
}

fn too_long(what: &str, bytes: usize) -> Error {
    Error::Malformed {
        message: format!("{what} is longer than {bytes} bytes"),
    }
}
