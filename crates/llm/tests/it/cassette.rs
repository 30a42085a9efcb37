//! Reads the recorded exchanges and undoes their transfer coding.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

pub(crate) struct Cassette {
    /// `server/exchange`.
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) is_streamed: bool,
    /// Absent if no head ever came.
    pub(crate) status: Option<u64>,
    pub(crate) content_type: Option<String>,
    /// The head of the answer, to the empty line.
    pub(crate) head: Vec<u8>,
    /// The body as it went over the wire.
    pub(crate) wire: Vec<u8>,
    /// The answer came to its end, and the server left the connection open.
    pub(crate) is_complete: bool,
    is_chunked: bool,
}

/// All cassettes, in the order of their names.
pub(crate) fn all() -> Vec<Cassette> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes");
    let mut names = Vec::new();
    for server in fs::read_dir(root).unwrap().map(|entry| entry.unwrap()) {
        if !server.file_type().unwrap().is_dir() {
            continue;
        }
        for file in fs::read_dir(server.path())
            .unwrap()
            .map(|entry| entry.unwrap())
        {
            let (server, file) = (server.file_name(), file.file_name());
            let file = file.to_str().unwrap().strip_suffix(".json").unwrap();
            names.push(format!("{}/{file}", server.to_str().unwrap()));
        }
    }
    names.sort();
    names.iter().map(|name| load(name)).collect()
}

pub(crate) fn load(name: &str) -> Cassette {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes");
    let text = fs::read_to_string(root.join(format!("{name}.json"))).unwrap();
    let exchange: Value = serde_json::from_str(&text).unwrap();
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).unwrap();
    let headers = response["headers"].as_array().cloned().unwrap_or_default();
    let content_type = headers.iter().find(|header| {
        header[0]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case("content-type"))
    });
    let chunks = response["chunks"].as_array().cloned().unwrap_or_default();
    let body: Value = serde_json::from_str(&text_of(&request["body"])).unwrap_or_default();
    Cassette {
        name: name.to_owned(),
        method: text_of(&request["method"]),
        path: text_of(&request["path"]),
        is_streamed: body["stream"] == true,
        status: response["status"].as_u64(),
        content_type: content_type.map(|header| text_of(&header[1])),
        head: decode(&response["head_base64"]),
        wire: chunks
            .iter()
            .flat_map(|chunk| decode(&chunk["base64"]))
            .collect(),
        is_complete: text_of(&response["end"]).starts_with("complete"),
        is_chunked: response["framing"] == "chunked",
    }
}

impl Cassette {
    /// The body without the chunked coding, up to where it was cut.
    pub(crate) fn body(&self) -> Vec<u8> {
        if !self.is_chunked {
            return self.wire.clone();
        }
        let mut body = Vec::new();
        let mut rest = &self.wire[..];
        while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
            let size = std::str::from_utf8(&rest[..end]).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            if size == 0 {
                break;
            }
            body.extend_from_slice(&rest[end + 2..end + 2 + size]);
            rest = &rest[end + 2 + size + 2..];
        }
        body
    }

    /// Whether it is the answer to a chat, for which the client's verdict is of interest.
    pub(crate) fn is_chat(&self) -> bool {
        self.method == "POST" && self.path == "/v1/chat/completions"
    }
}
