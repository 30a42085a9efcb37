//! Each fault looks on the wire as its name says, in both protocols.

use std::time::Duration;

use tokio::time::timeout;

use crate::client::{App, BOTH, KEYS, Protocol, Seen, request};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn seen(protocol: Protocol, setting: &str) -> Seen {
    let app = App::start("").await;
    let question = format!("我的財運如何？[[sim {setting}]]");
    timeout(PATIENCE, app.stream(protocol, &question))
        .await
        .expect("an end of the answer")
}

fn tokens(seen: &Seen) -> usize {
    let text_of = |event: &&serde_json::Value| {
        let openai = event["choices"][0]["delta"]["content"].as_str();
        openai
            .or_else(|| event["message"]["content"].as_str())
            .is_some_and(|text| !text.is_empty())
    };
    seen.events().iter().filter(text_of).count()
}

#[tokio::test]
async fn cut_and_reset_break_the_connection_after_so_many_tokens() {
    for protocol in BOTH {
        let cut = seen(protocol, "fault=cut@12").await;
        assert_eq!((tokens(&cut), cut.finish()), (12, None));
        assert!(cut.broken.is_some() && !cut.was_reset());
        let reset = seen(protocol, "fault=reset@12").await;
        assert_eq!(tokens(&reset), 12);
        assert!(reset.was_reset(), "{:?}", reset.broken);
    }
}

#[tokio::test]
async fn a_fault_in_a_section_comes_half_way_through_it() {
    let text = seen(Protocol::OpenAi, "fault=cut@challenges").await.text();
    assert!(text.contains("\"challenges\":\""), "{text}");
    assert!(!text.contains("\"suggested_actions\""), "{text}");
    let unharmed = seen(Protocol::OpenAi, "fault=cut@no_such_section").await;
    assert_eq!(unharmed.finish().as_deref(), Some("stop"));
}

#[tokio::test]
async fn ends_without_a_finish_are_proper_ends() {
    for protocol in BOTH {
        let unfinished = seen(protocol, "fault=nofinish@9").await;
        assert!(unfinished.broken.is_none());
        assert_eq!((tokens(&unfinished), unfinished.finish()), (9, None));
        assert_eq!(unfinished.has_done(), protocol == Protocol::OpenAi);
        let error = seen(protocol, "fault=error200@9").await;
        assert!(error.broken.is_none() && !error.has_done() && error.status == 200);
        let last = error.events().pop().unwrap();
        assert!(last["error"].is_object() || last["error"].is_string());
        let nothing = seen(protocol, "fault=emptybody").await;
        assert!(nothing.broken.is_none() && nothing.status == 200 && nothing.body.is_empty());
    }
}

#[tokio::test]
async fn finishes_that_are_none() {
    for protocol in BOTH {
        let length = seen(protocol, "fault=length@conclusion").await;
        assert_eq!(length.finish().as_deref(), Some("length"));
        assert!(!length.text().ends_with('}'));
        let empty = seen(protocol, "fault=empty").await;
        assert_eq!(
            (empty.finish().as_deref(), empty.text().as_str()),
            (Some("stop"), "")
        );
    }
}

#[tokio::test]
async fn a_crash_sends_the_head_alone() {
    for protocol in BOTH {
        let crash = seen(protocol, "fault=crash").await;
        assert_eq!((crash.status.as_u16(), crash.body.len()), (200, 0));
        assert!(crash.broken.is_some());
    }
}

#[tokio::test]
async fn refusals_have_their_status_and_say_when_to_come_back() {
    for protocol in BOTH {
        for status in [400, 401, 429, 500, 503] {
            let refused = seen(protocol, &format!("fault={status} retry_after=7")).await;
            assert_eq!(refused.status.as_u16(), status);
            assert_eq!(refused.retry_after.as_deref(), Some("7"));
            assert!(!refused.body.is_empty());
        }
        let html = seen(protocol, "fault=html").await;
        assert!(html.status == 200 && html.content_type.starts_with("text/html"));
        assert_eq!(seen(protocol, "fault=redirect").await.status, 307);
    }
}

#[tokio::test]
async fn a_stall_is_silence_and_a_ping_stall_is_comments() {
    let app = App::start("ping=5").await;
    for protocol in BOTH {
        let body = request(protocol, "[[sim fault=ping_stall@3]]");
        let mut response = app.post(protocol, &body).await;
        let mut tail = Vec::new();
        // Some pings, whatever way they were split.
        while tail.iter().filter(|byte| **byte == b'\n').count() < 14 {
            tail.extend_from_slice(&response.chunk().await.unwrap().unwrap());
        }
        drop(response);
        let pinged = match protocol {
            Protocol::OpenAi => tail.windows(4).any(|window| window == b"\n:\n\n"),
            Protocol::Ollama => tail.ends_with(b"\n\n\n"),
        };
        assert!(pinged, "{}", String::from_utf8_lossy(&tail));

        let body = request(protocol, "[[sim fault=stall@3]]");
        let mut response = app.post(protocol, &body).await;
        app.sim
            .until(|calls| calls.last().unwrap().tokens_sent == 3)
            .await;
        let silence = async {
            while let Some(piece) = response.chunk().await.unwrap() {
                assert!(!piece.is_empty());
            }
        };
        assert!(timeout(Duration::from_millis(200), silence).await.is_err());
        assert_eq!(app.sim.calls().last().unwrap().ended, None);
    }
}

