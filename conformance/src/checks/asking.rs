//! Questions on their way in: what is accepted, what is refused and how, and asking twice.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Check, Outcome, held},
    scene::{QUESTION, Scene},
    target::Credential,
};

const ASK: &str = "/api/v1/async-chat/ask-question";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "ask.accepted",
        promise: "A question is answered 202 with task_id, status, lot, stream_url, status_url and cancel_url.",
        run: |scene| Box::pin(accepted(scene)),
    },
    Check {
        name: "ask.length",
        promise: "A question has 1 to 1000 characters after trimming, else it is 422.",
        run: |scene| Box::pin(length(scene)),
    },
    Check {
        name: "ask.context",
        promise: "A context is an object of texts with 2 KiB at most, else it is 422.",
        run: |scene| Box::pin(context(scene)),
    },
    Check {
        name: "ask.unknown",
        promise: "An unknown deity, deck or number is 404, before anything is spent.",
        run: |scene| Box::pin(unknown(scene)),
    },
    Check {
        name: "ask.form",
        promise: "Unparsable JSON is 400, another content type 415, a body over 64 KiB 413.",
        run: |scene| Box::pin(form(scene)),
    },
    Check {
        name: "ask.idempotent",
        promise: "The same Idempotency-Key returns the first answer; with another body it is 422.",
        run: |scene| Box::pin(idempotent(scene)),
    },
    Check {
        name: "ask.one_at_a_time",
        promise: "Over the limit on unfinished tasks a question is 409 and names the running task_id.",
        run: |scene| Box::pin(one_at_a_time(scene)),
    },
    Check {
        name: "errors.unauthenticated",
        promise: "A missing or wrong credential is 401 with WWW-Authenticate.",
        run: |scene| Box::pin(unauthenticated(scene)),
    },
    Check {
        name: "errors.nowhere",
        promise: "Errors are RFC 9457 problems with type, title, status, detail and a stable code.",
        run: |scene| Box::pin(nowhere(scene)),
    },
];

async fn accepted(scene: &Scene) -> Outcome {
    let accepted = &scene.finished().await?.accepted;
    for field in [
        "task_id",
        "status",
        "stream_url",
        "status_url",
        "cancel_url",
    ] {
        ensure!(accepted[field].is_string(), "no `{field}` in {accepted}");
    }
    ensure!(
        accepted["status"] == "queued",
        "the status is {}",
        accepted["status"]
    );
    let lot = &accepted["lot"];
    for field in [
        "deity_id",
        "deck_id",
        "number",
        "title",
        "verse",
        "commentary",
    ] {
        ensure!(!lot[field].is_null(), "no `{field}` in the lot {lot}");
    }
    let status_url = accepted["status_url"].as_str().unwrap_or_default();
    scene.target.get(status_url).await?.is(200)?;
    held(format!(
        "{} about lot {}",
        accepted["task_id"], lot["number"]
    ))
}

async fn length(scene: &Scene) -> Outcome {
    for question in [String::new(), "   \n ".to_owned(), "問".repeat(1001)] {
        let refused = scene.try_to_ask(json!({ "question": question })).await?;
        refused.is_refusal(422, "invalid_request")?;
    }
    for question in ["問呢".to_owned(), format!(" {} ", "a".repeat(1000))] {
        let accepted = scene.ask(json!({ "question": question })).await?;
        stop(scene, &accepted).await?;
    }
    held("0, only spaces and 1001 refused; 2 and 1000 taken")
}

async fn context(scene: &Scene) -> Outcome {
    for context in [
        json!({ "age": "x".repeat(2100) }),
        json!({ "age": 30 }),
        json!("30"),
    ] {
        let refused = scene.try_to_ask(json!({ "context": context })).await?;
        refused.is_refusal(422, "invalid_request")?;
    }
    held("2100 bytes, a number and no object refused")
}

async fn unknown(scene: &Scene) -> Outcome {
    for (more, code) in [
        (json!({ "deity_id": "no-such-deity" }), "unknown_deity"),
        (json!({ "deck_id": "no-such-deck" }), "unknown_deck"),
        (json!({ "fortune_number": 999_999 }), "unknown_lot"),
    ] {
        scene.try_to_ask(more).await?.is_refusal(404, code)?;
    }
    held("unknown_deity, unknown_deck, unknown_lot")
}

