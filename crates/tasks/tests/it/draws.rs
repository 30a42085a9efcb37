//! Draws that anyone can verify: promised, revealed once, asked with once, and gone in time.

use std::{fs, time::Duration};

use futures::future::join_all;
use jiff::Timestamp;
use kaucim_decks::{Library, draw::Nonce};
use kaucim_fortune::Question;
use kaucim_tasks::{
    Accepted, Clock, DrawError, DrawId, DrawRefusal, DrawRequest, Drawn, Limits, Revealed,
    Settings, Submission, SubmitError,
};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    app::{App, Built, Person, QUESTION, ask, submission},
    packs::{changed, yue_lao},
};

const HOUR: i64 = 3600;

/// Between two rounds of the keeper.
const A_ROUND: Duration = Duration::from_mins(11);

pub(crate) fn request(person: Person, question: Option<&str>) -> DrawRequest {
    DrawRequest {
        account_id: person.account_id,
        is_guest: person.is_guest,
        end_user: None,
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        question: question.map(|text| Question::new(text).unwrap()),
    }
}

pub(crate) fn nonce(text: &str) -> Nonce {
    Nonce::new(text.to_owned()).unwrap()
}

pub(crate) fn id(drawn: &Drawn) -> DrawId {
    drawn.draw.as_ref().expect("it can be verified").draw_id
}

impl App {
    pub(crate) async fn draws(&self, person: Person, question: Option<&str>) -> Drawn {
        let drawn = self.tasks.draw(request(person, question)).await;
        drawn.expect("it is drawn")
    }

    pub(crate) async fn reveals(&self, person: Person, draw: &Drawn, word: &str) -> Revealed {
        let revealed = self.tasks.reveal(person.account_id, id(draw), nonce(word));
        revealed.await.expect("it is revealed")
    }

    /// Asks with a draw, or lets the server draw.
    pub(crate) async fn asks(
        &self,
        person: Person,
        question: &str,
        draw_id: Option<DrawId>,
    ) -> Result<Accepted, SubmitError> {
        let mut asked = submission(person);
        asked.ask = ask(question);
        asked.ask.number = None;
        asked.draw_id = draw_id;
        self.submit(asked).await
    }

    pub(crate) fn rows(&self, table: &str) -> u64 {
        let [rows] = self
            .hand()
            .numbers(&format!("SELECT count(*) FROM {table}"));
        rows
    }
}

#[track_caller]
fn refused(outcome: Result<Accepted, SubmitError>, expected: DrawRefusal) {
    match outcome {
        Err(SubmitError::Draw(refusal)) => assert_eq!(refusal, expected),
        other => panic!("expected {expected}, not {other:?}"),
    }
}

/// An app whose clock can be set, and in which waiting takes no time.
async fn by_the_clock(limits: Limits) -> (App, Clock) {
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    let clock = Clock::simulated(start, 1);
    let settings = Settings {
        clock: clock.clone(),
        ..Settings::default()
    };
    let built = Built {
        settings,
        limits,
        ..Built::workers(0)
    };
    (built.start_inline().await, clock)
}

#[tokio::test]
async fn what_was_promised_is_kept() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, None).await;
    assert!(drawn.is_new && drawn.already.is_none());
    let promised = drawn.draw.clone().unwrap().commitment;
    let revealed = app.reveals(guest, &drawn, "shaken").await;
    assert_eq!(revealed.proof.commitment, promised);
    assert_eq!(revealed.proof.nonce.as_str(), "shaken");
    assert_eq!(revealed.proof.verify(), Ok(()));
    let lot = revealed.lot.expect("the deck stands");
    assert_eq!(lot.number, revealed.proof.number);
    assert_eq!(
        (&lot.deck_id, &lot.version),
        (&drawn.terms.deck_id, &drawn.terms.version)
    );
    assert_eq!(
        (drawn.terms.deck_id.as_str(), drawn.terms.count.get()),
        ("kaucim_yue_lao", 60)
    );
    let another = app.draws(guest, None).await;
    assert_ne!(another.draw.unwrap().commitment, promised);
}

#[tokio::test]
async fn of_many_nonces_the_first_counts() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, None).await;
    let words: Vec<String> = (0..32).map(|number| format!("nonce {number}")).collect();
    let all = join_all(words.iter().map(|word| app.reveals(guest, &drawn, word))).await;
    for revealed in &all {
        assert_eq!(revealed.proof, all[0].proof);
        assert_eq!(revealed.expires_at, all[0].expires_at);
    }
    assert_eq!(app.reveals(guest, &drawn, "late").await.proof, all[0].proof);
}

