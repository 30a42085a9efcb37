//! The event stream, event by event, as the contract has it.

use reqwest::Method;
use serde_json::Value;

use crate::{
    app::{Setup, TestApp, soon},
    events::{Event, Page, names},
    reader::Reader,
    user::{User, stream_path},
};

const PACED: &str = "這段感情會有結果嗎？ [[sim rate=600]]";

async fn follow_with(user: &User, task_id: &str, query: &str) -> Reader {
    let path = format!("{}?{query}", stream_path(task_id));
    Reader::open(user.request(Method::GET, &path)).await
}

fn streaming(events: &[Event]) -> impl Iterator<Item = &Event> {
    events.iter().filter(|event| event.name == "llm_streaming")
}

#[tokio::test]
async fn a_reading_arrives_while_it_is_written() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(PACED).await;
    let reader = asker.follow(&task_id).await;
    for (name, value) in [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("cache-control", "no-cache, no-transform"),
        ("x-accel-buffering", "no"),
        ("incremental", "?1"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(
            reader.headers.get(name).map(|value| value.as_bytes()),
            Some(value.as_bytes())
        );
    }
    assert_eq!(
        reader.opening, "retry: 2000\nid: 0.0",
        "a cursor before the first event"
    );
    let events = reader.rest().await;
    let page = Page::of(&events);
    page.assert_complete();

    let told = names(&events);
    assert_eq!(told[..2], ["status", "lot"], "the poem comes first");
    let at = |name: &str| told.iter().position(|told| *told == name);
    assert!(at("sources") < at("section_started"), "{told:?}");
    assert_eq!(
        told.iter()
            .filter(|name| **name == "section_started")
            .count(),
        7
    );
    assert_eq!(told.last(), Some(&"complete"));
    let statuses: Vec<_> = events
        .iter()
        .filter(|event| event.name == "status")
        .collect();
    let statuses: Vec<_> = statuses
        .iter()
        .map(|event| event.data["status"].as_str())
        .collect();
    assert_eq!(
        statuses,
        [Some("queued"), Some("retrieving"), Some("generating")]
    );

    assert!(
        streaming(&events).count() > 20,
        "text comes in pieces: {told:?}"
    );
    let totals: Vec<_> = streaming(&events)
        .map(|event| event.data["total_tokens"].as_u64())
        .collect();
    assert!(
        totals.is_sorted() && totals[0] > Some(0),
        "tokens are counted: {totals:?}"
    );
    let result = page.result();
    assert_eq!(result["origin"], "model");
    assert_eq!(result["task_id"], task_id.as_str());
    assert!(
        result["timings"]["first_token_ms"].is_u64(),
        "{}",
        result["timings"]
    );
}

#[tokio::test]
async fn partial_text_is_the_answer_so_far() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(PACED).await;
    let events = asker.follow(&task_id).await.rest().await;
    let whole = Page::of(&events).result()["text"].clone();
    let whole = whole.as_str().expect("a result has text");
    let mut page = Page::default();
    let mut title = "";
    for event in &events {
        page.take(event);
        if event.name == "section_started" {
            title = event.data["title"].as_str().expect("a section has a title");
        }
        if event.name == "llm_streaming" {
            let partial = event.data["partial_text"]
                .as_str()
                .expect("it comes by default");
            let (_, open) = page.open.as_ref().expect("a section is open");
            let gap = if page.sealed.is_empty() { "" } else { "\n\n" };
            let so_far = format!("{}{gap}{title}\n{open}", page.whole_text());
            assert_eq!(partial, so_far);
            assert!(
                whole.starts_with(partial),
                "it has the form of `result.text`"
            );
        }
    }
}

#[tokio::test]
async fn partial_text_can_be_left_out() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(PACED).await;
    let events = follow_with(&asker, &task_id, "partial_text=off")
        .await
        .rest()
        .await;
    Page::of(&events).assert_complete();
    assert!(streaming(&events).count() > 20);
    for event in streaming(&events) {
        assert_eq!(event.data.get("partial_text"), None);
    }
}

#[tokio::test]
async fn a_late_reader_has_the_same_reading() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(PACED).await;
    let live = asker.follow(&task_id).await.page().await;
    let events = asker.follow(&task_id).await.rest().await;
    let late = Page::of(&events);
    late.assert_complete();
    assert_eq!(late.sealed, live.sealed);
    assert_eq!(late.result(), live.result());
    assert_eq!(late.cursor, live.cursor);
    assert_eq!(streaming(&events).count(), 0, "sealed sections come whole");
    let alias = format!("/api/v1/async-chat/sse/{task_id}");
    let alias = Reader::open(asker.request(Method::GET, &alias)).await;
    assert_eq!(
        alias.rest().await,
        events,
        "the older name is the same stream"
    );
    let document = asker.task(&task_id).await;
    assert_eq!(document["result"], *live.result());
    assert_eq!(document["last_event_id"], live.cursor.as_str());
}

#[tokio::test]
async fn many_readers_have_the_same_reading() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask(PACED).await;
    let readers = (0..8).map(async |_| asker.follow(&task_id).await.page().await);
    let pages = futures::future::join_all(readers).await;
    for page in &pages {
        page.assert_complete();
        assert_eq!(page.sealed, pages[0].sealed);
        assert_eq!(page.result(), pages[0].result());
    }
}

