//! The stored format: every kind of event as it is on the disk, and back.

use std::collections::{BTreeMap, BTreeSet};

use kaucim_decks::{Allusion, Commentary, Provenance, Tone, Topic};
use kaucim_fortune::{FortuneResult, Language, Origin, SectionId, Usage, Writer};
use proptest::prelude::*;

use super::*;
use crate::Timings;

fn task_id() -> TaskId {
    "01890a5d-ac96-774b-bcce-b302099a8057"
        .parse()
        .expect("an identifier")
}

/// What is on disks must be read by every later version: a change here needs a reader for the old
/// form, too.
#[test]
fn every_kind_is_stored_like_this() {
    let events = one_of_each();
    let lines: Vec<String> = (1..)
        .zip(&events)
        .map(|(attempt, event)| encode(event, task_id(), attempt))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    for (line, event) in lines.iter().zip(events) {
        assert_eq!(decode(line).expect("it was written here"), event);
    }
}

#[test]
fn there_is_one_of_each() {
    let mut names: Vec<&str> = one_of_each().iter().map(Event::name).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let expected = [
        "status",
        "notice",
        "lot",
        "sources",
        "section_completed",
        "section_reset",
        "complete",
        "error",
        "cancelled",
    ];
    assert_eq!(names, expected);
}

#[test]
fn what_a_later_version_adds_is_passed_over() {
    let line = r#"{"type":"cancelled","task_id":"x","attempt":1,"by":"somebody"}"#;
    assert_eq!(decode(line).expect("it is known"), Event::Cancelled {});
    for line in [
        "",
        "{}",
        "[]",
        r#"{"type":"unheard_of"}"#,
        r#"{"type":"lot"}"#,
    ] {
        assert!(decode(line).is_err(), "{line}");
    }
}

fn one_of_each() -> Vec<Event> {
    let mut events: Vec<Event> = Status::ALL
        .into_iter()
        .map(|status| Event::Status {
            status,
            progress: 46,
        })
        .collect();
    for kind in [
        NoticeKind::Safety,
        NoticeKind::Fallback,
        NoticeKind::Repair,
        NoticeKind::Rite,
    ] {
        events.push(Event::notice(notice(kind)));
    }
    events.extend([
        Event::Lot {
            lot: Box::new(lot()),
            drawn: true,
            readings: Readings::Model,
            deck_disclaimer: None,
        },
        Event::Sources {
            sources: vec![source()],
        },
    ]);
    let origins = [SectionOrigin::Model, SectionOrigin::Classic];
    events.extend(
        SectionId::ALL
            .into_iter()
            .zip(origins.into_iter().cycle())
            .map(|(id, origin)| Event::section_completed(section(id, origin), 318)),
    );
    let resets = [
        (Some(SectionId::Conclusion), ResetReason::CheckFailed),
        (Some(SectionId::Challenges), ResetReason::ModelFailed),
        (None, ResetReason::Interrupted),
    ];
    events.extend(resets.map(|(section, reason)| Event::SectionReset { section, reason }));
    for origin in [Origin::Model, Origin::Mixed, Origin::Classic] {
        events.push(Event::Complete {
            result: Box::new(result(origin)),
        });
    }
    events.extend([
        Event::Error {
            code: "attempts_exhausted".to_owned(),
            message: "the reading failed too often".to_owned(),
            retry_allowed: true,
        },
        Event::Cancelled {},
        Event::Lot {
            lot: Box::new(lot()),
            drawn: false,
            readings: Readings::Verse,
            deck_disclaimer: Some("Of our temple.".to_owned()),
        },
    ]);
    events
}

fn notice(kind: NoticeKind) -> Notice {
    Notice {
        kind,
        code: "pregnancy".to_owned(),
        message: "Ask a midwife\nfirst.".to_owned(),
    }
}

fn lot() -> Lot {
    let names = |zh: &str| BTreeMap::from([(Language::Zh, zh.to_owned())]);
    Lot {
        deity_id: "yue_lao".to_owned(),
        deity: names("月老"),
        deck_id: "red_thread".to_owned(),
        deck: names("紅線籤"),
        edition: "first".to_owned(),
        version: "0af3".to_owned(),
        number: 7,
        title: "月下檢書".to_owned(),
        grade: Some("上上".to_owned()),
        tone: Some(Tone::Good),
        verse: vec!["囊裏紅絲月下明".to_owned()],
        pronunciation: vec!["náng lǐ hóng sī yuè xià míng".to_owned()],
        commentary: vec![Commentary {
            kind: "meaning".to_owned(),
            language: Language::ZhHans,
            provenance: Provenance::Written,
            text: "缘分深稳。".to_owned(),
        }],
        allusions: vec![Allusion {
            language: Language::Ja,
            provenance: Provenance::Translated,
            title: "月下老人".to_owned(),
            text: "袋の中の赤い糸。".to_owned(),
        }],
        topics: BTreeMap::from([(Topic::LostThings, names("可尋。"))]),
    }
}

