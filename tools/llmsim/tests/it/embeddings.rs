//! Vectors of texts: near in matter, near in direction; and what can be wrong with them.

use reqwest::Client;
use serde_json::{Value, json};

use crate::client::App;

async fn embed(app: &App, path: &str, model: &str, texts: &[&str]) -> (u16, String) {
    let body = json!({"model": model, "input": texts});
    let url = format!("{}{path}", app.sim.url());
    let response = Client::new()
        .post(url)
        .json(&body)
        .send()
        .await
        .expect("an answer of numbers");
    (
        response.status().as_u16(),
        response.text().await.expect("an answer of numbers"),
    )
}

fn vectors(body: &str) -> Vec<Vec<f64>> {
    let body: Value = serde_json::from_str(body).expect("an answer of numbers");
    let numbers =
        |value: &Value| serde_json::from_value(value.clone()).expect("an answer of numbers");
    match body["data"].as_array() {
        Some(data) => data.iter().map(|one| numbers(&one["embedding"])).collect(),
        None => serde_json::from_value(body["embeddings"].clone()).expect("an answer of numbers"),
    }
}

fn nearness(one: &[f64], other: &[f64]) -> f64 {
    let product = |one: &[f64], other: &[f64]| -> f64 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    };
    product(one, other) / (product(one, one) * product(other, other)).sqrt()
}

#[tokio::test]
async fn texts_about_one_matter_are_near_in_any_language() {
    let app = App::start("").await;
    let texts = [
        "我的姻緣",
        "When will I find love?",
        "恋愛運",
        "裁判に勝てるか",
    ];
    for path in ["/v1/embeddings", "/api/embed"] {
        let (status, body) = embed(&app, path, "sim", &texts).await;
        let vectors = vectors(&body);
        assert_eq!((status, vectors.len()), (200, 4));
        for near in &vectors[1..3] {
            let far = nearness(&vectors[0], &vectors[3]);
            assert!(nearness(&vectors[0], near) > far + 0.3, "{body}");
        }
    }
    assert_eq!(app.sim.calls().len(), 2);
    app.sim.stop().await;
}

#[tokio::test]
async fn faults_are_asked_for_in_the_name_of_the_model() {
    let app = App::start("").await;
    let path = "/v1/embeddings";
    let good = embed(&app, path, "sim;fault=none", &["a", "b"]).await.1;
    let lengths = |body: &str| vectors(body).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(&good), [64, 64]);
    let short = embed(&app, path, "sim;fault=dimension", &["a", "b"])
        .await
        .1;
    assert_eq!(lengths(&short), [64, 63]);
    let fewer = embed(&app, path, "sim;fault=fewer", &["a", "b"]).await.1;
    assert_eq!(lengths(&fewer), [64]);
    let nan = embed(&app, path, "sim;fault=nan", &["a", "b"]).await.1;
    assert!(nan.contains("[NaN,"), "{nan}");
    for status in [404, 500] {
        let refused = embed(&app, path, &format!("sim;fault={status}"), &["a"]).await;
        assert_eq!(refused.0, status);
    }
    let once = "sim;fault=503;times=1";
    assert_eq!(embed(&app, path, once, &["a"]).await.0, 503);
    assert_eq!(embed(&app, path, once, &["a"]).await.0, 200);
    assert_eq!(embed(&app, path, "sim;speed=9", &["a"]).await.0, 400);
    app.sim.stop().await;
}