async fn form(scene: &Scene) -> Outcome {
    let target = &scene.target;
    let ask = || target.request(Method::POST, ASK, &target.key);
    let json =
        |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
    let broken = target.send(json(ask()).body("{\"deity_id\": ")).await?;
    broken.is_refusal(400, "bad_json")?;
    let plain = ask().header("content-type", "text/plain").body("{}");
    let plain = target.send(plain).await?;
    plain.is_refusal(415, "unsupported_media_type")?;
    let large = scene.question(json!({ "context": { "a": "x".repeat(70_000) } }));
    let large = target.send(ask().json(&large)).await?;
    large.is_refusal(413, "body_too_large")?;
    held("bad_json, unsupported_media_type, body_too_large")
}

async fn idempotent(scene: &Scene) -> Outcome {
    let target = &scene.target;
    let key = uuid::Uuid::now_v7().to_string();
    let ask = async |body: &Value| {
        let request = target.request(Method::POST, ASK, &target.key);
        target
            .send(request.header("Idempotency-Key", &key).json(body))
            .await
    };
    let body = scene.question(json!({}));
    let first = ask(&body).await?;
    first.is(202)?;
    let again = ask(&body).await?;
    again.is(202)?;
    let (first, again) = (first.json()?, again.json()?);
    ensure!(
        first["task_id"] == again["task_id"],
        "two tasks: {first} and {again}"
    );
    ensure!(
        first["lot"] == again["lot"],
        "two lots: {first} and {again}"
    );
    let other = ask(&scene.question(json!({ "question": format!("{QUESTION} Or not?") }))).await?;
    other.is_refusal(422, "idempotency_mismatch")?;
    stop(scene, &first).await?;
    held(format!("{} both times", first["task_id"]))
}

async fn one_at_a_time(scene: &Scene) -> Outcome {
    let customer = format!("conformance-{}", uuid::Uuid::now_v7().simple());
    let first = scene.ask(json!({ "end_user": customer })).await?;
    let second = scene.try_to_ask(json!({ "end_user": customer })).await?;
    if second.status.as_u16() == 202 {
        let document = scene
            .target
            .get(text(&first, "status_url")?)
            .await?
            .json()?;
        stop(scene, &second.json()?).await?;
        let was_done = !matches!(
            document["status"].as_str(),
            Some("queued" | "retrieving" | "generating")
        );
        if was_done {
            return crate::check::skipped(
                "the first reading was finished before the second question",
            );
        }
    }
    let problem = second
        .is_refusal(409, "task_running")
        .and_then(|()| second.json());
    stop(scene, &first).await?;
    let problem = problem?;
    ensure!(
        problem["task_id"] == first["task_id"],
        "it names another task: {problem}"
    );
    held(format!("409 names {}", first["task_id"]))
}

async fn unauthenticated(scene: &Scene) -> Outcome {
    let target = &scene.target;
    for who in [
        Credential::Nobody,
        Credential::Key("kc_worth_nothing".to_owned()),
    ] {
        let request = target.request(Method::POST, ASK, &who);
        let answer = target
            .send(request.json(&scene.question(json!({}))))
            .await?;
        answer.is_refusal(401, "unauthenticated")?;
        ensure!(
            !answer.header("www-authenticate").is_empty(),
            "401 without WWW-Authenticate"
        );
    }
    held("without a key, and with a worthless one")
}

async fn nowhere(scene: &Scene) -> Outcome {
    let target = &scene.target;
    let nowhere = target.get("/api/v1/no-such-route").await?;
    nowhere.is_refusal(404, "not_found")?;
    let method = target.request(Method::DELETE, ASK, &target.key);
    target
        .send(method)
        .await?
        .is_refusal(405, "method_not_allowed")?;
    for id in ["not-an-id", "00000000-0000-7000-8000-000000000000"] {
        let path = crate::target::task_path(id, "");
        target.get(&path).await?.is_refusal(404, "task_not_found")?;
    }
    held("not_found, method_not_allowed, task_not_found")
}

/// Ends what was only asked to see that it is accepted.
async fn stop(scene: &Scene, accepted: &Value) -> anyhow::Result<()> {
    scene.target.cancel(text(accepted, "task_id")?).await?;
    Ok(())
}

fn text<'a>(json: &'a Value, field: &str) -> anyhow::Result<&'a str> {
    json[field]
        .as_str()
        .with_context(|| format!("no `{field}` in {json}"))
}
