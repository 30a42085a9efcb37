//! The oracle finds each violation that is planted, and none in a whole reading.

use serde_json::json;

use super::*;

const TASK: &str = "task-1";

/// A reading in which nothing is wrong, as its readers get it.
fn reading() -> Vec<Heard> {
    let mut events = Vec::new();
    let mut sections = Vec::new();
    let mut hear = |id: String, name: &str, mut data: Value| {
        data["type"] = name.into();
        data["task_id"] = TASK.into();
        data["attempt"] = 1.into();
        events.push(Heard::new(Some(id), name, data.to_string()).unwrap());
    };
    hear("1.0".to_owned(), "status", json!({ "status": "queued" }));
    for index in 1..=7 {
        let (section, before) = (format!("section-{index}"), index);
        let started = json!({ "section": section });
        hear(format!("{before}.00"), "section_started", started);
        for (end, token) in [(3, "一"), (5, "am")] {
            let token = json!({ "section": section, "token": token });
            hear(format!("{before}.{end}"), "llm_streaming", token);
        }
        let sealed = json!({
            "section": section, "index": index, "title": section, "text": "一am.",
            "origin": "model", "checks": [],
        });
        hear(
            format!("{}.0", before + 1),
            "section_completed",
            sealed.clone(),
        );
        sections.push(sealed);
    }
    let result = json!({ "sections": sections, "usage": { "calls": 1 } });
    hear("9.0".to_owned(), "complete", json!({ "result": result }));
    events
}

fn document() -> Value {
    let events = reading();
    let result = &events.last().unwrap().data["result"];
    json!({
        "task_id": TASK, "status": "completed", "question": "Why?", "last_event_id": "9.0",
        "sections": result["sections"], "result": result,
    })
}

fn accepting() -> Oracle {
    let mut oracle = Oracle::default();
    oracle.accepted("key", 1, &json!({ "question": "Why?" }), TASK);
    oracle.called(1, BTreeSet::from(["section-1".to_owned()]));
    oracle
}

/// An oracle that saw one reader read all this.
fn told(events: &[Heard]) -> Oracle {
    let mut oracle = accepting();
    tell(&mut oracle, events);
    oracle
}

fn tell(oracle: &mut Oracle, events: &[Heard]) {
    let mut reader = Reader::default();
    for event in events {
        oracle.read(TASK, &mut reader, event);
    }
}

fn judged(mut oracle: Oracle, document: Value, replay: Vec<Heard>) -> Vec<String> {
    oracle.judge(TASK, &Evidence { document, replay });
    oracle.violations
}

fn check(violations: &[String], words: &str) {
    let is_found = violations.iter().any(|violation| violation.contains(words));
    assert!(is_found, "nobody says `{words}`: {violations:#?}");
}

fn changed(event: &Heard, id: Option<&str>, field: &str, value: &str) -> Heard {
    let mut data = event.data.clone();
    data[field] = value.into();
    let id = id.map(str::to_owned).or_else(|| event.id.clone());
    Heard::new(id, &event.name, data.to_string()).unwrap()
}

#[test]
fn a_whole_reading_breaks_nothing() {
    let violations = judged(told(&reading()), document(), reading());
    assert_eq!(violations, [""; 0]);
}

#[test]
fn a_sealed_section_that_changes_is_found() {
    let mut changing = document();
    changing["sections"][2]["text"] = "一am!".into();
    let violations = judged(told(&reading()), changing, reading());
    check(&violations, "the sealed \"section-3\" has changed its text");
    // Somebody who comes later is told something else.
    let mut later = reading();
    later[4] = changed(&later[4], None, "text", "一am!");
    let mut oracle = told(&reading());
    tell(&mut oracle, &later);
    check(&oracle.violations, "event 2 was");
    check(
        &judged(told(&reading()), document(), later),
        "event 2 is replayed as what nobody was told",
    );
}

#[test]
fn a_second_end_is_found() {
    let mut twice = reading();
    let end = twice.last().unwrap().clone();
    twice.push(changed(&end, Some("10.0"), "result", "another"));
    check(&told(&twice).violations, "`complete` came after `complete`");
    // Each of two readers was told of one.
    let mut oracle = told(&reading());
    let mut another = reading();
    let cancelled = json!({ "type": "cancelled", "task_id": TASK, "attempt": 1 });
    let cancelled = Heard::new(Some("9.0".to_owned()), "cancelled", cancelled.to_string());
    *another.last_mut().unwrap() = cancelled.unwrap();
    tell(&mut oracle, &another);
    check(&oracle.violations, "event 9 was");
    let mut oracle = accepting();
    let task = oracle.tasks.get_mut(TASK).unwrap();
    for (number, event) in (1..).zip([&another[0], &end, another.last().unwrap()]) {
        let (name, raw) = (event.name.clone(), event.raw.clone());
        task.log.insert(number, Kept { name, raw });
    }
    check(&judged(oracle, document(), vec![]), "it has 2 ends");
}

