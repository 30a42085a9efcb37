//! Cursors: where a reader goes on, and what becomes of one that means nothing.

use reqwest::Method;

use crate::{
    app::TestApp,
    events::{Page, place},
    reader::Reader,
    user::{User, answer, stream_path},
};

const STALLS: &str = "這段感情會有結果嗎？ [[sim fault=stall@120]]";

async fn follow_by_query(user: &User, task_id: &str, cursor: &str) -> Reader {
    let path = format!("{}?last_event_id={cursor}", stream_path(task_id));
    Reader::open(user.request(Method::GET, &path)).await
}

/// A task whose model has fallen silent in a section, and what a reader has of it.
async fn stalled(user: &User) -> (String, Page) {
    let task_id = user.ask(STALLS).await;
    let mut reader = user.follow(&task_id).await;
    let mut page = Page::default();
    // Nothing more comes once the document has what the reader has.
    loop {
        let event = reader.next().await.expect("the stream stays open");
        page.take(&event);
        let task = user.task(&task_id).await;
        let open = page.open.as_ref().map_or("", |(_, text)| text.as_str());
        let calls = task["open"]["text"].as_str().unwrap_or_default();
        if open == calls && open.chars().count() >= 60 {
            return (task_id, page);
        }
    }
}

#[tokio::test]
async fn every_event_can_be_gone_on_from() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？").await;
    asker.finished(&task_id).await;
    let events = asker.follow(&task_id).await.rest().await;
    for (index, event) in events.iter().enumerate() {
        let Some(id) = &event.id else { continue };
        let cursor_again = events[index + 1..]
            .iter()
            .any(|later| later.id.as_ref() == Some(id));
        if cursor_again {
            continue;
        }
        let rest = &events[index + 1..];
        if rest.is_empty() {
            let request = asker.request(Method::GET, &stream_path(&task_id));
            let end = answer(request.header("last-event-id", id)).await;
            assert_eq!(end.status, 204, "the reader is at the end: {}", end.body());
            let path = format!("{}?last_event_id={id}", stream_path(&task_id));
            assert_eq!(asker.get(&path).await.status, 204);
            continue;
        }
        let by_header = asker.follow_from(&task_id, id).await;
        assert_eq!(
            by_header.opening,
            format!("retry: 2000\nid: {id}"),
            "the reader's own cursor"
        );
        assert_eq!(by_header.rest().await, *rest);
        let by_query = follow_by_query(&asker, &task_id, id).await;
        assert_eq!(by_query.opening, format!("retry: 2000\nid: {id}"));
        assert_eq!(by_query.rest().await.last(), rest.last());
    }
}

#[tokio::test]
async fn the_header_counts_before_the_query_and_an_empty_one_is_none() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？").await;
    asker.finished(&task_id).await;
    let path = format!("{}?last_event_id=1.0", stream_path(&task_id));
    let request = asker
        .request(Method::GET, &path)
        .header("last-event-id", "2.0");
    assert_eq!(Reader::open(request).await.opening, "retry: 2000\nid: 2.0");
    let reader = asker.follow_from(&task_id, "").await;
    assert_eq!(reader.opening, "retry: 2000\nid: 0.0");
    let page = reader.page().await;
    assert_eq!(
        page.resets, 0,
        "an empty header is what a browser has at first"
    );
    page.assert_complete();
    let from_start = asker.follow_from(&task_id, "0.0").await.page().await;
    assert_eq!(from_start, page);
}

