//! A connection by hand: so cheap for the client that thousands of them leave the machine to what
//! is measured.

use std::io::ErrorKind;

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout_at,
};

use crate::{
    clock::wall_us,
    record::{Enough, Recording},
};

/// One connection to a server, for one request after the other.
#[derive(Debug)]
pub(crate) struct Connection(TcpStream);

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// When its last byte came, in microseconds since 1970.
    pub(crate) us: u64,
    pub(crate) body: String,
}

/// A streamed answer as it came, head and chunks and all; taken apart when time is not measured.
#[derive(Debug)]
pub(crate) struct Streamed {
    raw: Recording,
    /// Whether it came to its end.
    pub(crate) ended: bool,
}

/// What ends a body that comes in chunks; events hold no carriage return.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// Room for what comes next.
const ROOM: usize = 2048;

/// A request with a JSON body, which may be empty; `credential` is a whole header.
pub(crate) fn request(method: &str, path: &str, credential: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: kaucim\r\n{credential}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Connection {
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        let address = url.strip_prefix("http://").context("no HTTP address")?;
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        Ok(Self(tcp))
    }

    pub(crate) async fn send(&mut self, request: &str) -> anyhow::Result<()> {
        Ok(self.0.write_all(request.as_bytes()).await?)
    }

    /// Sends a request and takes the answer, which says how long it is.
    pub(crate) async fn ask(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.send(request).await?;
        let mut bytes = Vec::with_capacity(ROOM);
        loop {
            let read = self.0.read_buf(&mut bytes).await?;
            let us = wall_us();
            ensure!(read > 0, "the connection was closed before the answer");
            if let Some((status, body)) = whole(&bytes)? {
                let body = String::from_utf8(body.to_vec())?;
                return Ok(Answer { status, us, body });
            }
        }
    }

    /// Records a streamed answer to its end, or until it is enough; an event that is enough has to
    /// be a short one.
    pub(crate) async fn record(&mut self, enough: Enough) -> anyhow::Result<Streamed> {
        let mut raw = Recording::default();
        let event = enough.event.map(|name| format!("event: {name}\n"));
        let mut ended = false;
        loop {
            raw.bytes.reserve(ROOM);
            let before = raw.bytes.len();
            match timeout_at(enough.by, self.0.read_buf(&mut raw.bytes)).await {
                Err(_) | Ok(Ok(0)) => break,
                Ok(read) => read?,
            };
            raw.came.push((raw.bytes.len(), wall_us()));
            ended = raw.bytes.ends_with(LAST_CHUNK);
            let new = &raw.bytes[before.saturating_sub(ROOM)..];
            if ended || event.as_ref().is_some_and(|event| has_whole(new, event)) {
                break;
            }
        }
        Ok(Streamed { raw, ended })
    }

    /// What came next, which is not kept.
    pub(crate) async fn piece(&mut self) -> anyhow::Result<Vec<u8>> {
        // Without waiting for it first, every idle reader would hold room for it.
        self.0.readable().await?;
        let mut piece = Vec::with_capacity(ROOM);
        let read = match self.0.try_read_buf(&mut piece) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(piece),
            read => read?,
        };
        ensure!(read > 0, "the connection was closed");
        Ok(piece)
    }
}

/// Status and body, once all of it is there.
fn whole(bytes: &[u8]) -> anyhow::Result<Option<(u16, &[u8])>> {
    let Some((head, body)) = split(bytes)? else {
        return Ok(None);
    };
    let length = field(head, "content-length").map_or(Ok(0), str::parse::<usize>)?;
    Ok((body.len() >= length).then_some((status(head)?, body)))
}

fn split(bytes: &[u8]) -> anyhow::Result<Option<(&str, &[u8])>> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let Some((head, body)) = end.map(|end| bytes.split_at(end + 4)) else {
        return Ok(None);
    };
    Ok(Some((std::str::from_utf8(head)?, body)))
}

fn status(head: &str) -> anyhow::Result<u16> {
    let status = head.split(' ').nth(1).context("no status")?;
    Ok(status.parse()?)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    fields
        .into_iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether an event of this first line stands here to its end.
fn has_whole(bytes: &[u8], event: &str) -> bool {
    let mut places = bytes.windows(event.len());
    let begins = places.position(|place| place == event.as_bytes());
    begins.is_some_and(|at| bytes[at..].windows(2).any(|pair| pair == b"\n\n"))
}

impl Streamed {
    /// The body without the chunks that it came in, as far as they came whole.
    ///
    /// # Errors
    /// It was refused, or it is not in chunks.
    pub(crate) fn body(&self) -> anyhow::Result<Recording> {
        let bytes = &self.raw.bytes;
        let (head, chunks) = split(bytes)?.context("no answer came")?;
        let status = status(head)?;
        ensure!(
            status == 200,
            "{status}: {}",
            String::from_utf8_lossy(chunks)
        );
        let mut recording = Recording::default();
        let mut at = head.len();
        while let Some(end) = bytes[at..].windows(2).position(|pair| pair == b"\r\n") {
            let length = std::str::from_utf8(&bytes[at..at + end])?;
            let Ok(length) = usize::from_str_radix(length, 16) else {
                bail!("`{length}` is no length of a chunk");
            };
            let begin = at + end + 2;
            let Some(chunk) = bytes.get(begin..begin + length) else {
                break;
            };
            at = begin + length + 2;
            let Some(us) = self.raw.came_us(at).filter(|_| length > 0) else {
                break;
            };
            recording.bytes.extend_from_slice(chunk);
            recording.came.push((recording.bytes.len(), us));
        }
        Ok(recording)
    }

    /// How many bytes the connection brought.
    pub(crate) fn bytes(&self) -> usize {
        self.raw.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streamed_body_is_taken_out_of_its_chunks() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let rest = "b\r\ndata: one\n\n\r\n4\r\nabcd\r\n0\r\n\r\n";
        let bytes = format!("{head}{rest}").into_bytes();
        let streamed = Streamed {
            raw: Recording {
                came: vec![(head.len() + 8, 3), (head.len() + 20, 4), (bytes.len(), 5)],
                bytes,
            },
            ended: true,
        };
        let body = streamed.body().unwrap();
        assert_eq!(body.bytes, b"data: one\n\nabcd");
        assert_eq!(body.came, [(11, 4), (15, 5)]);
    }

    #[test]
    fn a_refused_stream_says_why() {
        let streamed = Streamed {
            raw: Recording {
                bytes: b"HTTP/1.1 404 Not Found\r\n\r\nno such task".to_vec(),
                came: vec![(38, 1)],
            },
            ended: false,
        };
        let error = streamed.body().unwrap_err().to_string();
        assert_eq!(error, "404: no such task");
    }

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let text = "HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nabc";
        for end in 0..text.len() {
            assert!(whole(&text.as_bytes()[..end]).unwrap().is_none());
        }
        let (status, body) = whole(text.as_bytes()).unwrap().unwrap();
        assert_eq!((status, body), (202, b"abc".as_slice()));
    }

    #[test]
    fn an_event_is_whole_with_the_line_behind_it() {
        assert!(!has_whole(
            b"id: 1.0\nevent: lot\ndata: {}\n",
            "event: lot\n"
        ));
        assert!(has_whole(
            b"id: 1.0\nevent: lot\ndata: {}\n\n",
            "event: lot\n"
        ));
        assert!(!has_whole(b"event: lots\ndata: {}\n\n", "event: lot\n"));
    }
}
