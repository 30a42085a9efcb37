//! What belongs to somebody else is not there.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Check, Outcome, held, skipped},
    scene::Scene,
    target::{Answer, Credential, stream_path, task_path},
};

/// A task that nobody has.
const ABSENT: &str = "01900000-0000-7000-8000-000000000000";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "ownership.tasks",
        promise: "Somebody else's task is 404, the same as an absent one, whatever is done with it.",
        run: |scene| Box::pin(tasks(scene)),
    },
    Check {
        name: "ownership.draws",
        promise: "Somebody else's draw is 404, the same as an absent one.",
        run: |scene| Box::pin(draws(scene)),
    },
    Check {
        name: "ownership.history",
        promise: "A history holds nobody else's tasks.",
        run: |scene| Box::pin(history(scene)),
    },
    Check {
        name: "ownership.guest_cookie",
        promise: "A guest's session is an HttpOnly cookie with SameSite=Strict.",
        run: |scene| Box::pin(guest_cookie(scene)),
    },
    Check {
        name: "ownership.key_in_address",
        promise: "A key in an address is refused, since addresses are logged.",
        run: |scene| Box::pin(key_in_address(scene)),
    },
];

const NOBODY_ELSE: &str = "the server takes no guests; give --other-key of another account";

/// The path of a task, below which something is done with it.
type PathOf = fn(&str) -> String;

async fn tasks(scene: &Scene) -> Outcome {
    let Some(stranger) = scene.stranger().await else {
        return skipped(NOBODY_ELSE);
    };
    let task_id = &scene.finished().await?.task_id;
    let ways: [(Method, PathOf); 5] = [
        (Method::GET, |id| task_path(id, "")),
        (Method::GET, stream_path),
        (Method::POST, |id| task_path(id, "/cancel")),
        (Method::POST, |id| task_path(id, "/ticket")),
        (Method::DELETE, |id| task_path(id, "")),
    ];
    for (method, path) in ways {
        let try_it = async |id: &str| -> anyhow::Result<Answer> {
            let request = scene.target.request(method.clone(), &path(id), stranger);
            scene.target.send(request).await
        };
        let of_other = try_it(task_id).await?;
        of_other.is_refusal(404, "task_not_found")?;
        let absent = try_it(ABSENT).await?;
        ensure!(
            of_other.status == absent.status && of_other.json()? == absent.json()?,
            "{}: {} for somebody else's, {} for an absent one",
            of_other.what,
            of_other.text,
            absent.text
        );
    }
    scene.target.get(&task_path(task_id, "")).await?.is(200)?;
    held("document, stream, cancel, ticket and erase, as for an absent one")
}

async fn draws(scene: &Scene) -> Outcome {
    let Some(stranger) = scene.stranger().await else {
        return skipped(NOBODY_ELSE);
    };
    let path = format!("/api/v1/deities/{}/draw", scene.deity);
    let drawn = scene.target.post(&path, &json!({})).await?;
    let draw_id = drawn.text_of("draw_id")?;
    let reveal = async |id: &str| -> anyhow::Result<Answer> {
        let path = format!("/api/v1/draws/{id}/reveal");
        let request = scene.target.request(Method::POST, &path, stranger);
        scene
            .target
            .send(request.json(&json!({ "nonce": "n" })))
            .await
    };
    let of_other = reveal(&draw_id).await?;
    of_other.is_refusal(404, "draw_not_found")?;
    let absent = reveal(ABSENT).await?;
    ensure!(
        of_other.json()? == absent.json()?,
        "{} and {}",
        of_other.text,
        absent.text
    );
    held("as for an absent one")
}

async fn history(scene: &Scene) -> Outcome {
    let Some(stranger) = scene.stranger().await else {
        return skipped(NOBODY_ELSE);
    };
    let task_id = &scene.finished().await?.task_id;
    let path = "/api/v1/async-chat/history?limit=100";
    let answer = scene
        .target
        .send(scene.target.request(Method::GET, path, stranger))
        .await?;
    answer.is(200)?;
    ensure!(
        !answer.text.contains(task_id.as_str()),
        "{task_id} is there"
    );
    held("the task of the key is not in it")
}

async fn guest_cookie(scene: &Scene) -> Outcome {
    let request = scene
        .target
        .request(Method::POST, "/api/v1/session", &Credential::Nobody);
    let answer = scene.target.send(request).await?;
    if matches!(answer.status.as_u16(), 401 | 403 | 404) {
        return skipped("the server takes no guests");
    }
    let cookie = answer.header("set-cookie").to_ascii_lowercase();
    for word in ["httponly", "samesite=strict"] {
        ensure!(cookie.contains(word), "no {word} in {cookie}");
    }
    let of_page: Value = answer.json().context("the session is no JSON")?;
    ensure!(of_page["guest"] == true, "{of_page}");
    held("HttpOnly; SameSite=Strict")
}

async fn key_in_address(scene: &Scene) -> Outcome {
    let Credential::Key(key) = &scene.target.key else {
        return skipped("there is no key");
    };
    let task_id = &scene.finished().await?.task_id;
    let path = format!("{}?access_token={key}", task_path(task_id, ""));
    let request = scene
        .target
        .request(Method::GET, &path, &Credential::Nobody);
    scene
        .target
        .send(request)
        .await?
        .is_refusal(401, "credential_in_url")?;
    held("401 credential_in_url")
}
