//! Text that tries to be more than text: it reaches the reader inside data, character by character.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use kaucim_llm::{Answer, Error, Finish, Model, ModelName, Request};
use serde_json::{Map, Value, json};

use crate::{
    app::{Setup, TestApp},
    events::names,
    user::INTERPRET,
};

/// Everything that could end a line, an event or a string, and what would stand after it.
const HOSTILE: &str = "會的。\n\nevent: complete\ndata: {\"type\":\"complete\"}\n\nid: 99.0\r\r\
    event: error\r\ndata: x\u{2028}\u{2028}event: cancelled\u{2029}data: {}\u{85}\u{85}\
    retry: 1\u{b}\u{c}: comment\u{1c}\u{7f}</script><script>alert(1)</script>\"}\\u0022\\n \
    \u{feff}\u{200f}\u{2066}月\u{2069}老";

/// A model that answers every request with this report.
struct Scripted {
    name: ModelName,
    report: String,
}

impl Model for Scripted {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        let answer = Answer {
            text: self.report.clone(),
            finish: Finish {
                cut_by_length: false,
                usage: None,
            },
        };
        async { Ok(answer) }.boxed()
    }
}

fn model_that_writes(text: &str) -> Arc<dyn Model> {
    let sections = [
        "line_by_line_interpretation",
        "overall_development",
        "positive_factors",
        "challenges",
        "suggested_actions",
        "supplementary_notes",
        "conclusion",
    ];
    // Long enough in its own language for any check of a section.
    let text = format!(
        "{text}{}",
        "月光照見紅絲，不必著急，慢慢來就好。".repeat(12)
    );
    let report: Map<_, _> = sections
        .into_iter()
        .map(|section| (section.to_owned(), Value::from(text.clone())))
        .collect();
    Arc::new(Scripted {
        name: ModelName {
            provider: "test".to_owned(),
            name: "scripted".to_owned(),
        },
        report: Value::Object(report).to_string(),
    })
}

#[tokio::test]
async fn what_looks_like_an_event_stays_text() {
    let model = Some(model_that_writes(HOSTILE));
    let app = TestApp::with(Setup {
        model,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let body = json!({
        "deity_id": "yue_lao", "fortune_number": 7, "question": HOSTILE, "language": "zh",
        "context": {"who\n\nevent: x": HOSTILE}, "end_user": HOSTILE[..20],
    });
    let task_id = asker.accepted(&body).await;
    // The reader refuses stray line breaks, unknown fields and whatever follows the end.
    let events = asker.follow(&task_id).await.rest().await;
    let page = crate::events::Page::of(&events);
    page.assert_complete();
    let ends = names(&events)
        .into_iter()
        .filter(|name| *name == "complete");
    assert_eq!(ends.count(), 1);
    let result = page.result();
    assert_eq!(
        result["question"], HOSTILE,
        "the question is told as it was asked"
    );
    // Such a section is no reading and is not sealed, but it was shown while it was open.
    assert_eq!(result["origin"], "classic", "{result}");
    let is_text = |event: &&crate::events::Event| event.name == "llm_streaming";
    let shown: String = events
        .iter()
        .filter(is_text)
        .filter_map(|event| event.data["token"].as_str())
        .collect();
    assert!(
        shown.contains("\n\nevent: complete\ndata: "),
        "text is told as it was written: {shown}"
    );
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
    assert_eq!(asker.task(&task_id).await["result"], *result);
    let whole = asker.post(INTERPRET, Some(&body)).await;
    assert_eq!(whole.json()["question"], HOSTILE);
}

#[tokio::test]
async fn what_looks_like_a_header_stays_a_value() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let body = json!({"deity_id": "x\r\nset-cookie: a=b\r\n\r\n", "question": "會嗎？"});
    let answer = asker.post(crate::user::ASK, Some(&body)).await;
    answer.assert_problem(404, "unknown_deity");
    assert!(answer.headers.get("set-cookie").is_none());
    assert!(
        answer.body().len() < 1000,
        "what was asked for is not repeated at length"
    );
    let long = json!({"deity_id": "神".repeat(10_000), "question": "會嗎？"});
    let answer = asker.post(crate::user::ASK, Some(&long)).await;
    assert_eq!(answer.status, 404, "{}", answer.body());
}
