//! One more question about a reading: on its lot, knowing it, and one.

use futures::future::join_all;
use kaucim_decks::Library;
use kaucim_fortune::{Origin, SectionId};
use kaucim_tasks::{
    Accepted, EraseError, FollowUpRefusal, Limits, Status, Submission, SubmitError, TaskId,
};
use serde_json::{Map, Value};

use crate::{
    app::{App, Built, Person, ask, submission},
    model::{Call, Does, report},
    packs::yue_lao,
};

const AGAIN: &str = "Shall I write to her first?";

/// A reading that was read to its end.
pub(crate) async fn read(app: &App, person: Person) -> TaskId {
    let task_id = app.ask(person).await;
    writes(&app.model.call().await, &report(&SectionId::ALL));
    ends(app, person, task_id, "complete").await;
    task_id
}

pub(crate) fn following(person: Person, first: TaskId) -> Submission {
    Submission {
        ask: ask(AGAIN),
        follows: Some(first),
        ..submission(person)
    }
}

pub(crate) async fn follow_up(app: &App, person: Person, first: TaskId) -> Accepted {
    let accepted = app.submit(following(person, first)).await;
    accepted.expect("it is accepted")
}

fn writes(call: &Call, text: &str) {
    call.writes(text);
    call.does(Does::Finishes);
}

async fn ends(app: &App, person: Person, task_id: TaskId, how: &str) -> Value {
    let end = app.read(person, task_id).await.reads_to_end().await;
    assert_eq!(end["type"], how, "{end}");
    end
}

/// What each section says the second time.
fn said(section: SectionId) -> &'static str {
    match section {
        SectionId::LineByLineInterpretation => {
            "Lines 1 to 4 say that the hand may move before the lamp is lit."
        }
        SectionId::OverallDevelopment => "A letter opens slowly, as doors in spring do.",
        SectionId::PositiveFactors => "She has answered your letters before this one.",
        SectionId::Challenges => "Do not count the hours until she replies.",
        SectionId::SuggestedActions => "Write five lines on Thursday, and post them on Friday.",
        SectionId::SupplementaryNotes => "In the story the old man reads by moonlight, unhurried.",
        SectionId::Conclusion => "Yes, this week is as good as any for a short letter.",
    }
}

fn other_report(sections: &[SectionId]) -> String {
    let members: Map<String, Value> = sections
        .iter()
        .map(|section| (section.name().to_owned(), said(*section).into()))
        .collect();
    Value::Object(members).to_string()
}

/// What the model of a call is told of the first reading.
#[track_caller]
fn told(call: &Call) -> &str {
    let text = &call.request.messages[1].text;
    let (_, first) = text.split_once("<first>\n").expect("the first reading");
    first.split_once("\n</first>\n").expect("its end").0
}

#[track_caller]
fn knows_the_first(call: &Call) {
    let told = told(call);
    assert!(
        told.starts_with("question: Will we meet?\n[conclusion] Part 7"),
        "{told}"
    );
    assert!(told.contains("a meeting seems near enough"), "{told}");
}

async fn refused(app: &App, person: Person, first: TaskId) -> FollowUpRefusal {
    match app.submit(following(person, first)).await {
        Err(SubmitError::FollowUp(refusal)) => refusal,
        other => panic!("it came to {other:?}"),
    }
}

#[tokio::test]
async fn a_question_follows_a_reading_on_its_lot_and_knows_it() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let mut asked = following(guest, first);
    // Neither counts, and nothing is drawn.
    (asked.ask.deity_id, asked.ask.number) = (String::new(), None);
    let accepted = app.submit(asked).await.unwrap();
    assert_eq!(accepted.lot, app.task(guest, first).await.lot);
    assert!(!accepted.drawn && !accepted.already_drawn);
    assert_eq!(app.rows("draws"), 0);

    let call = app.model.call().await;
    knows_the_first(&call);
    let text = &call.request.messages[1].text;
    assert!(text.contains(&format!("<question>\n{AGAIN}\n</question>")));
    writes(&call, &other_report(&SectionId::ALL));
    let end = ends(&app, guest, accepted.task_id, "complete").await;
    assert_eq!(end["result"]["follows"], first.to_string());
    assert_eq!(end["result"]["question"], AGAIN);
    assert_eq!(end["result"]["sections"].as_array().unwrap().len(), 7);

    let (one, two) = (
        app.task(guest, first).await,
        app.task(guest, accepted.task_id).await,
    );
    assert_eq!((one.follows, one.followed_by), (None, Some(two.task_id)));
    assert_eq!((two.follows, two.followed_by), (Some(first), None));
    let history = app.tasks.history(guest.account_id, None, 9).await.unwrap();
    let rows: Vec<_> = history
        .iter()
        .map(|one| (one.task_id, one.follows))
        .collect();
    assert_eq!(rows, [(two.task_id, Some(first)), (first, None)]);
}

