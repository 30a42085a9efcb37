//! Whatever the bytes and wherever they are cut: the same deltas, whole characters, no panic.

use kaucim_llm::{Delta, Provider};
use proptest::prelude::*;

use crate::{decoding::decode, support::judgement};

/// Pieces of the protocols, whole and broken, and bytes that belong to none.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&'static [u8]> = vec![
        b"data: ",
        b"data:",
        b"event: error",
        b"error: ",
        b": ping",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n\r\n",
        b"[DONE]",
        b"\xef\xbb\xbf",
        b"\xe6\x9c",
        b"\x88",
        b"\xff",
        br"\ud83d",
        br"\ude4f",
        b"<think>",
        b"</thi",
        b"nk>",
        br#"{"choices":[{"delta":{"content":""#,
        br#""}}]}"#,
        br#""},"finish_reason":"stop"}]}"#,
        br#"{"choices":[{"delta":{"content":"a"}}]}"#,
        br#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#,
        br#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#,
        br#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
        br#"{"error":{"message":"no"}}"#,
        br#"{"message":{"content":""#,
        br#""},"done":false}"#,
        br#"{"message":{"content":"b","thinking":"t"}}"#,
        br#"{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":3}"#,
    ];
    prop_oneof![
        8 => proptest::sample::select(known).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
        1 => "\\PC{0,6}".prop_map(String::into_bytes),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(fragment(), 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_body_means_the_same_in_any_pieces(
        body in body(),
        lengths in proptest::collection::vec(1_usize..20, 1..10),
    ) {
        for provider in [Provider::OpenAi, Provider::Ollama] {
            for content_type in ["text/event-stream", "application/x-ndjson", "application/json"] {
                let whole = decode(provider, content_type, &body, &[usize::MAX]);
                let pieces = decode(provider, content_type, &body, &lengths);
                prop_assert_eq!(format!("{:?}", whole), format!("{:?}", pieces));
                // It also asserts that there is one end, the last, and no empty piece.
                judgement(&whole);
                let made_here = |text: &str| text.contains('\u{fffd}');
                let was_sent = String::from_utf8(body.clone()).is_ok_and(|text| made_here(&text));
                let texts = whole.iter().filter_map(|item| match item {
                    Ok(Delta::Text(text)) => Some(text),
                    _ => None,
                });
                prop_assert!(was_sent || texts.into_iter().all(|text| !made_here(text)));
            }
        }
    }
}
