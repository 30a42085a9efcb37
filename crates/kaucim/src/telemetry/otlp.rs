//! Stages as OTLP has them, in JSON: OpenTelemetry Protocol 1.x, `ExportTraceServiceRequest`.

use serde_json::{Value, json};

use super::stages::{Stage, Told};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u32 = 1;
const CLIENT: u32 = 3;

/// `STATUS_CODE_ERROR`.
const ERROR: u32 = 2;

/// What is sent to `/v1/traces` for these stages.
pub(super) fn request(stages: &[Stage]) -> Value {
    let resource = [
        attribute("service.name", &Told::Text("kaucim".to_owned())),
        attribute(
            "service.version",
            &Told::Text(env!("CARGO_PKG_VERSION").to_owned()),
        ),
    ];
    let spans: Vec<Value> = stages.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "kaucim" }, "spans": spans }],
    }] })
}

fn span(stage: &Stage) -> Value {
    let attributes: Vec<Value> = stage
        .told
        .iter()
        .map(|(name, told)| attribute(&format!("kaucim.{name}"), told))
        .collect();
    let failed = stage.told.iter().any(|(name, _)| *name == "failure");
    let kind = if stage.name == "model call" {
        CLIENT
    } else {
        INTERNAL
    };
    // Numbers of 64 bits are texts in JSON, and identifiers are hexadecimal: so says the protocol.
    json!({
        "traceId": stage.task_id.simple().to_string(),
        "spanId": format!("{:016x}", stage.span_id),
        "parentSpanId": stage.parent_id.map_or_else(String::new, |id| format!("{id:016x}")),
        "name": stage.name,
        "kind": kind,
        "startTimeUnixNano": stage.start.to_string(),
        "endTimeUnixNano": stage.end.to_string(),
        "attributes": attributes,
        "status": if failed { json!({ "code": ERROR }) } else { json!({}) },
    })
}

fn attribute(key: &str, told: &Told) -> Value {
    let value = match told {
        Told::Number(number) => json!({ "intValue": number.to_string() }),
        Told::Yes(yes) => json!({ "boolValue": yes }),
        Told::Text(text) => json!({ "stringValue": text }),
    };
    json!({ "key": key, "value": value })
}