#[tokio::test]
async fn only_a_completed_reading_of_ones_own_is_followed_and_once() {
    let app = App::start(1).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let first = app.ask(guest).await;
    assert_eq!(
        refused(&app, guest, first).await,
        FollowUpRefusal::Running(first)
    );
    let call = app.model.call().await;
    assert_eq!(
        refused(&app, guest, first).await,
        FollowUpRefusal::Running(first)
    );
    writes(&call, &report(&SectionId::ALL));
    ends(&app, guest, first, "complete").await;
    assert_eq!(refused(&app, other, first).await, FollowUpRefusal::NotFound);
    let nobodys = "01a214ee-ddb7-77db-9bac-8dd687a3986e".parse().unwrap();
    assert_eq!(
        refused(&app, guest, nobodys).await,
        FollowUpRefusal::NotFound
    );

    let second = follow_up(&app, guest, first).await.task_id;
    for _ in 0..2 {
        assert_eq!(
            refused(&app, guest, first).await,
            FollowUpRefusal::Asked(second)
        );
        assert_eq!(
            refused(&app, guest, second).await,
            FollowUpRefusal::Asked(second)
        );
        if let Ok(Status::Queued | Status::Retrieving | Status::Generating) = app
            .tasks
            .task(guest.account_id, second)
            .await
            .map(|task| task.status)
        {
            writes(&app.model.call().await, &other_report(&SectionId::ALL));
            ends(&app, guest, second, "complete").await;
        }
    }
    assert_eq!(app.rows("tasks"), 2, "what is refused leaves nothing");

    let cancelled = app.ask(guest).await;
    app.tasks.cancel(guest.account_id, cancelled).await.unwrap();
    assert_eq!(
        refused(&app, guest, cancelled).await,
        FollowUpRefusal::NoReading(cancelled)
    );
}

#[tokio::test]
async fn a_follow_up_that_came_to_no_reading_does_not_count() {
    let app = Built {
        classic: false,
        calls_per_reading: 1,
        ..Built::workers(1)
    };
    let app = app.start().await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let cancelled = follow_up(&app, guest, first).await.task_id;
    let _call = app.model.call().await;
    app.tasks.cancel(guest.account_id, cancelled).await.unwrap();
    assert_eq!(app.task(guest, first).await.followed_by, None);
    let failed = follow_up(&app, guest, first).await.task_id;
    assert_eq!(app.task(guest, first).await.followed_by, Some(failed));
    app.model.call().await.does(Does::Fails);
    ends(&app, guest, failed, "error").await;
    assert_eq!(
        refused(&app, guest, cancelled).await,
        FollowUpRefusal::Asked(cancelled)
    );

    let third = follow_up(&app, guest, first).await.task_id;
    knows_the_first(&app.model.call().await);
    assert_eq!(app.task(guest, first).await.followed_by, Some(third));
    // All of them belong to it, and go with it.
    app.tasks.cancel(guest.account_id, third).await.unwrap();
    app.tasks.erase(guest.account_id, first).await.unwrap();
    assert_eq!(app.rows("tasks"), 0);
}

#[tokio::test]
async fn of_many_at_once_one_is_accepted() {
    let app = App::start(1).await;
    let temple = app.key_holder("temple").await;
    let first = read(&app, temple).await;
    let asked = (0..8).map(|_| app.submit(following(temple, first)));
    let (accepted, refused): (Vec<_>, Vec<_>) =
        join_all(asked).await.into_iter().partition(Result::is_ok);
    let accepted: Vec<_> = accepted
        .into_iter()
        .map(|one| one.unwrap().task_id)
        .collect();
    assert_eq!(accepted.len(), 1, "{refused:?}");
    for refusal in refused {
        assert!(
            matches!(refusal, Err(SubmitError::FollowUp(FollowUpRefusal::Asked(asked)))
                if asked == accepted[0]),
            "{refusal:?}"
        );
    }
    assert_eq!(app.rows("tasks"), 2);
}

