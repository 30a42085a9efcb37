//! Retries and turns, with models that follow a script and time that stands still.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, join_all},
    stream::{self, BoxStream},
};
use kaucim_llm::{
    Answer, Delta, Error, Finish, Limit, Model, ModelName, Request, Retrying, connect,
};
use tokio::time::Instant;

use crate::{
    server::{Server, answer, json, stream_of},
    support::{config, drain, judgement, request},
};

type Deltas = Vec<Result<Delta, Error>>;

/// Answers with the scripted deltas, one list for each call.
struct Scripted {
    name: ModelName,
    answers: Mutex<VecDeque<Deltas>>,
    called_at: Mutex<Vec<Instant>>,
}

impl Scripted {
    fn new(answers: Vec<Deltas>) -> Arc<Self> {
        Arc::new(Self {
            name: ModelName {
                provider: "scripted".to_owned(),
                name: "x".to_owned(),
            },
            answers: Mutex::new(answers.into()),
            called_at: Mutex::default(),
        })
    }

    fn delays(&self) -> Vec<Duration> {
        let times = self.called_at.lock().unwrap();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    fn calls(&self) -> usize {
        self.called_at.lock().unwrap().len()
    }
}

impl Model for Scripted {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        async move {
            let mut deltas = self.generate_stream(request);
            let mut text = String::new();
            loop {
                match deltas.next().await.unwrap()? {
                    Delta::Calling | Delta::Thinking => {}
                    Delta::Text(piece) => text.push_str(&piece),
                    Delta::Finished(finish) => return Ok(Answer { text, finish }),
                }
            }
        }
        .boxed()
    }

    fn generate_stream(&self, _: Request) -> BoxStream<'_, Result<Delta, Error>> {
        let called = stream::once(async {
            self.called_at.lock().unwrap().push(Instant::now());
            stream::iter(
                self.answers
                    .lock()
                    .unwrap()
                    .pop_front()
                    .expect("a scripted answer"),
            )
        });
        stream::iter([Ok(Delta::Calling)])
            .chain(called.flatten())
            .boxed()
    }
}

fn good() -> Deltas {
    vec![Ok(Delta::Text("好".to_owned())), Ok(finished())]
}

fn finished() -> Delta {
    Delta::Finished(Finish {
        cut_by_length: false,
        usage: None,
    })
}

fn busy(retry_after: Option<u64>) -> Deltas {
    let retry_after = retry_after.map(Duration::from_secs);
    vec![Err(Error::Unavailable {
        status: 503,
        message: "busy".to_owned(),
        retry_after,
    })]
}