#[test]
fn text_that_is_repeated_lost_or_altered_is_found() {
    let mut repeated = reading();
    repeated.insert(3, repeated[2].clone());
    check(&told(&repeated).violations, "says 3 bytes");
    let mut repeated = reading();
    repeated.insert(4, changed(&repeated[3], Some("1.7"), "token", "am"));
    check(&told(&repeated).violations, "are no beginning of its text");
    let mut lost = reading();
    lost.remove(2);
    check(&told(&lost).violations, "says 5 bytes");
    let mut altered = reading();
    altered[3] = changed(&altered[3], None, "token", "AM");
    check(&told(&altered).violations, "are no beginning of its text");
    let mut foreign = reading();
    foreign[3] = changed(&foreign[3], None, "section", "section-5");
    check(&told(&foreign).violations, "came while \"section-1\"");
}

#[test]
fn a_kept_event_that_is_left_out_is_found() {
    let mut gap = reading();
    gap.drain(1..=4);
    check(&told(&gap).violations, "has number 2 after 1");
    let shorter = reading().into_iter().take(10).collect();
    check(
        &judged(told(&reading()), document(), shorter),
        "3 events are replayed, 9 were told",
    );
}

#[test]
fn a_question_that_is_lost_or_asked_twice_is_found() {
    let unended = told(&reading()[..10]);
    check(
        &judged(unended, document(), reading()),
        "it never came to an end",
    );
    let mut forgotten = told(&reading());
    forgotten.judge_history(&[], &BTreeMap::new());
    check(&forgotten.violations, "the history has it 0 times");
    let mut twice = told(&reading());
    twice.accepted("key", 1, &json!({ "question": "Why?" }), "task-2");
    check(&twice.violations, "means the tasks task-1 and task-2");
    let mut unasked = told(&reading());
    unasked.judge_history(&[json!({ "task_id": "task-2" })], &BTreeMap::new());
    check(&unasked.violations, "nobody was promised it");
}

#[test]
fn calls_beyond_the_budget_or_for_sealed_sections_are_found() {
    let mut uncounted = told(&reading());
    uncounted.called(1, BTreeSet::from(["section-1".to_owned()]));
    check(
        &judged(uncounted, document(), reading()),
        "2 calls were made, 1 are counted",
    );
    let mut again = accepting();
    again.called(1, BTreeSet::from(["section-2".to_owned()]));
    tell(&mut again, &reading());
    let mut counted = document();
    counted["result"]["usage"]["calls"] = 2.into();
    check(
        &judged(again, counted, reading()),
        "asked again for [\"section-2\"]",
    );
}

#[test]
fn a_failure_before_five_attempts_are_lost_is_found() {
    let mut early = reading();
    let error = |attempt: u64, code: &str| {
        let data = json!({ "type": "error", "task_id": TASK, "attempt": attempt, "code": code });
        Heard::new(Some("9.0".to_owned()), "error", data.to_string()).unwrap()
    };
    for (attempt, code) in [(3, "attempts_exhausted"), (6, "internal")] {
        *early.last_mut().unwrap() = error(attempt, code);
        let violations = judged(told(&early), document(), early.clone());
        check(&violations, &format!("it failed in attempt {attempt}"));
    }
    *early.last_mut().unwrap() = error(6, "attempts_exhausted");
    let mut failed = document();
    failed["status"] = "failed".into();
    failed["result"].take();
    assert_eq!(judged(told(&early), failed, early.clone()), [""; 0]);
}

#[test]
fn a_document_that_disagrees_is_found() {
    for (field, words) in [("status", "status"), ("last_event_id", "last_event_id")] {
        let mut other = document();
        other[field] = "other".into();
        let violations = judged(told(&reading()), other, reading());
        check(&violations, &format!("its document says {words}"));
    }
    let mut oracle = told(&reading());
    oracle.cancelled(TASK, "cancelled");
    let violations = judged(oracle, document(), reading());
    check(&violations, "readers were told \"cancelled\"");
}
