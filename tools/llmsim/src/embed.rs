//! Vectors of texts, without a model: texts about the same matter lie near each other, in whichever
//! language, as far as a short list of words knows it.

use std::sync::Arc;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time;

use crate::{
    answer::{Server, refusal},
    calls::{Call, Ended},
    random::{Random, hash},
    request::Dialect,
    settings::{BadSetting, Fault, FaultKind, Settings},
};

/// Numbers that a vector has.
const DIMENSIONS: usize = 64;

/// How much a matter counts beside a single pair of characters or a word.
const MATTER: f64 = 6.0;

/// Words of one matter, in Chinese, Japanese and English.
const MATTERS: [&str; 12] = [
    "姻緣 姻缘 婚 恋 戀 愛 爱 感情 love marriage married wedding husband wife",
    "工作 職 职 仕事 轉職 转职 転職 升遷 job work career boss",
    "考試 考试 學 学 試験 受験 study exam school",
    "錢 钱 財 财 金 money wealth debt invest",
    "病 健康 醫 医 身體 身体 health ill doctor sleep",
    "家 父母 母 父 兒 family mother father daughter son",
    "旅 船 出門 出国 travel trip journey boat",
    "失物 遺失 丟 丢 失くし lost missing find search",
    "官司 訴訟 诉讼 律師 裁判 lawsuit court lawyer",
    "孕 產 产 産 出産 baby birth pregnancy midwife",
    "搬 屋 租 引越 引っ越 house moving lease rent",
    "等 待 wait waiting",
];

impl Server {
    /// Answers a request for vectors, with the faults that its model's name asks for.
    pub(crate) async fn embed(self: Arc<Self>, dialect: Dialect, body: Bytes) -> Response {
        let answer = Box::pin(self.embed_in_peace(dialect, body));
        let stopped = self.stop.run_until_cancelled(answer).await;
        stopped.unwrap_or_else(|| refusal(dialect, 503, "the simulator stops"))
    }

    async fn embed_in_peace(&self, dialect: Dialect, body: Bytes) -> Response {
        let request: Value = match serde_json::from_slice(&body) {
            Ok(request) => request,
            Err(error) => return refusal(dialect, 400, &format!("malformed JSON: {error}")),
        };
        let model = request["model"].as_str().unwrap_or("sim").to_owned();
        let settings = match settings(&self.settings, &model) {
            Ok(settings) => settings,
            Err(error) => return refusal(dialect, 400, &format!("llmsim: {error}")),
        };
        let Some(texts) = texts(&request["input"]) else {
            return refusal(dialect, 400, "input must be a text or a list of texts");
        };
        let faults = self.befalling_embeddings(&settings);
        let ongoing = self.calls.begin(Call {
            id: 0,
            path: path(dialect).to_owned(),
            model,
            stream: false,
            started_ms: 0,
            tokens_sent: 0,
            ended: None,
            ended_us: None,
            faults: faults.iter().map(Fault::to_string).collect(),
            request: request.clone(),
        });
        time::sleep(settings.queue).await;
        let mut vectors: Vec<Value> = texts.iter().map(|text| json!(vector(text))).collect();
        for fault in &faults {
            match fault.kind {
                FaultKind::Hang | FaultKind::Stall => std::future::pending().await,
                FaultKind::Status(status) => {
                    ongoing.end(Ended::Fault);
                    return refusal(dialect, status, "refused, as the simulator was told to");
                }
                FaultKind::Html => {
                    ongoing.end(Ended::Fault);
                    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
                    return (html, "<!DOCTYPE html>\n<title>Sign in</title>\n").into_response();
                }
                kind => spoil(&mut vectors, kind),
            }
        }
        let ended = match faults.is_empty() {
            true => Ended::Complete,
            false => Ended::Fault,
        };
        ongoing.end(ended);
        // Put together by hand: no JSON value can be the `NaN` that some servers write.
        let body = written(dialect, &vectors).replace("\"NaN\"", "NaN");
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }

    fn befalling_embeddings(&self, settings: &Settings) -> Vec<Fault> {
        let befalls = |fault: &&Fault| {
            settings
                .times
                .is_none_or(|times| self.calls.befall(0, fault.to_string()) < times)
        };
        settings.faults.iter().filter(befalls).cloned().collect()
    }
}

fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAi => "/v1/embeddings",
        Dialect::Ollama => "/api/embed",
    }
}

fn settings(defaults: &Settings, model: &str) -> Result<Settings, BadSetting> {
    match model.split_once([';', '?']) {
        Some((_, text)) => defaults.clone().overruled_by(text),
        None => Ok(defaults.clone()),
    }
}

fn texts(input: &Value) -> Option<Vec<String>> {
    match input {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(texts) => texts
            .iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// What a fault makes of good vectors; faults of chats make nothing of them.
fn spoil(vectors: &mut Vec<Value>, kind: FaultKind) {
    match kind {
        FaultKind::Dimension => {
            if let Some(Value::Array(values)) = vectors.last_mut() {
                values.pop();
            }
        }
        FaultKind::NotANumber => {
            if let Some(Value::Array(values)) = vectors.last_mut() {
                values[0] = "NaN".into();
            }
        }
        FaultKind::Fewer => {
            vectors.pop();
        }
        _ => {}
    }
}

fn written(dialect: Dialect, vectors: &[Value]) -> String {
    let answer = match dialect {
        Dialect::OpenAi => {
            let data = vectors.iter().enumerate().map(
                |(index, vector)| json!({"object": "embedding", "index": index, "embedding": vector}),
            );
            json!({"object": "list", "data": data.collect::<Vec<_>>(), "model": "sim",
                "usage": {"prompt_tokens": 1, "total_tokens": 1}})
        }
        Dialect::Ollama => json!({"model": "sim", "embeddings": vectors}),
    };
    answer.to_string()
}

/// The direction of a text: its matters, and a little of each pair of characters or word.
fn vector(text: &str) -> Vec<f64> {
    let text = text.to_lowercase();
    let mut sum = vec![0.0; DIMENSIONS];
    let mut add = |name: &str, weight: f64| {
        let mut random = Random::new(hash(name));
        for value in &mut sum {
            *value += weight * (random.below(2001) as f64 / 1000.0 - 1.0);
        }
    };
    for matter in MATTERS {
        let is_about = |word: &&str| match word.is_ascii() {
            true => text
                .split(|c: char| !c.is_ascii_alphabetic())
                .any(|one| one == *word),
            false => text.contains(*word),
        };
        let known = matter.split(' ').filter(is_about).count();
        if known > 0 {
            add(matter, MATTER);
        }
    }
    let characters: Vec<_> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    for pair in characters.windows(2) {
        add(&pair.iter().collect::<String>(), 0.3);
    }
    // Never nothing, which would have no direction.
    add("any text", 0.1);
    sum
}
