//! The OpenAPI document: whole, true, and not to be changed without anybody noticing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    user::{answer, question},
};

/// One operation of the document.
pub(crate) struct Operation {
    pub method: Method,
    pub path: String,
    pub about: Value,
}

impl Operation {
    pub(crate) fn is_open(&self) -> bool {
        self.about["security"] == json!([])
    }

    /// The scope that a key needs, where keys are taken.
    pub(crate) fn key_scope(&self) -> Option<&str> {
        let ways = self.about["security"].as_array()?;
        ways.iter().find_map(|way| way["key"][0].as_str())
    }

    /// Whether a guest's cookie counts there.
    pub(crate) fn takes_guests(&self) -> bool {
        let ways = self.about["security"].as_array();
        ways.is_some_and(|ways| ways.iter().any(|way| way.get("guest").is_some()))
    }

    /// The path with every parameter filled in.
    pub(crate) fn filled(&self, task_id: &str) -> String {
        let filled = self
            .path
            .replace("{task_id}", task_id)
            .replace("{id}", "yue_lao")
            .replace("{n}", "7")
            .replace("{draw_id}", "x")
            .replace("{chat_id}", "a-chat")
            .replace("{model}", "kaucim%2Fyue_lao");
        assert!(
            !filled.contains('{'),
            "{filled} has a parameter that is unknown here"
        );
        filled
    }
}

/// All operations that the server documents.
pub(crate) async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = document(app).await;
    let paths = document["paths"].as_object().expect("a document has paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("a path has methods");
        methods.iter().map(|(method, about)| Operation {
            method: method.to_uppercase().parse().expect("a method"),
            path: path.clone(),
            about: about.clone(),
        })
    });
    operations.collect()
}

async fn document(app: &TestApp) -> Value {
    let answer = app.nobody().get("/openapi.json").await;
    assert_eq!(answer.status, 200, "{}", answer.body());
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

#[tokio::test]
async fn the_routes_are_those_of_the_contract() {
    let app = TestApp::start().await;
    let mut lines = Vec::new();
    for Operation {
        method,
        path,
        about,
    } in operations(&app).await
    {
        let auth: Vec<_> = about["security"]
            .as_array()
            .expect("a list")
            .iter()
            .collect();
        let auth: Vec<_> = auth.iter().map(|way| way.to_string()).collect();
        let auth = if auth.is_empty() {
            "open".to_owned()
        } else {
            auth.join(" or ")
        };
        let summary = about["summary"].as_str().expect("a summary");
        lines.push(format!("{method} {path}\n    {auth}\n    {summary}"));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn the_document_is_whole() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut references = 0;
    walk(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            references += 1;
            let pointer = reference
                .strip_prefix('#')
                .expect("a reference within the document");
            assert!(
                document.pointer(pointer).is_some(),
                "{reference} leads nowhere"
            );
        }
    });
    assert!(
        references > 10,
        "schemas are shared by reference; {references} are"
    );
    let mut ids = Vec::new();
    for Operation {
        method,
        path,
        about,
    } in operations(&app).await
    {
        let place = format!("{method} {path}");
        ids.push(
            about["operationId"]
                .as_str()
                .expect("an operationId")
                .to_owned(),
        );
        let named: Vec<_> = about["parameters"]
            .as_array()
            .expect("a list of parameters")
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let in_path: Vec<_> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(named, in_path, "{place} documents what stands in its path");
        let responses = about["responses"].as_object().expect("responses");
        assert!(
            responses.contains_key("default"),
            "{place} documents its problems"
        );
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{place} documents how it succeeds"
        );
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "every operationId stands once");
}

#[tokio::test]
async fn every_documented_route_is_there() {
    let app = TestApp::start().await;
    for operation in operations(&app).await {
        let asker = app.key_holder("temple").await;
        let guest = app.guest().await;
        let takes_keys = operation.about["security"].to_string().contains("key");
        let who = if takes_keys || operation.is_open() {
            &asker
        } else {
            &guest
        };
        // Finished, and without waiting for a model.
        let task_id = who.ask("會嗎？ [[sim fault=hang]]").await;
        who.cancel(&task_id).await;
        let path = operation.filled(&task_id);
        let path = if path.ends_with("/search") {
            format!("{path}?q=緣")
        } else {
            path
        };
        let request = who.request(operation.method.clone(), &path);
        let answer = answer(match operation.about.get("requestBody") {
            Some(_) => request.json(&question("會嗎？")),
            None => request,
        })
        .await;
        let place = format!("{} {path} answered {}", operation.method, answer.status);
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{place}");
        if answer.status.is_success() {
            let status = answer.status.as_str();
            let documented = &operation.about["responses"][status];
            assert!(documented.is_object(), "{place}, which is not documented");
            let content = documented["content"].as_object();
            let documented = content.and_then(|content| content.keys().next());
            let sent = answer
                .headers
                .get("content-type")
                .and_then(|value| value.to_str().ok());
            let media_type = |text: &str| text.split(';').next().map(str::to_owned);
            assert_eq!(
                sent.and_then(media_type),
                documented.and_then(|documented| media_type(documented)),
                "{place}: the content type is as documented"
            );
        } else {
            assert_ne!(answer.json()["code"], "not_found", "{place}");
        }
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        Value::Object(members) => members.values().for_each(|value| walk(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
