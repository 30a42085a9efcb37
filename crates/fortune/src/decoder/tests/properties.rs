//! What holds for every answer, however it is written and cut.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::{decode, reference};
use crate::SectionId;

/// The value as JSON in one of the ways it may be written.
fn written(value: &Value, way: u8) -> String {
    match way {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).expect("a value can be written"),
        _ => value
            .to_string()
            .chars()
            .fold(String::new(), |mut ascii, c| {
                if c.is_ascii() {
                    ascii.push(c);
                } else {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(ascii, "\\u{unit:04x}").expect("a string takes everything");
                    }
                }
                ascii
            }),
    }
}

fn cut_up(text: &str, cuts: &[prop::sample::Index]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut cuts: Vec<usize> = cuts
        .iter()
        .map(|cut| cut.index(characters.len() + 1))
        .collect();
    cuts.extend([0, characters.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|cut| characters[cut[0]..cut[1]].iter().collect())
        .collect()
}

/// Text made of what confuses decoders.
fn confusing() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ":",
        ",",
        " ",
        "\n",
        "\\u",
        "\\ud83c",
        "\\udf19",
        "00e9",
        "null",
        "true",
        "-1",
        "：",
        "，",
        "一",
        "🌙",
        "a",
        "\u{feff}",
        "\u{0}",
        "```",
        "\"conclusion\":",
        "\"challenges\":\"",
        "{\"reading\":",
        "\",",
    ]);
    prop::collection::vec(fragment, 0..60).prop_map(|fragments| fragments.concat())
}

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![confusing(), any::<String>(), "[a-z ]{0,8}"];
    let key = prop_oneof![
        3 => prop::sample::select(SectionId::ALL.to_vec()).prop_map(|id| id.name().to_owned()),
        1 => prop::sample::select(vec!["Conclusion", "positive factors", "reading", ""]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => confusing(),
    ];
    let leaf = prop_oneof![
        4 => text.prop_map(Value::String),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
    ];
    let value = leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    value.prop_map(|value| match value {
        Value::Object(_) => value,
        value => serde_json::json!({ "reading": value }),
    })
}

proptest! {
    #[test]
    fn cuts_change_nothing(text in confusing(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let pieces = cut_up(&text, &cuts);
        prop_assert_eq!(decode(pieces.iter().map(String::as_str)), decode([text.as_str()]));
    }

    #[test]
    fn no_text_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        decode([String::from_utf8_lossy(&bytes).as_ref()]);
    }

    #[test]
    fn sections_are_those_of_the_reference(
        value in json(),
        way in 0..3_u8,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let text = written(&value, way);
        let pieces = cut_up(&text, &cuts);
        let sections = decode(pieces.iter().map(String::as_str));
        prop_assert_eq!(sections, reference::sections(&value), "{}", text);
    }
}