#[tokio::test]
async fn the_database_itself_keeps_a_second_one_out() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let second = follow_up(&app, guest, first).await.task_id;
    // As a node would that does not ask before.
    let like_it = |status: &str| {
        let another = format!("another-{status}");
        app.hand().run(&format!(
            "INSERT INTO tasks (task_id, account_id, status, deity_id, fortune_number, question,
                language, context, created_ms, turn, arrival, follows)
             SELECT '{another}', account_id, '{status}', deity_id, fortune_number, question,
                language, context, created_ms, turn, arrival, follows
             FROM tasks WHERE task_id = '{second}' ON CONFLICT DO NOTHING"
        ));
        app.rows(&format!("tasks WHERE follows = '{first}'"))
    };
    assert_eq!(like_it("queued"), 1);
    assert_eq!(like_it("generating"), 1);
    assert_eq!(like_it("completed"), 1);
    assert_eq!(
        like_it("failed"),
        2,
        "one that came to nothing is in nobody's way"
    );
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_time() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let mut asked = following(guest, first);
    asked.idempotency = Some(("twice".to_owned(), [7; 32]));
    let accepted = app.submit(asked.clone()).await.unwrap();
    assert_eq!(app.submit(asked.clone()).await.unwrap(), accepted);
    writes(&app.model.call().await, &other_report(&SectionId::ALL));
    ends(&app, guest, accepted.task_id, "complete").await;
    assert_eq!(app.submit(asked.clone()).await.unwrap(), accepted);
    assert_eq!(app.rows("tasks"), 2);
    app.tasks.erase(guest.account_id, first).await.unwrap();
    assert!(matches!(
        app.submit(asked).await,
        Err(SubmitError::FollowUp(FollowUpRefusal::NotFound))
    ));
}

#[tokio::test]
async fn limits_count_it_as_any_question() {
    let limits = Limits {
        per_guest: 1,
        ..Limits::default()
    };
    let app = Built {
        limits,
        ..Built::workers(1)
    };
    let app = app.start().await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let running = app.ask(guest).await;
    let refused = app.submit(following(guest, first)).await;
    assert!(matches!(refused, Err(SubmitError::TaskRunning(task_id)) if task_id == running));
    app.tasks.cancel(guest.account_id, running).await.unwrap();
    let second = follow_up(&app, guest, first).await.task_id;
    let refused = app.submit(submission(guest)).await;
    assert!(matches!(refused, Err(SubmitError::TaskRunning(task_id)) if task_id == second));
}

#[tokio::test]
async fn a_customer_hears_nothing_of_what_another_asked() {
    let app = App::start(1).await;
    let temple = app.key_holder("temple").await;
    let of = |name: &str| Some(name.to_owned());
    let asked = Submission {
        end_user: of("mei"),
        ..submission(temple)
    };
    let first = app.submit(asked).await.unwrap().task_id;
    writes(&app.model.call().await, &report(&SectionId::ALL));
    ends(&app, temple, first, "complete").await;
    let by = |end_user| Submission {
        end_user,
        ..following(temple, first)
    };
    assert!(matches!(
        app.submit(by(of("an"))).await,
        Err(SubmitError::FollowUp(FollowUpRefusal::NotFound))
    ));
    let second = app.submit(by(None)).await.unwrap().task_id;
    let counted = format!("tasks WHERE end_user = 'mei' AND task_id = '{second}'");
    assert_eq!(app.rows(&counted), 1);
}

/// Its first section is sealed, and its second open.
async fn begun(app: &App, person: Person, first: TaskId) -> (TaskId, Call) {
    let second = follow_up(app, person, first).await.task_id;
    let mut reader = app.read(person, second).await;
    let call = app.model.call().await;
    knows_the_first(&call);
    let report = other_report(&SectionId::ALL);
    // JSON has the members by name; the first in order is sealed, whichever is open.
    let (begin, _) = report
        .split_once(" opens slowly")
        .expect("a second section");
    call.writes(begin);
    reader.until_open("A letter").await;
    (second, call)
}

async fn goes_on(app: &App, person: Person, (first, second): (TaskId, TaskId)) {
    let call = app.model.call().await;
    knows_the_first(&call);
    writes(&call, &other_report(&SectionId::ALL[1..]));
    let end = ends(app, person, second, "complete").await;
    assert_eq!(end["result"]["follows"], first.to_string());
    assert_eq!(app.task(person, first).await.followed_by, Some(second));
}

#[tokio::test]
async fn after_a_stop_it_still_knows_the_first() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let (second, _call) = begun(&app, guest, first).await;
    let app = Built::workers(1).start_in(app.stop().await).await;
    goes_on(&app, guest, (first, second)).await;
}

