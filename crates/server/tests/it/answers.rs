//! What a question may be, and how one that may not be is answered: nothing spent, nothing stored.

use serde_json::{Value, json};

use crate::{
    app::TestApp,
    user::{ASK, INTERPRET, User, question},
};

const QUESTION: &str = "這段感情會有結果嗎？";

/// Asserts that both ways to ask refuse this body.
async fn check(asker: &User, body: Value, status: u16, code: &str) {
    for path in [ASK, INTERPRET] {
        let answer = asker.post(path, Some(&body)).await;
        assert_eq!(
            answer.status,
            status,
            "{path} with {body}: {}",
            answer.body()
        );
        answer.assert_problem(status, code);
    }
}

/// A good question with some members replaced.
fn with(members: Value) -> Value {
    let mut body = question(QUESTION);
    for (name, value) in members.as_object().expect("members of an object") {
        body[name] = value.clone();
    }
    body
}

async fn assert_nothing_happened(app: &TestApp, asker: &User) {
    app.assert_nothing_spent();
    assert_eq!(asker.history().await, [] as [Value; 0], "nothing is stored");
}

#[tokio::test]
async fn what_does_not_exist_is_404_by_its_own_code() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    for deity in ["", "guan_yin_of_nowhere", "../yue_lao", "YUE_LAO"] {
        check(
            &asker,
            with(json!({"deity_id": deity})),
            404,
            "unknown_deity",
        )
        .await;
    }
    check(
        &asker,
        with(json!({"deck_id": "no_deck"})),
        404,
        "unknown_deck",
    )
    .await;
    for number in [
        0_i64,
        61,
        -1,
        100,
        4_294_967_295,
        4_294_967_296,
        i64::MIN,
        i64::MAX,
    ] {
        let body = with(json!({"fortune_number": number}));
        check(&asker, body, 404, "unknown_lot").await;
    }
    let unknown_both = with(json!({"deity_id": "nobody", "fortune_number": -1}));
    check(&asker, unknown_both, 404, "unknown_deity").await;
    let draw = json!({"draw_id": "01900000-0000-7000-8000-000000000000"});
    check(&asker, with(draw), 404, "draw_not_found").await;
    assert_nothing_happened(&app, &asker).await;
}

#[tokio::test]
async fn a_question_has_1_to_1000_characters_that_can_be_shown() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let refused = [
        json!(""),
        json!(" \t\r\n\u{3000}\u{a0}"),
        json!("緣".repeat(1001)),
        json!("\u{0}"),
        json!("我會\u{0}嗎"),
        json!("\u{202e}嗎會我"),
        json!(null),
        json!(7),
        json!([QUESTION]),
        json!({"text": QUESTION}),
    ];
    for text in refused {
        let body = with(json!({"question": text}));
        check(&asker, body, 422, "invalid_request").await;
    }
    let mut without = question(QUESTION);
    without
        .as_object_mut()
        .expect("an object")
        .remove("question");
    check(&asker, without, 422, "invalid_request").await;
    assert_nothing_happened(&app, &asker).await;
    for good in [
        "嗎",
        "愛嗎",
        "  愛嗎？\n",
        &"緣".repeat(1000),
        "他是 \u{2068}Ali\u{2069} 嗎？",
    ] {
        let task_id = asker.ask(good).await;
        let kept = asker.task(&task_id).await;
        assert_eq!(
            kept["question"],
            good.trim(),
            "the question is kept as asked"
        );
    }
}

#[tokio::test]
async fn what_else_is_told_is_held_to_its_form() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let refused = [
        json!({"language": "fr"}),
        json!({"language": ""}),
        json!({"language": "ZH_tw"}),
        json!({"language": 1}),
        json!({"context": {"age": 33}}),
        json!({"context": {"who": {"name": "Mei"}}}),
        json!({"context": {"who": null}}),
        json!({"context": ["who"]}),
        json!({"context": "who"}),
        json!({"context": {"who": "x".repeat(2048)}}),
        json!({"context": {"who": "a\u{0}b"}}),
        json!({"end_user": "客".repeat(65)}),
        json!({"end_user": 5}),
        json!({"fortune_number": "7"}),
        json!({"fortune_number": 7.5}),
        json!({"fortune_number": true}),
        json!({"deity_id": 7}),
        json!({"deity_id": null}),
        json!({"deck_id": 7}),
        json!({"draw_id": 7}),
    ];
    for members in refused {
        check(&asker, with(members), 422, "invalid_request").await;
    }
    assert_nothing_happened(&app, &asker).await;
    let body = with(json!({
        "end_user": "客".repeat(64), "language": "en", "deck_id": "kaucim_yue_lao",
        "context": {"who": "x".repeat(2045)},
    }));
    let task_id = asker.accepted(&body).await;
    assert_eq!(asker.task(&task_id).await["language"], "en");
}

#[tokio::test]
async fn an_accepted_question_says_where_everything_is() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let answer = asker.post(ASK, Some(&question(QUESTION))).await;
    assert_eq!(answer.status, 202, "{}", answer.body());
    let accepted = answer.json();
    assert_eq!(accepted["status"], "queued");
    assert_eq!(accepted["drawn"], false);
    assert_eq!(accepted["lot"]["number"], 7);
    assert_eq!(accepted["lot"]["verse"].as_array().map(Vec::len), Some(4));
    for url in ["status_url", "stream_url"] {
        let path = accepted[url].as_str().expect("an address");
        assert_eq!(asker.get(path).await.status, 200, "{url}");
    }
    let cancel = accepted["cancel_url"].as_str().expect("an address");
    assert_eq!(asker.post(cancel, None).await.status, 200);

    let mut body = question(QUESTION);
    body.as_object_mut()
        .expect("an object")
        .remove("fortune_number");
    let drawn = asker.post(ASK, Some(&body)).await.json();
    assert_eq!(drawn["drawn"], true, "the server says that it drew");
    let number = drawn["lot"]["number"].as_u64().expect("a number");
    assert!((1..=60).contains(&number), "lot {number} is in the deck");
}

#[tokio::test]
async fn a_history_is_told_in_pages_newest_first() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(asker.ask(QUESTION).await);
    }
    asked.reverse();
    let mut seen = Vec::new();
    let mut path = "/api/v1/async-chat/history?limit=2".to_owned();
    loop {
        let page = asker.get(&path).await.json();
        let tasks = page["tasks"].as_array().expect("a list");
        seen.extend(
            tasks
                .iter()
                .filter_map(|task| task["task_id"].as_str().map(str::to_owned)),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/async-chat/history?limit=2&cursor={next}");
    }
    assert_eq!(seen, asked);
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "cursor=x",
        "limit=1&limit=2",
    ] {
        let answer = asker
            .get(&format!("/api/v1/async-chat/history?{query}"))
            .await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.body());
        answer.assert_problem(422, "invalid_request");
    }
}
