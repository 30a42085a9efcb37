//! Following a task while it is written, by readers of every kind.

use kaucim_fortune::SectionId;
use kaucim_tasks::{Follow, FollowOptions};

use crate::{
    app::App,
    model::{Does, report, report_until, words},
    reader::Reader,
};

const FIRST: SectionId = SectionId::ALL[0];
const SECOND: SectionId = SectionId::ALL[1];
const THIRD: SectionId = SectionId::ALL[2];

#[tokio::test]
async fn a_reader_sees_every_piece_when_it_is_written() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes("{\"overall_development\":\"It ");
    reader.until_open("It ").await;
    for piece in ["comes", ", 月", " é 🌙", " and it takes its time."] {
        let text = format!("{}{piece}", reader.open_text());
        call.writes(piece);
        let event = reader.next().await.unwrap();
        assert_eq!(event["token"], piece);
        assert_eq!(reader.open_text(), text);
    }
    assert_eq!(reader.held.total_tokens, 5);
    let task = app.task(guest, task_id).await;
    assert_eq!(task.open.unwrap().text, reader.open_text());

    call.writes("\",\"conclusion\":\"In");
    let checked = reader.until("validation").await;
    assert_eq!(
        (&checked["section"], &checked["passed"]),
        (&"overall_development".into(), &true.into())
    );
    let sealed = reader.until("section_completed").await;
    assert_eq!(sealed["text"], "It comes, 月 é 🌙 and it takes its time.");
    reader.until_open("In").await;
    let rest = report(&[FIRST]).replace('{', " short, a meeting is near enough.\",");
    call.writes(&rest);
    call.does(Does::Finishes);
    let call = app.model.call().await;
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    assert_eq!(reader.reads_to_end().await["type"], "complete");
    assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
    assert_eq!(
        reader.held.sealed[&7],
        "In short, a meeting is near enough."
    );
}

#[tokio::test]
async fn a_late_reader_gets_sealed_sections_whole_and_the_open_text_in_one_piece() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut early = app.read(guest, task_id).await;
    let call = app.model.call().await;
    for piece in report_until(&[FIRST, SECOND], 20).split_inclusive(' ') {
        call.writes(piece);
    }
    let begun: String = words(SECOND).chars().take(20).collect();
    early.until_open(&begun).await;

    let mut late = app.read(guest, task_id).await;
    let mut names = Vec::new();
    while late.open_text() != begun {
        names.push(
            late.next().await.unwrap()["type"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(
        names,
        [
            "status",
            "lot",
            "status",
            "sources",
            "status",
            "section_started",
            "section_completed",
            "section_started",
            "llm_streaming",
        ]
    );
    assert_eq!(late.held, early.held);
    drop(early);
    call.writes("x");
    late.until_open(&format!("{begun}x")).await;
    assert!(call.is_read(), "a reader that leaves is no cancel");
}

#[tokio::test]
async fn a_slow_reader_gets_bigger_pieces_and_never_across_a_boundary() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut fast = app.read(guest, task_id).await;
    let mut slow = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes("{\"conclusion\":\"It ");
    fast.until_open("It ").await;
    slow.until_open("It ").await;
    for piece in ["comes, ", "and it ", "takes "] {
        call.writes(piece);
    }
    fast.until_open("It comes, and it takes ").await;
    assert_eq!(slow.next().await.unwrap()["token"], "comes, and it takes ");
    call.writes("its time.\",\"overall_development\":\"One");
    fast.until_open("One").await;
    let mut names = Vec::new();
    while slow.open_text() != "One" {
        names.push(
            slow.next().await.unwrap()["type"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    // Who was in the section gets the rest of it in one piece, then its checks, then the seal.
    names.dedup();
    assert_eq!(
        names,
        [
            "llm_streaming",
            "validation",
            "section_completed",
            "section_started",
            "llm_streaming"
        ]
    );
    assert_eq!(slow.held, fast.held);
}

#[tokio::test]
async fn the_answer_so_far_comes_with_every_piece_that_wants_it() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let options = FollowOptions {
        cursor: None,
        partial_text: true,
    };
    let follow = app.tasks.follow(guest.account_id, task_id, options).await;
    let mut reader = Reader::new(follow.unwrap());
    let call = app.model.call().await;
    // Written out of order, told in the order of the reading; the open one last.
    call.writes(&report_until(&[THIRD, FIRST, SECOND], 7));
    reader.until_open("Part 2:").await;
    let (first, third) = (words(FIRST), words(THIRD));
    let expected = format!(
        "Line by line\n{first}\n\nWhat is in favour\n{third}\n\nHow things develop\nPart 2: 月"
    );
    call.writes(" 月");
    let event = reader.next().await.unwrap();
    assert_eq!(event["partial_text"], expected);
    let mut plain = app.read(guest, task_id).await;
    let event = plain.until("llm_streaming").await;
    assert_eq!(event.get("partial_text"), None);
}

#[tokio::test]
async fn a_section_that_fails_its_checks_is_taken_back() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let call = app.model.call().await;
    call.writes(&report_until(&[FIRST, SECOND], 3));
    reader.until_open("Par").await;
    let before = reader.held.total_tokens;
    call.writes("：月下老人說緣分將至，不必著急，慢慢來就好");
    reader.next().await.unwrap();
    assert_eq!(reader.held.total_tokens, before + 1);
    call.writes("\",\"conclusion\":\"A");
    let checked = reader.until("validation").await;
    assert_eq!(checked["passed"], true, "there is text");
    let checked = reader.until("validation").await;
    assert_eq!(
        (&checked["check"], &checked["passed"]),
        (&"language".into(), &false.into())
    );
    let reset = reader.until("section_reset").await;
    assert_eq!(
        (&reset["type"], &reset["section"], &reset["reason"]),
        (
            &"section_reset".into(),
            &"overall_development".into(),
            &"check_failed".into()
        )
    );
    reader.until_open("A").await;
    assert!(
        reader.held.total_tokens < before + 1,
        "it falls after a reset"
    );
    assert_eq!(app.sealed(guest, task_id).await.len(), 1);
}

#[tokio::test]
async fn a_finished_task_is_read_again_from_anywhere() {
    let app = crate::app::Built::workers(1)
        .model(crate::model::Fluent::writer())
        .start()
        .await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    reader.reads_to_end().await;
    let mut again = app.read(guest, task_id).await;
    assert_eq!(
        again.reads_to_end().await,
        reader.held.ended.clone().unwrap()
    );
    assert_eq!(again.held.sealed, reader.held.sealed);
    let end = reader.held.cursor.clone().unwrap();
    for (cursor, ended) in [(end.as_str(), true), ("1.0", false)] {
        let follow = app.follow(guest, task_id, Some(cursor)).await.unwrap();
        assert_eq!(matches!(follow, Follow::Ended), ended, "{cursor}");
    }
}

#[tokio::test]
async fn nobody_reads_what_belongs_to_another() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let other = app.guest().await;
    assert!(app.follow(other, task_id, None).await.is_err());
    assert!(app.tasks.task(other.account_id, task_id).await.is_err());
}
