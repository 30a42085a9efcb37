//! What the crowd asks: three languages, and models that answer well or badly.

use serde_json::{Value, json};

use super::dice::Dice;

const WORDS: &[(&str, &str)] = &[
    ("zh", "我今年會遇到對的人嗎？"),
    ("zh", "何時能搬到新家？"),
    ("zh", "工作上的煩惱何時能解？"),
    ("en", "Should I change my job this year?"),
    ("en", "Will the two of us find each other again?"),
    ("en", "Is the bridge safe to cross?"),
    ("ja", "この恋はうまくいきますか？"),
    ("ja", "引っ越しはいつがいいですか？"),
];

/// How a model answers when it is neither plain nor quick: odd forms, and faults that pass or stay.
const MANNERS: &[&str] = &[
    "keys=reverse",
    "keys=nested+unknown",
    "fence",
    "think=5",
    "pretty raw",
    "fault=splitutf8",
    "fault=crlf",
    "fault=cut@challenges times=1",
    "fault=cut@positive_factors",
    "fault=reset@30 times=1",
    "fault=crash times=1",
    "fault=nofinish times=1",
    "fault=error200 times=1",
    "fault=length times=1",
    "fault=500 times=1",
    "fault=401",
    "fault=notjson times=1",
    "fault=missing@conclusion times=1",
    "fault=emptysection times=1",
    "fault=wronglang@conclusion times=1",
];

/// One question of the crowd. Nobody else asks it.
pub(super) struct Question {
    /// Names it in the calls of the model, too.
    pub number: u64,
    pub key: String,
    pub body: Value,
}

impl Question {
    pub(super) fn new(dice: &mut Dice, seed: u64, number: u64, rate: u64) -> Self {
        let (language, words) = dice.pick(WORDS);
        let manner = if dice.percent(50) {
            ""
        } else {
            dice.pick(MANNERS)
        };
        // Short, so that many come to their end between two kills.
        let (length, chunk) = (40 + dice.below(60), 8 + dice.below(16));
        let settings = format!("rate={rate} length={length} chunk={chunk} {manner}");
        let mut body = json!({
            "deity_id": "yue_lao",
            "question": format!("{words} ({number}) [[sim {}]]", settings.trim()),
            "language": language,
        });
        if dice.percent(50) {
            body["fortune_number"] = Value::from(1 + dice.below(7));
        }
        Self {
            number,
            key: format!("storm-{seed}-{number}"),
            body,
        }
    }

    /// The number of the question that a request to the model is about.
    pub(super) fn number_in(request: &str) -> Option<u64> {
        let (words, _) = request.split_once(") 〔〔sim ")?;
        let (_, number) = words.rsplit_once('(')?;
        number.parse().ok()
    }
}
