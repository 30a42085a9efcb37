//! Daily budgets: what is spent stays spent, whatever is erased or restarted, until the next day.

use jiff::Timestamp;
use kaucim_fortune::SectionId;
use kaucim_tasks::{
    Clock, DailyBudget, DailyBudgets, Settings, Spent, Submission, SubmitError, TaskId, Whose,
};

use crate::{
    app::{App, Built, Person, submission},
    model::{Does, report},
};

const MORNING: &str = "2026-11-26T08:00:00Z";

fn readings(most: u64) -> DailyBudget {
    DailyBudget {
        readings: Some(most),
        tokens: None,
    }
}

fn built(workers: usize, clock: &Clock, budgets: DailyBudgets) -> Built {
    Built {
        settings: Settings {
            clock: clock.clone(),
            budgets,
            ..Settings::default()
        },
        ..Built::workers(workers)
    }
}

fn clock() -> Clock {
    Clock::simulated(MORNING.parse::<Timestamp>().unwrap(), 1)
}

/// Whose budget stops this person from asking.
async fn stopped_by(app: &App, person: Person) -> Option<Whose> {
    match app.submit(submission(person)).await {
        Ok(_) => None,
        Err(SubmitError::BudgetSpent {
            whose,
            seconds_left,
        }) => {
            let until_midnight = 16 * 3600;
            assert!((until_midnight - 600..=until_midnight).contains(&seconds_left));
            Some(whose)
        }
        Err(error) => panic!("refused for something else: {error}"),
    }
}

async fn spent(app: &App, whose: Whose) -> Spent {
    let all = app.tasks.spent().await.unwrap();
    let found = all.into_iter().find(|spent| spent.whose == whose);
    found.expect("it is counted")
}

#[tokio::test]
async fn each_budget_stops_those_who_pay_from_it() {
    let clock = clock();
    let budgets = DailyBudgets {
        per_key: readings(2),
        per_guest: readings(1),
        guests: readings(2),
        service: readings(5),
        ..DailyBudgets::default()
    };
    let app = built(0, &clock, budgets).start().await;
    let (temple, shop) = (app.key_holder("temple").await, app.key_holder("shop").await);
    for key in [temple, temple, shop] {
        assert_eq!(stopped_by(&app, key).await, None);
    }
    assert_eq!(stopped_by(&app, temple).await, Some(Whose::Key));
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    app.tasks.cancel(guest.account_id, task_id).await.unwrap();
    app.tasks.erase(guest.account_id, task_id).await.unwrap();
    assert_eq!(
        stopped_by(&app, guest).await,
        Some(Whose::Guest),
        "an erased reading was read all the same"
    );
    assert_eq!(stopped_by(&app, app.guest().await).await, None);
    assert_eq!(
        stopped_by(&app, app.guest().await).await,
        Some(Whose::Guests)
    );
    assert_eq!(stopped_by(&app, shop).await, Some(Whose::Service));
    assert_eq!(spent(&app, Whose::Service).await.readings, 5);
    assert_eq!(spent(&app, Whose::Guests).await.readings, 2);
}

#[tokio::test]
async fn guests_of_embedded_pages_pay_from_purses_of_their_own() {
    let clock = clock();
    let budgets = DailyBudgets {
        per_guest: readings(0),
        guests: readings(0),
        per_embedded_guest: readings(1),
        embedded_guests: readings(2),
        ..DailyBudgets::default()
    };
    let app = built(0, &clock, budgets).start().await;
    let asked = async || {
        let (guest, _) = app.accounts.open_embedded_guest().await.unwrap();
        let asked = Submission {
            account_id: guest.account_id,
            budget_id: guest.credential.budget_id().to_owned(),
            ..submission(app.guest().await)
        };
        let accepted = app.submit(asked.clone()).await;
        (accepted.map(|accepted| accepted.task_id), asked)
    };
    let whose = |refused: Result<TaskId, SubmitError>| match refused {
        Err(SubmitError::BudgetSpent { whose, .. }) => Some(whose),
        _ => None,
    };
    let (first, again) = asked().await;
    let task_id = first.expect("accepted");
    app.tasks.cancel(again.account_id, task_id).await.unwrap();
    let refused = app.submit(again.clone()).await;
    let refused = whose(refused.map(|accepted| accepted.task_id));
    assert_eq!(refused, Some(Whose::Guest));
    assert!(asked().await.0.is_ok());
    assert_eq!(whose(asked().await.0), Some(Whose::EmbeddedGuests));
    assert_eq!(
        stopped_by(&app, app.guest().await).await,
        Some(Whose::Guest)
    );
    assert_eq!(spent(&app, Whose::EmbeddedGuests).await.readings, 2);
    assert_eq!(spent(&app, Whose::Service).await.readings, 2);
    // What a visit has spent goes with it.
    app.tasks.erase_account(again.account_id).await.unwrap();
    let left = "SELECT count(DISTINCT budget_id) FROM spending WHERE budget_id LIKE 'embedded:%'";
    assert_eq!(app.hand().numbers(left), [1]);
}

#[tokio::test]
async fn a_restart_gives_nothing_back_and_the_next_day_does() {
    let clock = clock();
    let budgets = DailyBudgets {
        service: readings(1),
        ..DailyBudgets::default()
    };
    let app = built(0, &clock, budgets).start().await;
    let temple = app.key_holder("temple").await;
    let mut first = submission(temple);
    first.idempotency = Some(("once".to_owned(), [1; 32]));
    let accepted = app.submit(first.clone()).await.unwrap();
    let app = built(0, &clock, budgets).start_in(app.crashed()).await;
    assert_eq!(stopped_by(&app, temple).await, Some(Whose::Service));
    let again = app.submit(first).await.unwrap();
    assert_eq!(
        again.task_id, accepted.task_id,
        "the same key comes before any limit"
    );
    clock.shift(16 * 3600);
    assert_eq!(stopped_by(&app, temple).await, None);
}

#[tokio::test]
async fn tokens_are_spent_as_they_are_counted() {
    let clock = clock();
    let tokens = DailyBudget {
        readings: None,
        tokens: Some(10),
    };
    let budgets = DailyBudgets {
        per_key: tokens,
        ..DailyBudgets::default()
    };
    let app = built(1, &clock, budgets).start().await;
    let (temple, shop) = (app.key_holder("temple").await, app.key_holder("shop").await);
    let task_id = app.ask(temple).await;
    let mut reader = app.read(temple, task_id).await;
    let call = app.model.call().await;
    let reserved = spent(&app, Whose::Service).await.tokens;
    assert!(
        reserved > 4096,
        "what it may write is spent before it writes: {reserved}"
    );
    assert_eq!(stopped_by(&app, temple).await, Some(Whose::Key));
    call.writes(&report(&SectionId::ALL));
    call.does(Does::Finishes);
    reader.reads_to_end().await;
    let written = spent(&app, Whose::Service).await.tokens;
    assert_eq!(written, 10, "what it did not write is given back");
    assert_eq!(
        stopped_by(&app, temple).await,
        Some(Whose::Key),
        "ten of ten"
    );
    app.tasks.erase(temple.account_id, task_id).await.unwrap();
    assert_eq!(spent(&app, Whose::Service).await.tokens, written);
    // The last of all: its reading spends tokens as well.
    assert_eq!(stopped_by(&app, shop).await, None);
}
