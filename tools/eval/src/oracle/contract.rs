//! What the contract promises of every reading, whatever a model says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{SECTIONS, Violation};
use crate::{Case, Reading};

/// All promises that the reading breaks.
pub(super) fn violations(reading: &Reading, case: &Case) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut say = |rule, detail: String| violations.push(Violation::of_reading(rule, detail));
    let ends = reading.events.iter().filter(|event| is_end(event)).count();
    let Some(result) = reading.result().filter(|_| ends == 1) else {
        let last = reading.events.last().map(|event| event["type"].to_string());
        say("end", format!("{ends} ends, the last event is {last:?}"));
        return violations;
    };
    if let Some(detail) = wrong_order(reading) {
        say("order", detail);
    }
    for detail in wrong_notices(reading, result, case) {
        say("notices", detail);
    }
    for detail in wrong_sections(result) {
        say("sections", detail);
    }
    for detail in wrong_tokens(reading, result) {
        say("tokens", detail);
    }
    for detail in dishonest_origin(result) {
        say("origin", detail);
    }
    if reading.document["result"] != *result || reading.document["status"] != "completed" {
        say("stored", "the document is not what was streamed".to_owned());
    }
    violations
}

fn is_end(event: &Value) -> bool {
    ["complete", "error", "cancelled"]
        .iter()
        .any(|end| event["type"] == *end)
}

/// Safety first, then the lot, then sources, then sections.
fn wrong_order(reading: &Reading) -> Option<String> {
    let place = |name: &str| {
        reading
            .events
            .iter()
            .position(|event| event["type"] == *name)
    };
    let safety = reading
        .events
        .iter()
        .rposition(|event| event["type"] == "notice" && event["kind"] == "safety");
    let (lot, sources) = (place("lot"), place("sources"));
    let first = place("section_started").or_else(|| place("section_completed"));
    if lot.is_none() || sources.is_none() {
        return Some("there is no lot, or there are no sources".to_owned());
    }
    let order = [safety.or(Some(0)), lot, sources, first];
    (!order.is_sorted()).then(|| format!("notices, lot, sources, section came at {order:?}"))
}

fn wrong_notices(reading: &Reading, result: &Value, case: &Case) -> Vec<String> {
    let codes = |kind: &str| -> Vec<String> {
        let notices = result["notices"].as_array().into_iter().flatten();
        notices
            .filter(|notice| notice["kind"] == *kind)
            .map(|notice| notice["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let safety = codes("safety");
    let mut faults = Vec::new();
    for code in case.notices.iter().filter(|code| !safety.contains(code)) {
        faults.push(format!("`{code}` is missing; {safety:?} are there"));
    }
    for code in case.without.iter().filter(|code| safety.contains(code)) {
        faults.push(format!("`{code}` is a false alarm"));
    }
    let shown: Vec<&Value> = reading.all("notice").map(|event| &event["code"]).collect();
    for notice in result["notices"].as_array().into_iter().flatten() {
        if shown
            .iter()
            .filter(|code| **code == &notice["code"])
            .count()
            != 1
        {
            faults.push(format!("{} was not shown once", notice["code"]));
        }
        if notice["message"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
        {
            faults.push(format!("{} says nothing", notice["code"]));
        }
    }
    let is_whole = result["origin"] == "model";
    if !is_whole && codes("fallback").is_empty() {
        faults.push("deck text fills in and no notice says so".to_owned());
    }
    faults
}

fn wrong_sections(result: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let sections = result["sections"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<&str> = sections
        .iter()
        .map(|section| section["section"].as_str().unwrap_or_default())
        .collect();
    if names != SECTIONS {
        faults.push(format!("they are {names:?}"));
    }
    let whole = result["text"].as_str().unwrap_or_default();
    let mut from = 0;
    for (index, section) in (1..).zip(sections) {
        let [title, text] =
            ["title", "text"].map(|name| section[name].as_str().unwrap_or_default());
        if section["index"] != index || title.is_empty() || text.trim().is_empty() {
            faults.push(format!("section {index} is {section}"));
        }
        match whole[from..].find(text) {
            Some(at) => from += at + text.len(),
            None => faults.push(format!(
                "the plain text does not hold section {index} in its place"
            )),
        }
    }
    faults
}

/// What was streamed of a section, joined, is the beginning of its text; what was sealed never
/// changes.
fn wrong_tokens(reading: &Reading, result: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Option<(String, String)> = None;
    let mut sealed: BTreeMap<String, &Value> = BTreeMap::new();
    for event in &reading.events {
        let section = event["section"].as_str().unwrap_or_default();
        match event["type"].as_str() {
            Some("section_started") => open = Some((section.to_owned(), String::new())),
            Some("llm_streaming") => match &mut open {
                Some((name, text)) if name == section => {
                    text.push_str(event["token"].as_str().unwrap_or_default());
                }
                _ => faults.push(format!("text of {section}, which is not open")),
            },
            Some("section_reset") => open = None,
            Some("section_completed") => {
                let streamed = open.take().filter(|(name, _)| name == section);
                let streamed = streamed.map(|(_, text)| text).unwrap_or_default();
                let text = event["text"].as_str().unwrap_or_default();
                let by_model = event["origin"] == "model";
                // A reader that falls behind gets the rest with the seal.
                if !text.starts_with(&streamed) || (!by_model && !streamed.is_empty()) {
                    faults.push(format!("{section}: streamed {streamed:?}, sealed {text:?}"));
                }
                if sealed.insert(section.to_owned(), event).is_some() {
                    faults.push(format!("{section} was sealed twice"));
                }
            }
            _ => {}
        }
    }
    for section in result["sections"].as_array().into_iter().flatten() {
        let name = section["section"].as_str().unwrap_or_default();
        let same = |event: &&Value| {
            ["text", "origin", "checks"]
                .iter()
                .all(|part| event[*part] == section[*part])
        };
        if !sealed.get(name).is_some_and(same) {
            faults.push(format!("{name} is not what was sealed"));
        }
    }
    faults
}

/// What a reading says that it is.
fn dishonest_origin(result: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let sections = result["sections"].as_array().map_or(&[][..], Vec::as_slice);
    let by_model = sections
        .iter()
        .filter(|one| one["origin"] == "model")
        .count();
    let origin = match by_model {
        0 => "classic",
        7 => "model",
        _ => "mixed",
    };
    if result["origin"] != origin {
        faults.push(format!(
            "{by_model} sections are a model's, and it says {}",
            result["origin"]
        ));
    }
    if result["disclaimer"]
        .as_str()
        .is_none_or(|text| text.trim().is_empty())
    {
        faults.push("it does not say what it is".to_owned());
    }
    if (by_model > 0) != result["model"].is_object() {
        faults.push("it does not name the model".to_owned());
    }
    faults
}