#[tokio::test]
async fn after_a_crash_it_still_knows_the_first() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let (second, _call) = begun(&app, guest, first).await;
    let app = Built::workers(1).start_in(app.crashed()).await;
    goes_on(&app, guest, (first, second)).await;
}

#[tokio::test]
async fn the_lot_is_the_one_that_was_read_when_its_deck_is_gone() {
    let packs = yue_lao(&[]);
    let (library, _) = Library::open(packs.path());
    let app = Built {
        library,
        ..Built::workers(1)
    };
    let app = app.start().await;
    let guest = app.guest().await;
    let mut asked = submission(guest);
    asked.ask.deck_id = Some("of_the_test".to_owned());
    let first = app.submit(asked).await.unwrap();
    writes(&app.model.call().await, &report(&SectionId::ALL));
    ends(&app, guest, first.task_id, "complete").await;
    let app = Built::workers(1).start_in(app.stop().await).await;
    let second = follow_up(&app, guest, first.task_id).await;
    assert_eq!(second.lot, first.lot);
    assert_eq!(second.lot.deck_id, "of_the_test");
    writes(&app.model.call().await, &other_report(&SectionId::ALL));
    ends(&app, guest, second.task_id, "complete").await;
}

#[tokio::test]
async fn without_a_model_the_deck_answers() {
    let app = Built {
        models: Some(Vec::new()),
        ..Built::workers(1)
    };
    let app = app.start().await;
    let guest = app.guest().await;
    let first = app.ask(guest).await;
    ends(&app, guest, first, "complete").await;
    let second = follow_up(&app, guest, first).await.task_id;
    ends(&app, guest, second, "complete").await;
    let result = app.task(guest, second).await.result.unwrap();
    assert_eq!(
        (result.origin, result.follows),
        (Origin::Classic, Some(first))
    );
}

#[tokio::test]
async fn who_erases_the_first_erases_what_follows_it() {
    let app = App::start(1).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let first = read(&app, guest).await;
    let mut asked = following(guest, first);
    asked.ask = ask("Shall I tell Ottokar Plumbottom?");
    let second = app.submit(asked).await.unwrap().task_id;
    let erase = |person: Person, task_id| app.tasks.erase(person.account_id, task_id);
    let call = app.model.call().await;
    let refused = erase(guest, first).await;
    assert!(matches!(refused, Err(EraseError::Running(running)) if running == second));
    assert!(matches!(
        erase(other, first).await,
        Err(EraseError::NotFound)
    ));
    writes(&call, &other_report(&SectionId::ALL));
    let mut reader = app.read(guest, second).await;
    reader.until("complete").await;
    let mut replay = app.read(guest, second).await;
    replay.next().await.unwrap();
    erase(guest, first).await.unwrap();
    assert_eq!(replay.next().await, None, "who reads it is told");
    assert_eq!((app.rows("tasks"), app.rows("events")), (0, 0));
    assert_eq!(app.traces("Plumbottom"), 0);
}

#[tokio::test]
async fn who_erases_the_follow_up_may_ask_another() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let second = follow_up(&app, guest, first).await.task_id;
    writes(&app.model.call().await, &other_report(&SectionId::ALL));
    ends(&app, guest, second, "complete").await;
    app.tasks.erase(guest.account_id, second).await.unwrap();
    assert_eq!(app.task(guest, first).await.followed_by, None);
    follow_up(&app, guest, first).await;
}

#[tokio::test]
async fn an_account_is_erased_while_its_follow_up_runs() {
    let app = App::start(1).await;
    let temple = app.key_holder("temple").await;
    let first = read(&app, temple).await;
    let (_, call) = begun(&app, temple, first).await;
    app.tasks.erase_account(temple.account_id).await.unwrap();
    call.dropped().await;
    assert_eq!((app.rows("tasks"), app.rows("events")), (0, 0));
}

#[tokio::test]
async fn a_reading_that_was_kept_elsewhere_is_followed() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    let first = read(&app, guest).await;
    let kept = app.task(guest, first).await.result.expect("a result");
    let elsewhere = Built::workers(1).start_in_memory().await;
    let guest = elsewhere.guest().await;
    elsewhere
        .tasks
        .bring_back(guest.account_id, kept)
        .await
        .unwrap();
    let second = follow_up(&elsewhere, guest, first).await.task_id;
    let call = elsewhere.model.call().await;
    knows_the_first(&call);
    writes(&call, &other_report(&SectionId::ALL));
    ends(&elsewhere, guest, second, "complete").await;
}