#[tokio::test]
async fn a_bad_chunk_and_a_big_line_stand_between_good_events() {
    for protocol in BOTH {
        let bad = seen(protocol, "fault=badchunk@5").await;
        let text = String::from_utf8_lossy(&bad.body);
        let lines = text
            .lines()
            .map(|line| line.strip_prefix("data: ").unwrap_or(line));
        let broken = lines.filter(|line| {
            line.starts_with('{') && serde_json::from_str::<serde_json::Value>(line).is_err()
        });
        assert_eq!(broken.count(), 1);
        assert_eq!(bad.finish().as_deref(), Some("stop"));
        let big = seen(protocol, "fault=bigline@5").await;
        assert!(big.body.len() > 16 << 20);
        assert_eq!(big.finish().as_deref(), Some("stop"));
    }
}

#[tokio::test]
async fn characters_are_split_over_writes_or_over_events() {
    for protocol in BOTH {
        let plain = seen(protocol, "").await;
        let writes = seen(protocol, "fault=splitutf8").await;
        assert_eq!(writes.text(), plain.text());
        assert!(
            writes
                .pieces
                .iter()
                .any(|piece| std::str::from_utf8(piece).is_err())
        );
        assert!(std::str::from_utf8(&plain.body).is_ok());
        let events = seen(protocol, "fault=splitevents@20").await;
        let invalid = events.body.split(|byte| *byte == b'\n');
        assert_eq!(
            invalid
                .filter(|line| std::str::from_utf8(line).is_err())
                .count(),
            2
        );
    }
}

#[tokio::test]
async fn crlf_ends_every_line() {
    for protocol in BOTH {
        let crlf = seen(protocol, "fault=crlf").await;
        let bare = crlf
            .body
            .windows(2)
            .any(|pair| pair[0] != b'\r' && pair[1] == b'\n');
        assert!(!bare);
        crlf.reading();
    }
}

#[tokio::test]
async fn texts_can_lack_what_was_asked_for() {
    let missing = seen(Protocol::OpenAi, "missing=challenges").await.reading();
    assert!(missing.get("challenges").is_none());
    let empty = seen(Protocol::OpenAi, "emptysection=challenges")
        .await
        .reading();
    assert_eq!(empty["challenges"], "");
    let prose = seen(Protocol::OpenAi, "fault=notjson").await.text();
    assert!(!prose.contains(['{', '"']) && prose.contains("雲開月出照前川"));
    let foreign = seen(Protocol::OpenAi, "wronglang=all").await.reading();
    assert!(foreign[KEYS[6]].as_str().unwrap().is_ascii());
}

#[tokio::test]
async fn an_endless_section_goes_on_beyond_every_limit() {
    let app = App::start("").await;
    let mut body = request(Protocol::OpenAi, "[[sim fault=endless@challenges]]");
    body["max_tokens"] = 100.into();
    let mut response = app.post(Protocol::OpenAi, &body).await;
    let mut bytes = 0;
    while bytes < 3_000_000 {
        bytes += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    app.sim.until(|calls| calls[0].ended.is_some()).await;
    assert!(app.sim.calls()[0].tokens_sent > 5_000);
}

#[tokio::test]
async fn schemas_are_refused_as_real_servers_refuse_them() {
    for protocol in BOTH {
        assert_eq!(seen(protocol, "badschema=400").await.status, 400);
        assert_eq!(seen(protocol, "badschema=500").await.status, 500);
    }
    let app = App::start("badschema=python").await;
    let mut body = request(Protocol::OpenAi, "q");
    let schema = body["response_format"]["json_schema"]["schema"].clone();
    assert_eq!(app.post(Protocol::OpenAi, &body).await.status(), 500);
    body["response_format"] = serde_json::json!({"type": "json_object", "schema": schema});
    let seen = Seen::all(app.post(Protocol::OpenAi, &body).await).await;
    assert_eq!(seen.reading().as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn a_fault_may_befall_only_the_first_calls_for_a_question() {
    let app = App::start("").await;
    let status = async |question: &str| {
        let question = format!("{question}[[sim fault=503 times=2]]");
        app.stream(Protocol::OpenAi, &question)
            .await
            .status
            .as_u16()
    };
    assert_eq!(
        [status("a").await, status("a").await, status("a").await],
        [503, 503, 200]
    );
    assert_eq!(status("b").await, 503);
    app.sim.clear();
    assert_eq!(status("a").await, 503);
}

#[tokio::test]
async fn not_streamed_the_faults_are_the_same() {
    let app = App::start("").await;
    for protocol in BOTH {
        let whole = async |setting: &str| {
            let mut body = request(protocol, &format!("[[sim {setting}]]"));
            body["stream"] = false.into();
            Seen::all(app.post(protocol, &body).await).await
        };
        let cut = whole("fault=cut").await;
        assert!(cut.broken.is_some() && !cut.body.is_empty());
        assert!(whole("fault=reset").await.was_reset());
        let crash = whole("fault=crash").await;
        assert!(crash.broken.is_some() && crash.body.is_empty() && crash.status == 200);
        assert!(whole("fault=emptybody").await.body.is_empty());
        let is_json = |seen: &Seen| serde_json::from_slice::<serde_json::Value>(&seen.body).is_ok();
        assert!(!is_json(&whole("fault=badchunk").await));
        let error = whole("fault=error200").await;
        assert!(is_json(&error) && error.events()[0].get("error").is_some());
        assert!(is_json(&whole("fault=splitutf8").await));
        assert!(is_json(&whole("fault=length").await));
    }
}