#[tokio::test]
async fn nobody_else_sees_or_uses_a_draw() {
    let app = App::start(0).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let drawn = app.draws(guest, None).await;
    let foreign = app
        .tasks
        .reveal(other.account_id, id(&drawn), nonce("mine"));
    assert!(matches!(foreign.await, Err(DrawError::NotFound)));
    let revealed = app.reveals(guest, &drawn, "yours").await;
    assert_eq!(revealed.proof.nonce.as_str(), "yours");
    let outcome = app.asks(other, QUESTION, Some(id(&drawn))).await;
    refused(outcome, DrawRefusal::NotFound);

    // Nor does another customer of the same app.
    let temple = app.key_holder("temple").await;
    let mut of_an = request(temple, None);
    of_an.end_user = Some("an".to_owned());
    let drawn = app.tasks.draw(of_an).await.unwrap();
    app.reveals(temple, &drawn, "an's").await;
    let mut of_ben = submission(temple);
    of_ben.ask.number = None;
    of_ben.draw_id = Some(id(&drawn));
    of_ben.end_user = Some("ben".to_owned());
    refused(app.submit(of_ben.clone()).await, DrawRefusal::NotFound);
    of_ben.end_user = Some("an".to_owned());
    app.submit(of_ben).await.unwrap();
}

#[tokio::test]
async fn a_crash_before_the_reveal_changes_nothing() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, Some(QUESTION)).await;
    let crashed = app.crashed();
    let app = Built::workers(0).start_in(crashed).await;
    let again = app.draws(guest, Some(QUESTION)).await;
    assert_eq!((again.is_new, id(&again)), (false, id(&drawn)));
    let revealed = app.reveals(guest, &drawn, "shaken").await;
    assert_eq!(
        revealed.proof.commitment,
        drawn.draw.clone().unwrap().commitment
    );
    let crashed = app.crashed();
    let app = Built::workers(0).start_in(crashed).await;
    assert_eq!(
        app.reveals(guest, &drawn, "otherwise").await.proof,
        revealed.proof
    );
}

