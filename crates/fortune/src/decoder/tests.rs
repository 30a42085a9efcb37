//! What the decoder makes of answers: a table of outputs.

mod properties;
mod reference;

use std::fmt::Write as _;

use super::*;

/// Every section that was opened, its text, and whether its value ended.
type Sections = Vec<(SectionId, String, bool)>;

fn decode<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Sections {
    let mut decoder = Decoder::new();
    let mut sections = Sections::new();
    for piece in pieces {
        for event in decoder.feed(piece) {
            match event {
                Event::Opened(id) => sections.push((id, String::new(), false)),
                Event::Text(text) => {
                    assert!(!text.is_empty(), "an empty text");
                    let open = sections.last_mut().filter(|section| !section.2);
                    open.expect("text comes in an open section")
                        .1
                        .push_str(&text);
                }
                Event::Closed(id) => {
                    let open = sections
                        .last_mut()
                        .filter(|section| !section.2 && section.0 == id);
                    open.expect("an open section is closed").2 = true;
                }
            }
        }
    }
    let unfinished = sections
        .last()
        .filter(|section| !section.2)
        .map(|section| section.0);
    assert_eq!(decoder.end(), unfinished);
    sections
}

/// `conclusion=text|` per section; `…` instead of the bar where its value has not ended.
fn shown(sections: &Sections) -> String {
    sections
        .iter()
        .fold(String::new(), |mut shown, (id, text, ended)| {
            let name = id.name().split('_').next().unwrap_or_default();
            let end = if *ended { "|" } else { "…" };
            write!(shown, "{name}={text}{end}").expect("a string takes everything");
            shown
        })
}

fn check(output: &str, expected: &str) {
    let whole = decode([output]);
    assert_eq!(shown(&whole), expected, "whole: {output}");
    let cut: Vec<&str> = output.split_inclusive(|_| true).collect();
    assert_eq!(decode(cut), whole, "character by character: {output}");
}