fn source() -> Source {
    Source {
        id: "red_thread/7/verse".to_owned(),
        kind: "verse".to_owned(),
        title: "月下檢書".to_owned(),
        excerpt: "囊裏紅絲月下明".to_owned(),
        score: 0.125,
    }
}

fn section(id: SectionId, origin: SectionOrigin) -> Section {
    let check = |check: &str, detail: Option<&str>| Check {
        check: check.to_owned(),
        passed: detail.is_none(),
        detail: detail.map(str::to_owned),
    };
    Section {
        section: id,
        index: id.index(),
        title: id.title(Language::En).to_owned(),
        text: "It \"comes\",\nin time. 🌙\u{2028}".to_owned(),
        origin,
        checks: vec![check("present", None), check("language", Some("not in en"))],
    }
}

fn result(origin: Origin) -> TaskResult {
    let reading = FortuneResult {
        question: "Will we meet?".to_owned(),
        language: Language::En,
        lot: lot(),
        sources: vec![source()],
        notices: vec![notice(NoticeKind::Safety)],
        sections: vec![section(SectionId::Conclusion, SectionOrigin::Model)],
        text: "In short\nIt comes.".to_owned(),
        model: (origin != Origin::Classic).then(|| Writer {
            provider: "ollama".to_owned(),
            name: "qwen3:8b".to_owned(),
        }),
        origin,
        usage: Usage::default(),
        disclaimer: "For reflection.".to_owned(),
    };
    let usage = Usage {
        input_tokens: 1200,
        output_tokens: 640,
        calls: 2,
    };
    let timings = Timings {
        queued_ms: 3,
        first_token_ms: (origin != Origin::Classic).then_some(900),
        total_ms: 21_000,
    };
    TaskResult::new(task_id(), reading, usage, timings, 2)
}

/// An event of any kind, with any text in it.
fn event() -> impl Strategy<Value = Event> {
    let any_event = prop::sample::select(one_of_each());
    let texts = prop::collection::vec(any::<String>(), 1..6);
    (any_event, texts, any::<u64>(), any::<u8>()).prop_map(|(mut event, texts, number, byte)| {
        let mut texts = texts.into_iter().cycle();
        let mut text = || texts.next().unwrap_or_default();
        match &mut event {
            Event::Status { progress, .. } => *progress = byte,
            Event::Notice { code, message, .. } => (*code, *message) = (text(), text()),
            Event::Lot {
                lot,
                drawn,
                readings: _,
                deck_disclaimer,
            } => {
                *deck_disclaimer = (byte % 5 == 0).then(&mut text);
                lot.verse.push(text());
                lot.grade = (byte % 2 == 0).then(&mut text);
                lot.allusions[0].title = text();
                *drawn = byte % 3 == 0;
            }
            Event::Sources { sources } => {
                sources[0].excerpt = text();
                sources[0].score = f64::from(byte) / 1000.0;
                sources.truncate(usize::from(byte % 2));
            }
            Event::SectionCompleted {
                title,
                text: written,
                total_tokens,
                checks,
                ..
            } => {
                (*title, *written, *total_tokens) = (text(), text(), number);
                checks[0].detail = (byte % 2 == 0).then(&mut text);
            }
            Event::SectionReset { .. } | Event::Cancelled {} => {}
            Event::Complete { result } => {
                result.text = text();
                result.question = text();
                result.timings.first_token_ms = (byte % 2 == 0).then_some(number);
                result.usage.input_tokens = number;
            }
            Event::Error {
                code,
                message,
                retry_allowed,
            } => (*code, *message, *retry_allowed) = (text(), text(), byte % 2 == 0),
        }
        event
    })
}

proptest! {
    #[test]
    fn what_is_stored_is_read_again(event in event(), attempt in any::<u32>()) {
        let line = encode(&event, task_id(), attempt);
        prop_assert!(!line.contains('\n'), "one line: {}", line);
        let value: Value = serde_json::from_str(&line).expect("it is JSON");
        prop_assert_eq!(&value["type"], event.name());
        prop_assert_eq!(&value["task_id"], &task_id().to_string());
        prop_assert_eq!(&value["attempt"], attempt);
        prop_assert_eq!(decode(&line).expect("it was written here"), event);
    }
}
