//! The four time limits over real sockets, and what the server sees when the client leaves.

use std::time::Duration;

use futures::StreamExt;
use kaucim_llm::{Client, Delta, Error, Limit, Limits, Model, probe};

use crate::{
    server::{Play, Server, stream_head, text_event},
    support::{PATIENT, client, config, drain, judgement, request},
};

const SHORT: Duration = Duration::from_millis(150);

async fn check(plays: Vec<Play>, limits: Limits, expected: Limit) {
    let server = Server::start([plays]).await;
    let mut config = config("openai:x", &server.url);
    config.limits = limits;
    let items = drain(&Client::new(&config).unwrap(), request()).await;
    match items.last() {
        Some(Err(Error::TimedOut(limit))) => assert_eq!(*limit, expected),
        other => panic!("{other:?} instead of the {expected} limit"),
    }
    server.wait_for_hang_up().await;
}

#[tokio::test]
async fn a_server_that_sends_no_head_reaches_the_first_token_limit() {
    let limits = Limits {
        first_token: SHORT,
        ..PATIENT
    };
    check(vec![Play::Wait], limits, Limit::FirstToken).await;
}

#[tokio::test]
async fn pings_and_roles_are_no_first_token() {
    let limits = Limits {
        first_token: SHORT,
        ..PATIENT
    };
    check(
        vec![stream_head(), Play::Repeat(b": ping\n\n".into())],
        limits,
        Limit::FirstToken,
    )
    .await;
    let role = br#"data: {"choices":[{"delta":{"role":"assistant","content":""}}]}"#;
    let role = [&role[..], b"\n\n"].concat();
    check(
        vec![stream_head(), Play::Repeat(role)],
        limits,
        Limit::FirstToken,
    )
    .await;
}

#[tokio::test]
async fn pings_do_not_prolong_a_silence() {
    let limits = Limits {
        between_tokens: SHORT,
        ..PATIENT
    };
    let plays = vec![
        stream_head(),
        Play::Send(text_event("一")),
        Play::Repeat(b":\n\n".into()),
    ];
    check(plays, limits, Limit::BetweenTokens).await;
}

#[tokio::test]
async fn after_a_thought_the_limit_between_tokens_holds() {
    let limits = Limits {
        between_tokens: SHORT,
        ..PATIENT
    };
    let thought = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n";
    let plays = vec![stream_head(), Play::Send(thought.into()), Play::Wait];
    check(plays, limits, Limit::BetweenTokens).await;
}

#[tokio::test]
async fn a_model_that_never_stops_reaches_the_limit_of_the_whole_call() {
    let limits = Limits {
        whole_call: SHORT,
        ..PATIENT
    };
    let plays = vec![stream_head(), Play::Repeat(text_event("一"))];
    check(plays, limits, Limit::WholeCall).await;
}

#[tokio::test]
async fn a_refusal_that_never_ends_is_bounded_too() {
    let limits = Limits {
        first_token: SHORT,
        ..PATIENT
    };
    let head = "HTTP/1.1 500 Oops\r\ncontent-length: 5\r\n\r\n";
    check(
        vec![Play::Send(head.into()), Play::Wait],
        limits,
        Limit::FirstToken,
    )
    .await;
}

#[tokio::test]
async fn a_whole_answer_has_only_the_limit_of_the_whole_call() {
    let server = Server::start([vec![Play::Wait]]).await;
    let mut config = config("openai:x", &server.url);
    config.limits = Limits {
        first_token: Duration::ZERO,
        whole_call: SHORT,
        ..PATIENT
    };
    let answer = Client::new(&config).unwrap().generate(request()).await;
    assert!(
        matches!(answer, Err(Error::TimedOut(Limit::WholeCall))),
        "{answer:?}"
    );
    server.wait_for_hang_up().await;
}

#[tokio::test]
async fn silence_after_the_ending_is_a_success_without_usage() {
    let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let ended = [text_event("好"), finish.into()].concat();
    let server = Server::start([vec![stream_head(), Play::Send(ended), Play::Wait]]).await;
    let mut config = config("openai:x", &server.url);
    config.limits = Limits {
        between_tokens: SHORT,
        ..PATIENT
    };
    let items = drain(&Client::new(&config).unwrap(), request()).await;
    assert!(
        judgement(&items).starts_with("stopped, no usage"),
        "{items:?}"
    );
    server.wait_for_hang_up().await;
}

#[tokio::test]
async fn a_connection_that_is_not_accepted_reaches_the_connect_limit() {
    // The backlog holds one or two connections; the system leaves the next ones unanswered.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    let connect = || tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address));
    while let Ok(Ok(connection)) = connect().await {
        held.push(connection);
    }
    let mut config = config("openai:x", &format!("http://{address}"));
    config.limits = Limits {
        connect: SHORT,
        ..PATIENT
    };
    let items = drain(&Client::new(&config).unwrap(), request()).await;
    assert!(
        matches!(items.last(), Some(Err(Error::TimedOut(Limit::Connect)))),
        "{items:?}"
    );
}

#[tokio::test]
async fn a_consumer_that_takes_its_time_loses_nothing() {
    let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let rest = [text_event("二"), finish.into()].concat();
    let server = Server::start([vec![
        stream_head(),
        Play::Send(text_event("一")),
        Play::Send(rest),
    ]])
    .await;
    let mut config = config("openai:x", &server.url);
    config.limits = Limits {
        between_tokens: SHORT,
        ..PATIENT
    };
    let client = Client::new(&config).unwrap();
    let mut deltas = client.generate_stream(request());
    let mut items = Vec::new();
    while let Some(item) = deltas.next().await {
        if matches!(item, Ok(Delta::Text(_))) {
            // Longer than the limit: it bounds the model's silence, not the reader's.
            let _ = tokio::time::timeout(SHORT * 2, std::future::pending::<()>()).await;
        }
        items.push(item);
    }
    assert!(judgement(&items).starts_with("stopped"), "{items:?}");
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let server = Server::start([vec![stream_head(), Play::Repeat(text_event("一"))]]).await;
    let client = client("openai:x", &server.url);
    let mut deltas = client.generate_stream(request());
    while !matches!(deltas.next().await, Some(Ok(Delta::Text(_)))) {}
    drop(deltas);
    server.wait_for_hang_up().await;
}

#[tokio::test]
async fn dropping_a_call_that_waits_for_its_head_closes_the_connection() {
    let server = Server::start([vec![Play::Wait]]).await;
    let client = client("openai:x", &server.url);
    tokio::select! {
        answer = client.generate(request()) => panic!("{answer:?}"),
        () = server.wait_for_request() => {}
    }
    server.wait_for_hang_up().await;
}

#[tokio::test]
async fn a_probe_does_not_wait_long() {
    let server = Server::start([vec![Play::Wait]]).await;
    let names = probe(&config("openai:x", &server.url)).await;
    assert!(matches!(names, Err(Error::TimedOut(_))), "{names:?}");
}