#[tokio::test]
async fn what_is_no_place_starts_again() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let finished = asker.ask("會嗎？").await;
    asker.finished(&finished).await;
    let running = asker.ask("會嗎？ [[sim fault=hang]]").await;
    for cursor in [
        "x",
        ".",
        "1",
        "1.",
        ".1",
        "-1.0",
        "+1.0",
        "1.-1",
        "1.0.0",
        "0x1.0",
        "1,0",
        "1e3.0",
        "99.0",
        "999999999999999.0",
        "99999999999999999999.0",
        "1.99999999999999999999",
        "NaN.NaN",
        "%00",
        "1.0;drop",
    ] {
        let reader = asker.follow_from(&finished, cursor).await;
        let page = reader.page().await;
        assert_eq!(page.resets, 1, "{cursor}: everything is dropped once");
        page.assert_complete();
        let mut reader = asker.follow_from(&running, cursor).await;
        let first = reader.next_news().await.expect("an event");
        assert_eq!(
            (first.name.as_str(), first.id.as_deref()),
            ("reset", Some("0.0")),
            "{cursor}"
        );
        assert!(first.data["reason"].is_string(), "{first:?}");
        let then = reader.next_news().await.expect("an event");
        assert_eq!(
            (then.name.as_str(), then.id.as_deref()),
            ("status", Some("1.0")),
            "{cursor}"
        );
    }
    let request = asker.request(Method::GET, &stream_path(&finished));
    let bytes = Reader::open(request.header("last-event-id", b"\xff\xfe".as_slice())).await;
    assert_eq!(bytes.page().await.resets, 1);
    let twice = format!(
        "{}?last_event_id=1.0&last_event_id=2.0",
        stream_path(&finished)
    );
    asker
        .get(&twice)
        .await
        .assert_problem(422, "invalid_request");
}

#[tokio::test]
async fn a_place_inside_a_character_starts_again() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let (task_id, page) = stalled(&asker).await;
    let (sequence, offset) = place(&page.cursor);
    for inside in [offset - 1, offset - 2] {
        let mut reader = asker
            .follow_from(&task_id, &format!("{sequence}.{inside}"))
            .await;
        let mut again = Page::default();
        let reset = reader.next_news().await.expect("an event");
        assert_eq!(reset.name, "reset", "{reset:?}");
        again.take(&reset);
        for event in reader.until(|event| event.name == "llm_streaming").await {
            again.take(&event);
        }
        assert_eq!(again.open, page.open, "the present state follows");
        assert_eq!(again.cursor, page.cursor);
    }
    let mut whole = asker
        .follow_from(&task_id, &format!("{sequence}.{}", offset - 3))
        .await;
    let next = whole.next_news().await.expect("an event");
    let (_, text) = page.open.expect("a section is open");
    assert_eq!(
        next.data["token"],
        text[text.len() - 3..],
        "one character more: {next:?}"
    );
}

#[tokio::test]
async fn a_place_beyond_the_text_waits_for_it() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    // The same question is written in the same words, at whatever pace.
    let known = asker.ask("會嗎？").await;
    let known = asker.finished(&known).await;
    let first = known["sections"][0]["text"]
        .as_str()
        .expect("a section has text");
    let task_id = asker.ask("會嗎？ [[sim rate=400 fault=burst@60]]").await;
    let mut reader = asker.follow(&task_id).await;
    let started = reader.until(|event| event.name == "llm_streaming").await;
    let (sequence, _) = place(
        started
            .last()
            .and_then(|event| event.id.as_deref())
            .expect("an id"),
    );
    let beyond = first.char_indices().rev().nth(5).expect("it is long").0;
    let mut ahead = asker
        .follow_from(&task_id, &format!("{sequence}.{beyond}"))
        .await;
    assert_eq!(
        ahead.opening,
        format!("retry: 2000\nid: {sequence}.{beyond}")
    );
    let shown = asker.task(&task_id).await;
    let shown = shown["open"]["text"].as_str().expect("a section is open");
    assert!(shown.len() < beyond, "the text has not come so far yet");
    let next = ahead.next_news().await.expect("an event");
    match next.name.as_str() {
        "llm_streaming" => {
            let token = next.data["token"].as_str().expect("a token");
            assert!(
                first[beyond..].starts_with(token),
                "it goes on from there: {next:?}"
            );
        }
        "section_completed" => assert_eq!(next.data["text"], first),
        other => panic!("after waiting comes text or the seal, not {other}"),
    }
    let rest = ahead.rest().await;
    assert_eq!(
        rest.last().map(|event| event.name.as_str()),
        Some("complete")
    );
}

#[tokio::test]
async fn a_seal_voids_an_offset() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？ [[sim rate=600]]").await;
    let mut reader = asker.follow(&task_id).await;
    let mut page = Page::default();
    for event in reader.until(|event| event.name == "llm_streaming").await {
        page.take(&event);
    }
    drop(reader);
    asker.finished(&task_id).await;
    for event in asker.follow_from(&task_id, &page.cursor).await.rest().await {
        page.take(&event);
    }
    page.assert_complete();
}
