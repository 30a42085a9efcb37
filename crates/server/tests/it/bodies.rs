//! Bodies that are no question at all: refused by their form, at once.

use std::convert::Infallible;

use futures::stream;
use reqwest::{Body, Method, RequestBuilder};

use crate::{
    app::TestApp,
    raw::send_raw,
    user::{ASK, User, answer, question},
};

const KIB: usize = 1024;

fn json(asker: &User, body: impl Into<Body>) -> RequestBuilder {
    asker
        .request(Method::POST, ASK)
        .header("content-type", "application/json")
        .body(body)
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let good = question("會嗎？").to_string();
    let nested = "[".repeat(20_000);
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"not json".to_vec(),
        format!("{good} {good}").into_bytes(),
        good.replace("7", "NaN").into_bytes(),
        good.replace("7", "07").into_bytes(),
        good.replace("會嗎？", "\\ud83d").into_bytes(),
        good.replace("會嗎？", "\\udc00\\ud800").into_bytes(),
        good.replace("會嗎？", "a\u{0}b").into_bytes(),
        good.replace("會嗎？", "a\nb").into_bytes(),
        good.replace("會嗎？", "\\x").into_bytes(),
        b"{\"question\": \"\xff\xfe\"}".to_vec(),
        good.replacen('{', &format!("{{\"x\": {nested}"), 1)
            .into_bytes(),
        format!("{{\"x\": {nested}").into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = answer(json(&asker, body)).await;
        assert_eq!(answer.status, 400, "{shown}: {}", answer.body());
        answer.assert_problem(400, "bad_json");
    }
    app.assert_nothing_spent();
    assert!(asker.history().await.is_empty(), "nothing is stored");
}

#[tokio::test]
async fn what_no_client_can_mean_is_422() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let good = question("會嗎？").to_string();
    let more = |members: &str| good.replacen('{', &format!("{{{members},"), 1);
    for body in [
        "[]".to_owned(),
        "[\"yue_lao\", null, 7, null, \"會嗎？\", null, {}, null]".to_owned(),
        "[".repeat(100) + &"]".repeat(100),
        "null".to_owned(),
        "\"question\"".to_owned(),
        "{}".to_owned(),
        more("\"question\": \"a\""),
        more("\"fortune_number\": 3"),
        more("\"context\": {\"who\": \"a\", \"who\": \"b\"}"),
        more("\"unknown\": 1, \"unknown\": 2"),
        more("\"unknown\": \"\\u0000\""),
    ] {
        let answer = answer(json(&asker, body.clone())).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body());
        answer.assert_problem(422, "invalid_request");
    }
    app.assert_nothing_spent();
    assert!(asker.history().await.is_empty(), "nothing is stored");
}

#[tokio::test]
async fn a_body_is_json_by_its_content_type() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let good = question("會嗎？").to_string();
    let post = || asker.request(Method::POST, ASK).body(good.clone());
    answer(post())
        .await
        .assert_problem(415, "unsupported_media_type");
    for content_type in [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/plain; application/json",
    ] {
        let answer = answer(post().header("content-type", content_type)).await;
        assert_eq!(answer.status, 415, "{content_type}: {}", answer.body());
        answer.assert_problem(415, "unsupported_media_type");
    }
    app.assert_nothing_spent();
    for content_type in ["application/json", "Application/JSON ; charset=utf-8"] {
        let answer = answer(post().header("content-type", content_type)).await;
        assert_eq!(answer.status, 202, "{content_type}: {}", answer.body());
    }
}

#[tokio::test]
async fn a_body_has_64_kib_at_most() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let good = question("會嗎？").to_string();
    let of = |bytes: usize| format!("{good}{}", " ".repeat(bytes - good.len()));
    for bytes in [64 * KIB + 1, 100 * KIB, 10 * KIB * KIB] {
        answer(json(&asker, of(bytes)))
            .await
            .assert_problem(413, "body_too_large");
        let pieces: Vec<_> = of(bytes)
            .as_bytes()
            .chunks(KIB)
            .map(<[u8]>::to_vec)
            .collect();
        let pieces = stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
        let unannounced = answer(json(&asker, Body::wrap_stream(pieces))).await;
        unannounced.assert_problem(413, "body_too_large");
    }
    app.assert_nothing_spent();
    let largest = answer(json(&asker, of(64 * KIB))).await;
    assert_eq!(largest.status, 202, "64 KiB are taken: {}", largest.body());
}

#[tokio::test]
async fn who_asks_before_writing_too_much_is_told_at_once() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let request = format!(
        "POST {ASK} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 10000000\r\n\
         Expect: 100-continue\r\n\r\n",
        asker.secret()
    );
    let answer = send_raw(&app, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("body_too_large"), "{answer}");
}
