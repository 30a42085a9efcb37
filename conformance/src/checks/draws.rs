//! Draws that anyone can verify: bound before, shown afterwards, and never two for one.

use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    check::{Check, Outcome, held, skipped},
    scene::{QUESTION, Scene},
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "draws.verified",
        promise: "Commitment and number follow from secret and nonce, so neither side chose the number.",
        run: |scene| Box::pin(verified(scene)),
    },
    Check {
        name: "draws.first_nonce",
        promise: "The first nonce counts; revealing again shows the same.",
        run: |scene| Box::pin(first_nonce(scene)),
    },
    Check {
        name: "draws.asked",
        promise: "A draw is asked with once, once it is revealed, and the reading has its number.",
        run: |scene| Box::pin(asked(scene)),
    },
    Check {
        name: "draws.same_matter",
        promise: "A matter that has a lot is shown that lot again within the day, where its deck says so.",
        run: |scene| Box::pin(same_matter(scene)),
    },
];

async fn draw(scene: &Scene, more: Value) -> anyhow::Result<Value> {
    let path = format!("/api/v1/deities/{}/draw", scene.deity);
    let answer = scene.target.post(&path, &more).await?;
    answer.is(201)?;
    answer.json()
}

async fn reveal(scene: &Scene, draw: &Value, nonce: &str) -> anyhow::Result<Value> {
    let draw_id = text(draw, "draw_id")?;
    let path = format!("/api/v1/draws/{draw_id}/reveal");
    let answer = scene.target.post(&path, &json!({ "nonce": nonce })).await?;
    answer.is(200)?;
    answer.json()
}

async fn verified(scene: &Scene) -> Outcome {
    let mut numbers = Vec::new();
    for nonce in ["shaken", "搖籤", "\u{1f3ee} three times"] {
        let promised = draw(scene, json!({})).await?;
        ensure!(
            promised.get("secret").is_none(),
            "the secret is shown before the nonce"
        );
        let revealed = reveal(scene, &promised, nonce).await?;
        for field in ["commitment", "deck_id", "version", "count"] {
            ensure!(
                revealed[field] == promised[field],
                "`{field}` has changed: {revealed}"
            );
        }
        ensure!(revealed["nonce"] == nonce, "another nonce: {revealed}");
        verify(&revealed)?;
        ensure!(
            revealed["lot"]["number"] == revealed["number"],
            "the lot has another number: {revealed}"
        );
        numbers.push(revealed["number"].to_string());
    }
    held(format!(
        "numbers {} are what they have to be",
        numbers.join(", ")
    ))
}

async fn first_nonce(scene: &Scene) -> Outcome {
    let promised = draw(scene, json!({})).await?;
    let first = reveal(scene, &promised, "first").await?;
    let second = reveal(scene, &promised, "second").await?;
    ensure!(first == second, "first {first}, then {second}");
    held(format!("{} both times", first["number"]))
}

async fn asked(scene: &Scene) -> Outcome {
    let promised = draw(scene, json!({})).await?;
    let more = json!({ "draw_id": promised["draw_id"] });
    let early = scene.try_to_ask(more.clone()).await?;
    early.is_refusal(409, "draw_not_revealed")?;
    let revealed = reveal(scene, &promised, "now").await?;
    let accepted = scene.ask(more.clone()).await?;
    let number = &accepted["lot"]["number"];
    let again = scene.try_to_ask(more).await?;
    scene.target.cancel(text(&accepted, "task_id")?).await?;
    ensure!(
        *number == revealed["number"],
        "drawn {}, read {number}",
        revealed["number"]
    );
    again.is_refusal(409, "draw_asked")?;
    held(format!("number {number}, once"))
}

async fn same_matter(scene: &Scene) -> Outcome {
    let deity = scene
        .target
        .get(&format!("/api/v1/deities/{}", scene.deity))
        .await?
        .json()?;
    let rule = &deity["decks"][0]["redraw"];
    if rule != "same_matter_same_lot" {
        return skipped(format!("the first deck's rule is {rule}"));
    }
    let matter = format!("{QUESTION} {}", uuid::Uuid::now_v7().simple());
    let first = scene.ask(json!({ "question": matter })).await?;
    scene.target.cancel(text(&first, "task_id")?).await?;
    let again = scene
        .ask(json!({ "question": format!("  {matter}  ") }))
        .await?;
    scene.target.cancel(text(&again, "task_id")?).await?;
    ensure!(
        first["lot"]["number"] == again["lot"]["number"],
        "lot {} first, then {}",
        first["lot"]["number"],
        again["lot"]["number"]
    );
    ensure!(
        again["already_drawn"] == true,
        "already_drawn is {}",
        again["already_drawn"]
    );
    held(format!("lot {} both times", first["lot"]["number"]))
}

/// The rule of the contract, from the values that were shown.
fn verify(draw: &Value) -> anyhow::Result<()> {
    let secret = bytes(text(draw, "secret")?)?;
    ensure!(secret.len() == 32, "the secret has {} bytes", secret.len());
    let count = draw["count"]
        .as_u64()
        .and_then(|count| u32::try_from(count).ok());
    let count = count.filter(|count| *count > 0).context("no count")?;
    let mut promise = b"kaucim draw commitment 1\n".to_vec();
    promise.extend_from_slice(&secret);
    for name in ["deck_id", "version"] {
        let text = text(draw, name)?.as_bytes();
        promise.extend_from_slice(&u32::try_from(text.len())?.to_be_bytes());
        promise.extend_from_slice(text);
    }
    promise.extend_from_slice(&count.to_be_bytes());
    let commitment = hex(&Sha256::digest(&promise));
    ensure!(
        draw["commitment"] == *commitment,
        "the commitment is {commitment}, not as in {draw}"
    );
    let number = number(&secret, text(draw, "nonce")?, count)?;
    ensure!(
        draw["number"] == number,
        "the number is {number}, not as in {draw}"
    );
    Ok(())
}

/// Each number is as likely as the others: what would favour low ones is passed over.
fn number(secret: &[u8], nonce: &str, count: u32) -> anyhow::Result<u64> {
    let (all, count) = (1_u64 << 32, u64::from(count));
    for counter in 0..u32::MAX {
        let mut said = b"kaucim draw number 1\n".to_vec();
        said.extend_from_slice(nonce.as_bytes());
        said.extend_from_slice(&counter.to_be_bytes());
        let mut keyed = Hmac::<Sha256>::new_from_slice(secret)?;
        keyed.update(&said);
        let digest = keyed.finalize().into_bytes();
        let value = digest
            .iter()
            .take(4)
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        if value < all - all % count {
            return Ok(value % count + 1);
        }
    }
    anyhow::bail!("no number follows")
}

fn bytes(hex: &str) -> anyhow::Result<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair)?;
        Ok(u8::from_str_radix(pair, 16)?)
    });
    pairs.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text<'a>(json: &'a Value, field: &str) -> anyhow::Result<&'a str> {
    json[field]
        .as_str()
        .with_context(|| format!("no `{field}` in {json}"))
}
