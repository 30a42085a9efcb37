//! What must hold of every accepted question, whatever died: judged event by event, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reader::{Heard, Kind, Reader, is_end, same_sections};

/// Calls to models that one reading may make.
const CALLS: u64 = 8;

/// Attempts that may be lost; the next one ends the task.
const ATTEMPTS: u64 = 5;

/// Everything that anybody was told, and each promise that it breaks.
#[derive(Default)]
pub(super) struct Oracle {
    tasks: BTreeMap<String, Task>,
    /// The task of each idempotency key.
    keys: BTreeMap<String, String>,
    /// For each question, the sections that each call to a model asked for.
    calls: BTreeMap<u64, Vec<BTreeSet<String>>>,
    pub violations: Vec<String>,
}

/// What is known of one accepted question.
#[derive(Default)]
pub(super) struct Task {
    number: u64,
    question: Value,
    /// The kept events that any reader got, by their number.
    log: BTreeMap<u64, Kept>,
    pub attempt: u64,
    pub ended: bool,
    /// The status that it has for good, as whoever cancelled it was told.
    status: Option<String>,
}

/// A kept event, as it was first told.
struct Kept {
    name: String,
    raw: String,
}

/// What the server shows of a task in the end.
pub(super) struct Evidence {
    pub document: Value,
    /// The stream from the start.
    pub replay: Vec<Heard>,
}

impl Oracle {
    pub(super) fn tasks(&self) -> &BTreeMap<String, Task> {
        &self.tasks
    }

    /// How the tasks have ended.
    pub(super) fn ends(&self) -> impl Iterator<Item = &str> {
        let last = self
            .tasks
            .values()
            .filter_map(|task| task.log.values().last());
        last.map(|kept| kept.name.as_str())
    }

    /// The server has promised to answer this question.
    pub(super) fn accepted(&mut self, key: &str, number: u64, question: &Value, task_id: &str) {
        let first = self
            .keys
            .entry(key.to_owned())
            .or_insert_with(|| task_id.to_owned());
        if first != task_id {
            let both = format!("the key {key} means the tasks {first} and {task_id}");
            self.violations.push(both);
        }
        self.tasks
            .entry(task_id.to_owned())
            .or_insert_with(|| Task {
                number,
                question: question.clone(),
                ..Task::default()
            });
    }

    /// A reader was sent an event.
    pub(super) fn read(&mut self, task_id: &str, reader: &mut Reader, heard: &Heard) {
        let Some(task) = self.tasks.get_mut(task_id) else {
            self.violate(task_id, "it was never accepted");
            return;
        };
        let outcome = match heard.data["task_id"] == *task_id {
            true => reader.take(heard).and_then(|()| task.note(heard)),
            false => Err(format!("it was sent another task's {}", heard.raw)),
        };
        self.judged(task_id, outcome);
    }

    /// Somebody cancelled the task and was told the status that it has for good.
    pub(super) fn cancelled(&mut self, task_id: &str, status: &str) {
        if let Some(task) = self.tasks.get_mut(task_id) {
            task.status = Some(status.to_owned());
        }
    }

    /// A model was called for a question.
    pub(super) fn called(&mut self, number: u64, sections: BTreeSet<String>) {
        self.calls.entry(number).or_default().push(sections);
    }

    /// Compares what readers hold with what the server shows in the end.
    pub(super) fn judge(&mut self, task_id: &str, evidence: &Evidence) {
        let task = &self.tasks[task_id];
        let calls = self.calls.get(&task.number).map_or(&[][..], Vec::as_slice);
        let outcomes = [
            task.ends_once(),
            task.is_replayed(&evidence.replay),
            task.agrees(task_id, &evidence.document),
            task.failed_rightly(),
            called_rightly(calls, &evidence.document),
        ];
        for outcome in outcomes {
            self.judged(task_id, outcome);
        }
    }

    /// Every accepted question is in the history once, and nothing else is.
    pub(super) fn judge_history(&mut self, lines: &[Value], documents: &BTreeMap<String, Value>) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in lines {
            let task_id = line["task_id"].as_str().unwrap_or_default();
            *counts.entry(task_id).or_default() += 1;
            let Some(document) = documents.get(task_id) else {
                self.violate(task_id, "the history has it, and nobody was promised it");
                continue;
            };
            for field in ["status", "question", "language", "created_at"] {
                if line[field] != document[field] {
                    let words = format!("its {field} differs in history and document");
                    self.violate(task_id, &words);
                }
            }
        }
        let accepted: Vec<_> = self.tasks.keys().cloned().collect();
        for task_id in accepted {
            let count = counts.get(task_id.as_str()).copied().unwrap_or_default();
            if count != 1 {
                self.violate(&task_id, &format!("the history has it {count} times"));
            }
        }
    }

    pub(super) fn violate(&mut self, task_id: &str, words: &str) {
        self.violations.push(format!("task {task_id}: {words}"));
    }

    fn judged(&mut self, task_id: &str, outcome: Result<(), String>) {
        if let Err(words) = outcome {
            self.violate(task_id, &words);
        }
    }
}