async fn check(answers: Vec<Deltas>, expected: &str) -> Arc<Scripted> {
    let model = Scripted::new(answers);
    let retrying = Retrying::new(Arc::clone(&model) as Arc<dyn Model>, 1, 2);
    let items = drain(&retrying, request()).await;
    let found = judgement(&items);
    assert!(found.starts_with(expected), "{found} instead of {expected}");
    model
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_text_is_tried_again() {
    let thought = vec![Ok(Delta::Thinking), Err(Error::CutOff)];
    let model = check(
        vec![busy(None), thought, good()],
        "stopped, no usage, 3 calls",
    )
    .await;
    let delays = model.delays();
    assert!((500..=1000).contains(&delays[0].as_millis()), "{delays:?}");
    assert!((1000..=2000).contains(&delays[1].as_millis()), "{delays:?}");
}

#[tokio::test(start_paused = true)]
async fn tries_are_numbered() {
    let answers = vec![
        busy(None),
        vec![Err(Error::Empty)],
        vec![Err(Error::CutOff)],
        good(),
    ];
    let model = check(
        answers,
        "CutOff: the answer was cut off before its end, 3 calls",
    )
    .await;
    assert_eq!(model.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_again_after_text() {
    let broken = vec![Ok(Delta::Text("半".to_owned())), Err(Error::CutOff)];
    check(
        vec![broken, good()],
        "CutOff: the answer was cut off before its end, 1 calls",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_not_tried_again() {
    let refused = Error::Refused {
        status: 400,
        message: "no".to_owned(),
    };
    check(vec![vec![Err(refused)]], "Refused").await;
    let malformed = Error::Malformed {
        message: "a page".to_owned(),
    };
    check(vec![vec![Err(malformed)]], "Malformed").await;
    for limit in [Limit::FirstToken, Limit::WholeCall] {
        check(vec![vec![Err(Error::TimedOut(limit))]], "TimedOut").await;
    }
    for limit in [Limit::Connect, Limit::BetweenTokens] {
        check(vec![vec![Err(Error::TimedOut(limit))], good()], "stopped").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_may_ask_for_patience() {
    let model = check(vec![busy(Some(7)), busy(Some(30)), good()], "stopped").await;
    let seconds: Vec<_> = model.delays().iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [7, 30]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_too_much_patience_is_not_asked_again() {
    for asked in [31, 3600] {
        let began = Instant::now();
        let model = check(vec![busy(Some(asked)), good()], "Unavailable").await;
        assert_eq!((model.calls(), began.elapsed()), (1, Duration::ZERO));
        let model = Scripted::new(vec![busy(Some(asked)), good()]);
        let retrying = Retrying::new(Arc::clone(&model) as Arc<dyn Model>, 1, 2);
        let error = retrying.generate(request()).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
        assert_eq!((model.calls(), began.elapsed()), (1, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_is_tried_again_too() {
    let model = Scripted::new(vec![busy(None), vec![Err(Error::Empty)], good()]);
    let retrying = Retrying::new(Arc::clone(&model) as Arc<dyn Model>, 1, 2);
    assert_eq!(retrying.generate(request()).await.unwrap().text, "好");
    assert_eq!(model.calls(), 3);
}

/// Counts how many calls run at once.
struct Counting {
    name: ModelName,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Model for Counting {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, _: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        async {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            // Lets every other call start that may.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            self.running.fetch_sub(1, Ordering::SeqCst);
            let finish = Finish {
                cut_by_length: false,
                usage: None,
            };
            Ok(Answer {
                text: "好".to_owned(),
                finish,
            })
        }
        .boxed()
    }
}

fn counting() -> Arc<Counting> {
    let name = ModelName {
        provider: "counting".to_owned(),
        name: "x".to_owned(),
    };
    Arc::new(Counting {
        name,
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    })
}

#[tokio::test]
async fn a_model_without_streaming_yields_its_answer_in_one_piece() {
    let items = drain(&*counting(), request()).await;
    let found: Vec<_> = items.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        found,
        [Delta::Calling, Delta::Text("好".to_owned()), finished()]
    );
}

#[tokio::test]
async fn calls_at_once_are_bounded() {
    for (concurrency, expected) in [(0, 1), (1, 1), (3, 3)] {
        let model = counting();
        let retrying = Retrying::new(Arc::clone(&model) as Arc<dyn Model>, concurrency, 0);
        let streams = join_all((0..8).map(|_| drain(&retrying, request())));
        let wholes = join_all((0..8).map(|_| retrying.generate(request())));
        let (streams, wholes) = futures::join!(streams, wholes);
        assert!(wholes.iter().all(Result::is_ok));
        assert!(streams.iter().flatten().all(Result::is_ok));
        assert_eq!(model.most.load(Ordering::SeqCst), expected);
    }
}

#[tokio::test]
async fn calling_is_said_once_the_turn_has_come() {
    let retrying = Retrying::new(counting(), 1, 0);
    let mut first = retrying.generate_stream(request());
    assert!(matches!(first.next().await, Some(Ok(Delta::Calling))));
    let mut second = retrying.generate_stream(request());
    assert!(
        second.next().now_or_never().is_none(),
        "the turn is the first one's"
    );
    drop(first);
    assert!(matches!(second.next().await, Some(Ok(Delta::Calling))));
}

#[tokio::test]
async fn a_connected_model_tries_again_over_the_wire() {
    let busy = answer("429 Too Many Requests", "retry-after: 0\r\n", "slow down");
    let loading = json(
        "503 Service Unavailable",
        r#"{"error":{"message":"Loading model"}}"#,
    );
    let server = Server::start([busy, loading, stream_of("好")]).await;
    let model = connect(&config("openai:x", &server.url)).unwrap();
    assert_eq!(model.name().to_string(), "openai:x");
    let items = drain(&*model, request()).await;
    assert!(
        judgement(&items).starts_with("stopped, no usage, 3 calls"),
        "{items:?}"
    );
}