#[tokio::test]
async fn the_poem_shows_although_every_worker_is_busy() {
    let app = TestApp::with(Setup {
        workers: 1,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    asker.ask("會嗎？ [[sim fault=hang]]").await;
    soon(
        "the only worker to be busy",
        app.sim.until(|calls| calls.len() == 1),
    )
    .await;
    asker.ask("會嗎？").await;
    let task_id = asker.ask("會嗎？").await;
    let mut reader = asker.follow(&task_id).await;
    let events = reader.until(|event| event.name == "heartbeat").await;
    assert_eq!(names(&events), ["status", "lot"]);
    let heartbeat = &events.last().expect("a heartbeat").data;
    assert_eq!(heartbeat["phase"], "queued");
    assert_eq!(heartbeat["position"], 2, "one waits before it: {heartbeat}");
}

#[tokio::test]
async fn a_silent_model_is_told_from_a_dead_one() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？ [[sim fault=stall@200 think=3]]").await;
    let mut reader = asker.follow(&task_id).await;
    let writing = |event: &Event| event.data["phase"] == "writing";
    let events = reader.until(writing).await;
    let phases: Vec<_> = events
        .iter()
        .filter_map(|event| event.data["phase"].as_str())
        .collect();
    assert!(phases.contains(&"waiting_for_model"), "{phases:?}");
    let thoughts = events
        .iter()
        .any(|event| event.data.to_string().contains("reasoning"));
    assert!(!thoughts, "a model's thoughts are never sent");
}

#[tokio::test]
async fn a_section_that_is_dropped_is_written_again() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let fault = "會嗎？ [[sim rate=800 fault=cut@overall_development times=1]]";
    let task_id = asker.ask(fault).await;
    let events = asker.follow(&task_id).await.rest().await;
    let page = Page::of(&events);
    page.assert_complete();
    assert_eq!(page.drops, 1, "{:?}", names(&events));
    let reset = events
        .iter()
        .find(|event| event.name == "section_reset")
        .expect("a reset");
    assert_eq!(reset.data["section"], "overall_development");
    assert_eq!(reset.data["reason"], "model_failed");
    assert!(reset.data["attempt"].is_u64());
    assert_eq!(page.result()["origin"], "model");
    assert_eq!(
        app.sim.calls().len(),
        2,
        "the rest was written by a second call"
    );
    let late = asker.follow(&task_id).await.page().await;
    assert_eq!(late.sealed, page.sealed);
}

#[tokio::test]
async fn every_end_is_the_only_one_and_the_last() {
    let reading = kaucim_fortune::Settings {
        classic: false,
        ..kaucim_fortune::Settings::default()
    };
    let app = TestApp::with(Setup {
        reading,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let check = async |text: &str, end: &str, status: &str| -> Value {
        let task_id = asker.ask(text).await;
        if end == "cancelled" {
            asker.cancel(&task_id).await;
        }
        let live = asker.follow(&task_id).await.page().await;
        let late = asker.follow(&task_id).await.page().await;
        let last = live.end.expect("the stream has a terminal event");
        assert_eq!(last.name, end);
        assert_eq!(late.end.as_ref(), Some(&last), "the same for a late reader");
        let task = asker.task(&task_id).await;
        assert_eq!(task["status"], status, "{task}");
        assert!(task["finished_at"].is_string(), "{task}");
        let after = asker.request(Method::GET, &stream_path(&task_id));
        let after = crate::user::answer(after.header("last-event-id", &late.cursor)).await;
        assert_eq!(
            after.status,
            204,
            "nothing follows the end: {}",
            after.body()
        );
        last.data
    };
    check("會嗎？", "complete", "completed").await;
    check("會嗎？ [[sim fault=hang]]", "cancelled", "cancelled").await;
    let error = check("會嗎？ [[sim fault=400]]", "error", "failed").await;
    assert_eq!(error["code"], "models_failed", "{error}");
    assert!(
        error["message"].is_string() && error["retry_allowed"].is_boolean(),
        "{error}"
    );
}

#[tokio::test]
async fn where_no_model_can_write_the_reading_is_classic() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("會嗎？ [[sim fault=400]]").await;
    let events = asker.follow(&task_id).await.rest().await;
    let page = Page::of(&events);
    page.assert_complete();
    assert_eq!(page.result()["origin"], "classic");
    assert!(
        page.sealed
            .iter()
            .all(|section| section["origin"] == "classic")
    );
    assert!(
        names(&events).contains(&"notice"),
        "it says so: {:?}",
        names(&events)
    );
}

#[tokio::test]
async fn care_comes_before_anything_else() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    let task_id = asker.ask("我不想活了，還有希望嗎？").await;
    let events = asker.follow(&task_id).await.rest().await;
    assert_eq!(names(&events)[..3], ["status", "notice", "lot"]);
    let notice = events
        .iter()
        .find(|event| event.name == "notice")
        .expect("a notice");
    assert_eq!(notice.data["kind"], "safety");
}