#[test]
fn well_formed_reports() {
    check(r#"{"conclusion":"好"}"#, "conclusion=好|");
    check(
        r#"{"challenges":"a","conclusion":"b"}"#,
        "challenges=a|conclusion=b|",
    );
    check("{\n  \"Conclusion\" :\n\t\"b\"\n}\n", "conclusion=b|");
    check(
        r#"{"reading":{"challenges":"a"},"meta":{"n":1},"conclusion":"b"}"#,
        "challenges=a|conclusion=b|",
    );
    check(
        r#"[{"challenges":"a"},{"conclusion":"b"}]"#,
        "challenges=a|conclusion=b|",
    );
    check(r#"{"a":[1,{"b":[{"conclusion":"c"}]}]}"#, "conclusion=c|");
    check(
        r#"{"note":"\"conclusion\": \"x\"","conclusion":"b"}"#,
        "conclusion=b|",
    );
    check(r#"{"\u0063onclusion":"b"}"#, "conclusion=b|");
    check(r#"{"conclusion":""}"#, "conclusion=|");
    check("{}", "");
    check("", "");
}

#[test]
fn values_of_every_type() {
    check(r#"{"challenges":["a","b"]}"#, "challenges=a\nb|");
    check(r#"{"challenges":["","b",""]}"#, "challenges=\nb\n|");
    check(
        r#"{"challenges":{"first":"a","then":{"conclusion":"b"}}}"#,
        "challenges=a\nb|",
    );
    check(
        r#"{"challenges":[1,-2.5e3,true,null,"x"]}"#,
        "challenges=1\n-2.5e3\ntrue\nx|",
    );
    check(
        r#"{"challenges":null,"conclusion":"b"}"#,
        "challenges=|conclusion=b|",
    );
    check(
        r#"{"challenges":false,"conclusion":12}"#,
        "challenges=false|conclusion=12|",
    );
    check(
        r#"{"challenges":[],"conclusion":{}}"#,
        "challenges=|conclusion=|",
    );
}

#[test]
fn escapes() {
    check(
        r#"{"conclusion":"a\nb\tc\"d\\e\/f"}"#,
        "conclusion=a\nb\tc\"d\\e/f|",
    );
    check(
        r#"{"conclusion":"\u4e00\u5FC3\ud83c\udf19"}"#,
        "conclusion=一心🌙|",
    );
    check(
        r#"{"conclusion":"a\ud83cb\udf19c\ud83c"}"#,
        "conclusion=abc|",
    );
    check(
        r#"{"conclusion":"\ud83c\ud83c\udf19\ud83c\n"}"#,
        "conclusion=🌙\n|",
    );
    check(
        r#"{"conclusion":"a\u0000b\u0007c\r\nd\u00e9"}"#,
        "conclusion=abc\ndé|",
    );
    check(
        "{\"conclusion\":\"a\r\n\tb\u{0}c\u{7}\"}",
        "conclusion=a\n\tbc|",
    );
    check(r#"{"conclusion":"a\'b\u12zc\u12"}"#, "conclusion=a'bzc|");
}

#[test]
fn line_breaks_that_were_escaped_twice() {
    check(
        r#"{"challenges":"a\\nb\\n\\nc","conclusion":"d\\"}"#,
        "challenges=a\nb\n\nc|conclusion=d\\|",
    );
    check(
        r#"{"conclusion":["a\\","nb\\te"]}"#,
        "conclusion=a\\\nnb\\te|",
    );
}

#[test]
fn nothing_that_moves_a_cursor_or_turns_writing_around() {
    check(
        r#"{"conclusion":"a\u202eb\u2066c\u2069d\u200fe\u0085f\u001b[31mg\u009b2Jh"}"#,
        "conclusion=abcdefgh|",
    );
    check(
        "{\"conclusion\":\"a\u{202e}b\u{202a}c\u{2068}d\u{85}e\u{1b}f\u{61c}g\"}",
        "conclusion=abcdefg|",
    );
    // What joins and what selects belongs to characters.
    check(
        "{\"conclusion\":\"👩\u{200d}🌾❤\u{fe0f}\"}",
        "conclusion=👩\u{200d}🌾❤\u{fe0f}|",
    );
}

#[test]
fn what_stands_around() {
    check("\u{feff}{\"conclusion\":\"b\"}", "conclusion=b|");
    check(
        "```json\n{\"conclusion\":\"b\"}\n```\nHope it helps!",
        "conclusion=b|",
    );
    check(
        "Sure! Here is {your} reading {}: {\"conclusion\":\"b\"} {end",
        "conclusion=b|",
    );
    check(
        "The form {\"a\", \"b\"} and {{ \"c\" }}: {\"conclusion\":\"b\"}",
        "conclusion=b|",
    );
    check(
        "Begin with {\" and then: {\"conclusion\":\"b\"}",
        "conclusion=b|",
    );
    check(
        &format!("Begin {{\"{} {{\"conclusion\":\"b\"}}", "so ".repeat(500)),
        "conclusion=b|",
    );
    check(
        r#"{"challenges":"a"} and {"conclusion":"b"}"#,
        "challenges=a|conclusion=b|",
    );
    check("conclusion: all is well", "");
    check(r#"{{"conclusion":"b"}}"#, "conclusion=b|");
}

#[test]
fn what_is_not_quite_json() {
    check(
        r#"{"challenges":["a","b",],"conclusion":"c",}"#,
        "challenges=a\nb|conclusion=c|",
    );
    check(
        r#"{"challenges":"a" "conclusion":"c"}"#,
        "challenges=a|conclusion=c|",
    );
    check(
        r#"{"challenges"："a"，"conclusion"："c"}"#,
        "challenges=a|conclusion=c|",
    );
    check(
        r#"{"challenges":["a","b","conclusion":"c"}"#,
        "challenges=a\nb\nconclusion\nc|",
    );
    check(
        r#"{"challenges":["a","b"},{"conclusion":"c"}"#,
        "challenges=a\nb|conclusion=c|",
    );
    check(
        r#"{"challenges":,"conclusion":}"#,
        "challenges=|conclusion=|",
    );
    check(
        r#"{"challenges":"say "yes" now", "conclusion":"c"}"#,
        "challenges=say |conclusion=c|",
    );
    check(
        r#"{"challenges":"one " quote", "conclusion":"c"}"#,
        "challenges=one |conclusion=c|",
    );
    check("{// the \"whole\" of it\n\"conclusion\":\"c\"}", "");
    check(
        "{\"a\":1, // the \"whole\" of it\n\"conclusion\":\"c\"}",
        "conclusion=c|",
    );
    check(
        r#"{"challenges":nothing much,"conclusion":"c"}"#,
        "challenges=|conclusion=c|",
    );
    check(
        r#"{"challenges":"a",]"conclusion":"c"}"#,
        "challenges=a|conclusion=c|",
    );
    check(
        r#"{"Conclusion":"a","conclusion":"b"}"#,
        "conclusion=a|conclusion=b|",
    );
}

#[test]
fn what_is_cut_off() {
    check(
        r#"{"challenges":"a","conclusion":"b"#,
        "challenges=a|conclusion=b…",
    );
    check(r#"{"challenges":["a","b""#, "challenges=a\nb…");
    check(r#"{"challenges":["a"]"#, "challenges=a|");
    check(r#"{"conclusion":"#, "conclusion=…");
    check(r#"{"conclusion":"b\"#, "conclusion=b…");
    check(r#"{"conclusion":"b\ud83c\udf"#, "conclusion=b…");
    check(r#"{"conclu"#, "");
}

#[test]
fn depth_is_limited_and_costs_nothing() {
    let nested = |depth: usize| {
        let (open, close) = ("{\"a\":".repeat(depth - 1), "}".repeat(depth - 1));
        format!("{open}{{\"conclusion\":\"b\"}}{close}")
    };
    check(&nested(MAX_DEPTH), "conclusion=b|");
    check(&nested(MAX_DEPTH + 1), "");
    check(
        &format!("{{\"a\":{},\"conclusion\":\"c\"}}", nested(100)),
        "conclusion=c|",
    );
    check(
        &format!("{{\"challenges\":{},\"conclusion\":\"c\"}}", nested(100)),
        "challenges=|conclusion=c|",
    );
    let mut decoder = Decoder::new();
    for _ in 0..100_000 {
        decoder.feed("{\"conclusion\":[[[");
    }
    assert!(decoder.stack.len() <= MAX_DEPTH);
}

#[test]
fn text_is_handed_out_as_soon_as_it_is_there() {
    let mut decoder = Decoder::new();
    assert_eq!(
        decoder.feed("{\"conclusion\":"),
        [Event::Opened(SectionId::Conclusion)]
    );
    assert_eq!(decoder.feed(" \"一"), [Event::Text("一".to_owned())]);
    assert_eq!(decoder.feed("二\\u4e0"), [Event::Text("二".to_owned())]);
    assert_eq!(decoder.feed("9四\\"), [Event::Text("三四".to_owned())]);
    assert_eq!(decoder.feed("n"), [Event::Text("\n".to_owned())]);
    assert_eq!(decoder.feed("\""), [Event::Closed(SectionId::Conclusion)]);
}

#[test]
fn a_long_answer_in_small_pieces_takes_linear_time_and_no_memory() {
    let text = "一二三 abc \\n".repeat(80_000);
    let mut decoder = Decoder::new();
    decoder.feed("{\"long key ");
    decoder.feed(&"k".repeat(1_000_000));
    assert!(
        decoder
            .maybe_prose
            .as_ref()
            .is_some_and(|read| read.len() <= MAX_REREAD)
    );
    decoder.feed("\":0,\"conclusion\":\"");
    let mut piece = String::new();
    let mut length = 0;
    for c in text.chars() {
        piece.push(c);
        if piece.len() >= 3 {
            length += decoder.feed(&piece).len();
            piece.clear();
        }
    }
    assert!(length > 100_000, "{length} pieces of text");
    assert!(decoder.events.capacity() < 64 && decoder.text.capacity() < 64);
}