impl Task {
    fn note(&mut self, heard: &Heard) -> Result<(), String> {
        if heard.kind()? == Kind::Kept {
            let (sequence, _) = heard.place()?;
            let known = self.log.entry(sequence).or_insert_with(|| Kept {
                name: heard.name.clone(),
                raw: heard.raw.clone(),
            });
            if known.raw != heard.raw {
                return Err(format!(
                    "event {sequence} was {} and is {}",
                    known.raw, heard.raw
                ));
            }
            self.ended |= is_end(&heard.name);
        }
        let attempt = heard.data["attempt"].as_u64().unwrap_or_default();
        self.attempt = self.attempt.max(attempt);
        Ok(())
    }

    fn ends_once(&self) -> Result<(), String> {
        let ends: Vec<_> = self
            .log
            .iter()
            .filter(|(_, heard)| is_end(&heard.name))
            .collect();
        match (&ends[..], self.log.last_key_value()) {
            ([(end, _)], Some((last, _))) if *end == last => {}
            ([], _) => return Err("it never came to an end".to_owned()),
            ([(end, _)], _) => return Err(format!("something follows its end, event {end}")),
            (many, _) => return Err(format!("it has {} ends", many.len())),
        }
        let numbers = self.log.keys().copied();
        if numbers.eq(1..=self.log.len() as u64) {
            Ok(())
        } else {
            Err(format!("its events are {:?}", self.log.keys()))
        }
    }

    fn is_replayed(&self, replay: &[Heard]) -> Result<(), String> {
        let mut reader = Reader::default();
        let mut kept = 0;
        for heard in replay {
            reader
                .take(heard)
                .map_err(|words| format!("replayed: {words}"))?;
            if heard.kind()? != Kind::Kept {
                continue;
            }
            let (sequence, _) = heard.place()?;
            kept += 1;
            if self.log.get(&sequence).map(|known| &known.raw) != Some(&heard.raw) {
                return Err(format!(
                    "event {sequence} is replayed as what nobody was told: {}",
                    heard.raw
                ));
            }
        }
        if kept == self.log.len() {
            Ok(())
        } else {
            let told = self.log.len();
            Err(format!("{kept} events are replayed, {told} were told"))
        }
    }

    fn agrees(&self, task_id: &str, document: &Value) -> Result<(), String> {
        let Some((last, end)) = self.log.last_key_value() else {
            return Err("nobody was told anything of it".to_owned());
        };
        let status = match end.name.as_str() {
            "complete" => "completed",
            "error" => "failed",
            "cancelled" => "cancelled",
            _ => "unfinished",
        };
        let mut expected = vec![
            ("task_id", Value::from(task_id)),
            ("status", Value::from(status)),
            ("question", self.question["question"].clone()),
            ("last_event_id", Value::from(format!("{last}.0"))),
        ];
        expected.extend(self.status.clone().map(|it| ("status", Value::from(it))));
        expected.extend(end.data().get("result").map(|it| ("result", it.clone())));
        for (field, told) in expected {
            let shown = &document[field];
            if *shown != told {
                return Err(format!(
                    "its document says {field} {shown}, readers were told {told}"
                ));
            }
        }
        let sections = document["sections"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        same_sections(&self.sealed(), sections)
    }

    /// No reading fails but by losing five attempts.
    fn failed_rightly(&self) -> Result<(), String> {
        let attempt = |kept: &Kept| kept.data()["attempt"].as_u64().unwrap_or_default();
        let (ends, others): (Vec<_>, Vec<_>) =
            self.log.values().partition(|kept| is_end(&kept.name));
        let most = others.into_iter().map(attempt).max().unwrap_or_default();
        if most > ATTEMPTS {
            return Err(format!("it was attempted {most} times"));
        }
        match ends.first() {
            Some(end) if end.name == "error" => {
                let exhausted = end.data()["code"] == "attempts_exhausted";
                if exhausted && attempt(end) > ATTEMPTS {
                    Ok(())
                } else {
                    let attempt = attempt(end);
                    Err(format!("it failed in attempt {attempt}: {}", end.raw))
                }
            }
            Some(_) | None => Ok(()),
        }
    }

    fn sealed(&self) -> BTreeMap<u64, Value> {
        let sections = self
            .log
            .values()
            .filter(|kept| kept.name == "section_completed");
        sections
            .map(|kept| {
                let data = kept.data();
                (data["index"].as_u64().unwrap_or_default(), data)
            })
            .collect()
    }
}

impl Kept {
    fn data(&self) -> Value {
        // It was JSON when it was heard.
        serde_json::from_str(&self.raw).unwrap_or_default()
    }
}

/// The budget of calls was kept, each call was counted, none asked for what was sealed.
fn called_rightly(calls: &[BTreeSet<String>], document: &Value) -> Result<(), String> {
    let made = calls.len() as u64;
    let counted = document["result"]["usage"]["calls"].as_u64();
    let allowed = counted.map_or(CALLS, |counted| counted.min(CALLS));
    if made > allowed {
        return Err(format!("{made} calls were made, {allowed} are counted"));
    }
    for pair in calls.windows(2) {
        let again: Vec<_> = pair[1].difference(&pair[0]).collect();
        if !again.is_empty() {
            return Err(format!("a model was asked again for {again:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
