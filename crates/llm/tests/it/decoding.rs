//! Every recorded answer through the pure decoder: whole, byte by byte and in random pieces.

use std::fmt::Write as _;

use kaucim_llm::{Decoder, Delta, Error, Provider};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::{cassette, support::judgement};

/// Decodes a body that comes in pieces of these lengths, again and again from the first.
pub(crate) fn decode(
    provider: Provider,
    content_type: &str,
    body: &[u8],
    lengths: &[usize],
) -> Vec<Result<Delta, Error>> {
    let mut decoder = match Decoder::new(provider, Some(content_type)) {
        Ok(decoder) => decoder,
        Err(error) => return vec![Err(error)],
    };
    let mut items = Vec::new();
    let mut rest = body;
    for length in lengths.iter().cycle() {
        let (piece, next) = rest.split_at((*length).clamp(1, rest.len().max(1)).min(rest.len()));
        items.extend(decoder.feed(piece));
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    items.extend(decoder.end());
    assert!(
        decoder.feed(b"data: {}\n\n").is_empty(),
        "nothing follows the end"
    );
    assert!(decoder.end().is_empty(), "there is one end");
    items
}

#[test]
fn every_recorded_answer_is_judged() {
    let mut table = String::new();
    for cassette in cassette::all() {
        if cassette.status != Some(200) {
            continue;
        }
        let content_type = cassette.content_type.as_deref().unwrap();
        let body = cassette.body();
        let whole = decode(Provider::OpenAi, content_type, &body, &[usize::MAX]);
        writeln!(table, "{}\n  {}", cassette.name, judgement(&whole)).unwrap();

        let whole = format!("{whole:?}");
        let bytewise = decode(Provider::OpenAi, content_type, &body, &[1]);
        assert_eq!(
            format!("{bytewise:?}"),
            whole,
            "{} byte by byte",
            cassette.name
        );
        let config = Config {
            cases: 4,
            failure_persistence: None,
            ..Config::default()
        };
        let lengths = proptest::collection::vec(1_usize..400, 1..40);
        TestRunner::new(config)
            .run(&lengths, |lengths| {
                let pieces = decode(Provider::OpenAi, content_type, &body, &lengths);
                prop_assert_eq!(format!("{:?}", pieces), whole.as_str());
                Ok(())
            })
            .unwrap();
    }
    insta::assert_snapshot!(table);
}
