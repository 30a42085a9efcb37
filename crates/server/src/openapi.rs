//! The OpenAPI document, made from the table of routes and the types that go over the wire.

use schemars::{
    SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

use crate::{
    problem::{OpenAiError, ProblemDocument},
    routes::{Answer, AnswerBody, Auth, Route, routes},
};

/// Makes the schemas of what is taken and of what is sent: a field that may be left out of the one
/// may be always there in the other.
struct Generators {
    taken: SchemaGenerator,
    sent: SchemaGenerator,
}

impl Generators {
    fn new() -> Self {
        let of = |contract: Contract| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings.contract = contract;
            settings.into_generator()
        };
        Self {
            taken: of(Contract::Deserialize),
            sent: of(Contract::Serialize),
        }
    }

    /// All that was referred to. Nothing that is taken is sent as well, but for plain names.
    fn definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.taken.take_definitions(true);
        definitions.extend(self.sent.take_definitions(true));
        definitions
    }
}

/// The document, as `/openapi.json` shows it.
pub(crate) fn document() -> Value {
    let mut generators = Generators::new();
    let mut paths = Map::new();
    for route in routes() {
        let operation = operation(&route, &mut generators);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation;
    }
    // The events of the stream are documented beside the routes.
    generators.sent.subschema_for::<kaucim_tasks::Event>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kaucim",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Ask a temple deity, draw a lot, and watch the reading being written.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": generators.definitions(),
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer" },
                "guest": { "type": "apiKey", "in": "cookie", "name": "kaucim_session" },
            },
        },
    })
}

fn operation(route: &Route, generators: &mut Generators) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "parameters": parameters(route),
        "security": security(route.auth),
    });
    if let Some(schema_of) = route.request {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema_of(&mut generators.taken) } },
        });
    }
    let mut responses = Map::new();
    for Answer {
        status,
        about,
        body,
    } in &route.answers
    {
        // One status may come in several types.
        let response = responses.entry(status.to_string());
        let response = response.or_insert_with(|| json!({ "description": about }));
        match body {
            AnswerBody::None => {}
            AnswerBody::Json(schema_of) => {
                let schema = schema_of(&mut generators.sent);
                response["content"]["application/json"] = json!({ "schema": schema });
            }
            AnswerBody::Other(content_type) => {
                response["content"][*content_type] = json!({ "schema": {} });
            }
        }
    }
    let problem = generators.sent.subschema_for::<ProblemDocument>();
    let mut wrong = json!({
        "description": "What went wrong",
        "content": { "application/problem+json": { "schema": problem } },
    });
    if route.refuses_as_openai {
        let error = generators.sent.subschema_for::<OpenAiError>();
        wrong["content"]["application/json"] = json!({ "schema": error });
    }
    responses.insert("default".to_owned(), wrong);
    operation["responses"] = Value::Object(responses);
    operation
}

fn operation_id(route: &Route) -> String {
    let words: String = route
        .path
        .trim_start_matches("/api/v1")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let words = words
        .split('_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    format!("{}_{words}", route.method)
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "in": "path", "name": name, "required": true, "schema": { "type": "string" },
        }))
    });
    let others = route.parameters.iter().map(|parameter| {
        json!({
            "in": parameter.place, "name": parameter.name, "required": parameter.required,
            "description": parameter.about, "schema": parameter.form.schema(),
        })
    });
    in_path.chain(others).collect()
}

fn security(auth: Auth) -> Value {
    match auth {
        Auth::Open => json!([]),
        Auth::KeyOrGuest(scope) => json!([{ "key": [scope] }, { "guest": [] }]),
        Auth::Guest => json!([{ "guest": [] }]),
        Auth::Key(scope) => json!([{ "key": [scope] }]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_left_out_is_not_required() {
        let document = document();
        let required = |name: &str, field: &str| {
            let required = document["components"]["schemas"][name]["required"].as_array();
            required.is_some_and(|required| required.contains(&json!(field)))
        };
        // Sent: left out where there is none, or always there.
        assert!(!required("Deck", "temple"));
        assert!(required("Deck", "edition"));
        // Taken.
        assert!(!required("AskQuestion", "language"));
        assert!(required("AskQuestion", "question"));
    }
}
