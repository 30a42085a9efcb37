//! Reads what a server says when it does not answer: its status, its hints and its message.

use std::time::{Duration, SystemTime};

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;

use crate::Error;

/// The most characters of a foreign message that are kept.
const MAX_MESSAGE_CHARS: usize = 500;

/// The error that a status other than success stands for.
pub(crate) fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let (code, message) = (status.as_u16(), message(body));
    if status.is_success() || status.is_informational() || status.is_redirection() {
        return Error::Malformed {
            message: format!("it answered {code}"),
        };
    }
    // OpenAI answers 429 also when the account has no money left; waiting does not help then.
    let has_no_quota = body
        .windows(18)
        .any(|window| window == b"insufficient_quota");
    match code {
        408 | 425 | 429 | 500 | 502..=504 | 506..=599 if !has_no_quota => Error::Unavailable {
            status: code,
            message,
            retry_after: retry_after(headers),
        },
        _ => Error::Refused {
            status: code,
            message,
        },
    }
}

/// The message in a body: of `{"error":{…}}`, `{"error":"…"}`, `{"detail":…}` or plain text.
pub(crate) fn message(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => message_of(&value),
        Err(_) if body.trim_ascii_start().starts_with(b"<") => "(a page of HTML)".to_owned(),
        Err(_) => bounded(&String::from_utf8_lossy(body)),
    }
}

/// The message in an error, which may be a text, an object around one, or a list of those.
pub(crate) fn message_of(error: &Value) -> String {
    match error {
        Value::String(message) => bounded(message),
        Value::Array(list) => bounded(&list.iter().map(message_of).collect::<Vec<_>>().join("; ")),
        Value::Object(members) => {
            let inner = ["error", "detail", "message", "msg"]
                .iter()
                .find_map(|key| members.get(*key));
            let message = inner.map_or_else(|| bounded(&error.to_string()), message_of);
            // FastAPI says beside the message which field is wrong.
            match members
                .get("loc")
                .and_then(|place| place.as_array()?.last()?.as_str())
            {
                Some(field) => bounded(&format!("{field}: {message}")),
                None => message,
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => bounded(&error.to_string()),
    }
}

/// At most 500 characters on one line.
pub(crate) fn bounded(text: &str) -> String {
    let is_kept = |character: &char| !character.is_control() || character.is_whitespace();
    let text: String = text
        .chars()
        .filter(is_kept)
        .take(MAX_MESSAGE_CHARS * 2)
        .collect();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut kept: String = words.chars().take(MAX_MESSAGE_CHARS).collect();
    if kept.len() < words.len() {
        kept.push('…');
    }
    kept
}

/// `Retry-After` in seconds or as a date, which is compared with the server's own clock if told.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = httpdate::parse_http_date(value).ok()?;
    let date = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let now = date.unwrap_or_else(SystemTime::now);
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        assert_eq!(message(body.as_bytes()), expected);
    }

    #[test]
    fn messages_of_all_shapes_are_found() {
        check(r#"{"error":{"message":"no key","code":401}}"#, "no key");
        check(r#"{"error":"model not found"}"#, "model not found");
        check(r#"{"detail":"Not Found"}"#, "Not Found");
        check(
            r#"{"detail":[{"loc":["body","a"],"msg":"missing"},{"msg":"bad"}]}"#,
            "a: missing; bad",
        );
        check(r#"[{"error":{"code":429,"message":"quota"}}]"#, "quota");
        check(r#"{"error":{"type":"x","message":null}}"#, "null");
        check(r#"{"object":"error","message":"m"}"#, "m");
        check("Internal Server\u{1b} Error\n", "Internal Server Error");
        check("\n<!DOCTYPE html><html>", "(a page of HTML)");
        check("", "");
        check(&"長".repeat(600), &format!("{}…", "長".repeat(500)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |pairs: &[(&str, &str)]| {
            let pair = |(name, value): &(&str, &str)| {
                (
                    name.parse::<reqwest::header::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            };
            retry_after(&pairs.iter().map(pair).collect())
        };
        let date = ("date", "Sun, 22 Nov 2026 08:00:00 GMT");
        assert_eq!(read(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let later = ("retry-after", "Sun, 22 Nov 2026 08:00:09 GMT");
        assert_eq!(read(&[date, later]), Some(Duration::from_secs(9)));
        let past = ("retry-after", "Sun, 22 Nov 2026 07:00:00 GMT");
        assert_eq!(read(&[date, past]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "soon")]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn an_account_without_money_is_refused() {
        let body =
            br#"{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}"#;
        let error = from_response(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), body);
        assert!(matches!(error, Error::Refused { status: 429, .. }));
    }
}