#[tokio::test]
async fn a_draw_is_asked_with_once() {
    let app = App::start(0).await;
    let temple = app.key_holder("temple").await;
    let drawn = app.draws(temple, None).await;
    let with_draw = Some(id(&drawn));
    refused(
        app.asks(temple, QUESTION, with_draw).await,
        DrawRefusal::NotRevealed,
    );
    let revealed = app.reveals(temple, &drawn, "shaken").await;
    let mut both = submission(temple);
    both.draw_id = with_draw;
    both.ask.number = Some(revealed.proof.number);
    refused(app.submit(both).await, DrawRefusal::WithNumber);
    let mut elsewhere = submission(temple);
    elsewhere.draw_id = with_draw;
    elsewhere.ask.number = None;
    elsewhere.ask.deity_id = "mazu".to_owned();
    refused(app.submit(elsewhere).await, DrawRefusal::OtherDeck);

    let asked = join_all((0..8).map(|_| app.asks(temple, QUESTION, with_draw))).await;
    let (accepted, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(Result::is_ok);
    let [Ok(accepted)] = accepted.as_slice() else {
        panic!("{} were accepted", accepted.len());
    };
    assert_eq!(accepted.lot.number, revealed.proof.number);
    assert!(accepted.drawn && !accepted.already_drawn);
    for outcome in others {
        refused(outcome, DrawRefusal::Asked);
    }
    assert_eq!(app.rows("tasks"), 1, "what is refused leaves nothing");
    let mut reader = app.read(temple, accepted.task_id).await;
    reader.next().await.unwrap();
    let lot = reader.next().await.unwrap();
    assert_eq!((&lot["type"], &lot["drawn"]), (&"lot".into(), &true.into()));
}

#[tokio::test]
async fn a_draw_for_one_question_is_for_no_other() {
    let app = App::start(0).await;
    let temple = app.key_holder("temple").await;
    let drawn = app.draws(temple, Some("Shall I stay?")).await;
    app.reveals(temple, &drawn, "shaken").await;
    let outcome = app.asks(temple, "Shall I go?", Some(id(&drawn))).await;
    refused(outcome, DrawRefusal::OtherMatter);
    let asked = app.asks(temple, "shall I stay", Some(id(&drawn))).await;
    assert!(asked.is_ok(), "{asked:?}");
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_though_the_draw_is_asked_with() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let drawn = app.draws(guest, None).await;
    app.reveals(guest, &drawn, "shaken").await;
    let mut asked: Submission = submission(guest);
    asked.ask.number = None;
    asked.draw_id = Some(id(&drawn));
    asked.idempotency = Some(("once".to_owned(), [7; 32]));
    let first = app.submit(asked.clone()).await.unwrap();
    assert_eq!(app.submit(asked).await.unwrap(), first);
}

#[tokio::test(start_paused = true)]
async fn a_draw_waits_an_hour_and_is_kept_for_a_day() {
    let (app, clock) = by_the_clock(Limits::default()).await;
    let guest = app.guest().await;
    let (left, used) = (app.draws(guest, None).await, app.draws(guest, None).await);
    clock.shift(HOUR - 1);
    let revealed = app.reveals(guest, &used, "in time").await;
    clock.shift(1);
    let late = app
        .tasks
        .reveal(guest.account_id, id(&left), nonce("too late"));
    assert!(matches!(late.await, Err(DrawError::NotFound)));
    sleep(A_ROUND).await;
    assert_eq!(app.rows("draws"), 1, "the other is gone");
    clock.shift(22 * HOUR);
    assert_eq!(
        app.reveals(guest, &used, "again").await.proof,
        revealed.proof
    );
    clock.shift(2 * HOUR);
    let outcome = app.asks(guest, QUESTION, Some(id(&used))).await;
    refused(outcome, DrawRefusal::NotFound);
    sleep(A_ROUND).await;
    assert_eq!(app.rows("draws"), 0);
}

#[tokio::test(start_paused = true)]
async fn there_is_room_for_so_many_draws() {
    let limits = Limits {
        draws_per_guest: 2,
        ..Limits::default()
    };
    let (app, clock) = by_the_clock(limits).await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let draws = join_all((0..8).map(|_| app.tasks.draw(request(guest, None)))).await;
    assert_eq!(draws.iter().filter(|drawn| drawn.is_ok()).count(), 2);
    for drawn in draws.iter().filter(|drawn| drawn.is_err()) {
        assert!(matches!(drawn, Err(DrawError::TooMany)), "{drawn:?}");
    }
    app.draws(other, None).await;
    clock.shift(HOUR);
    app.draws(guest, None).await;
    // Whoever may draw no more may still let the server draw.
    app.draws(guest, None).await;
    assert!(app.tasks.draw(request(guest, None)).await.is_err());
    assert!(app.asks(guest, QUESTION, None).await.is_ok());
}

#[tokio::test]
async fn a_changed_deck_is_another_deck() {
    let packs = yue_lao(&[]);
    let (library, faults) = Library::open(packs.path());
    assert!(faults.is_empty(), "{faults:?}");
    let built = Built {
        library: library.clone(),
        ..Built::workers(0)
    };
    let app = built.start().await;
    let temple = app.key_holder("temple").await;
    let drawn = app.draws(temple, Some("Shall I stay?")).await;
    assert_eq!(drawn.terms.deck_id, "of_the_test");
    let revealed = app.reveals(temple, &drawn, "shaken").await;
    let open = app.draws(temple, None).await;
    app.asks(temple, "Shall I go?", None).await.unwrap();

    changed(&packs, "lots/001.toml", &[("月下檢書", "月下讀書")]);
    library.reload(packs.path());
    let outcome = app.asks(temple, "Shall I stay?", Some(id(&drawn))).await;
    refused(outcome, DrawRefusal::DeckChanged);
    // The proof stands whatever becomes of the deck.
    let again = app.reveals(temple, &drawn, "shaken").await;
    assert_eq!((again.proof, again.lot.is_some()), (revealed.proof, false));
    let late = app.reveals(temple, &open, "shaken").await;
    assert_eq!((late.proof.verify(), late.lot.is_some()), (Ok(()), false));
    let anew = app.draws(temple, Some("Shall I stay?")).await;
    assert!(anew.is_new, "a lot of the former deck is none of this one");
    let asked = app.asks(temple, "Shall I go?", None).await.unwrap();
    assert!(!asked.already_drawn);
}

#[tokio::test]
async fn draws_are_erased_with_their_account() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let stays = app.guest().await;
    let drawn = app
        .draws(guest, Some("Shall I marry Ottokar Plumbottom?"))
        .await;
    let revealed = app.reveals(guest, &drawn, "Plumbottom shakes").await;
    app.asks(stays, QUESTION, None).await.unwrap();
    assert_eq!(app.rows("draws"), 2);
    app.tasks.erase_account(guest.account_id).await.unwrap();
    assert_eq!(app.rows("draws"), 1);
    let secret: String = revealed.proof.secret.into();
    let secret: Vec<u8> = (0..32)
        .map(|place| u8::from_str_radix(&secret[2 * place..2 * place + 2], 16).unwrap())
        .collect();
    for traced in [b"Plumbottom".as_slice(), &secret] {
        for file in fs::read_dir(app.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(traced.len()).any(|at| at == traced));
        }
    }
}

#[tokio::test]
async fn what_is_not_there_cannot_be_drawn() {
    let app = App::start(0).await;
    let guest = app.guest().await;
    let mut nobody = request(guest, None);
    nobody.deity_id = "nobody".to_owned();
    assert!(matches!(
        app.tasks.draw(nobody).await,
        Err(DrawError::Lookup(_))
    ));
    let mut no_deck = request(guest, None);
    no_deck.deck_id = Some("none".to_owned());
    assert!(matches!(
        app.tasks.draw(no_deck).await,
        Err(DrawError::Lookup(_))
    ));
    assert_eq!(app.rows("draws"), 0);
    let _: &TempDir = app.folder.as_ref().unwrap();
}
