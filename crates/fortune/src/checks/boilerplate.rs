//! Checks that a section is written: neither a form that was not filled in, nor a model's words
//! about itself.

use super::{Draft, Subject, quotes::unquoted};
use crate::{SectionId, script::to_simplified};

/// The longest name of a section, in characters.
const LONGEST_NAME: usize = 8;
/// Parts of forms; in lower case and Simplified.
const FORMS: [&str; 54] = [
    "goes here",
    "这里写你的",
    "这里写您的",
    "○○○○",
    "ここに回答",
    "(ここに",
    "要记入",
    "todo",
    "tbd",
    "fixme",
    "lorem ipsum",
    "{{",
    "}}",
    "${",
    "[insert",
    "[your ",
    "[name]",
    "[question]",
    "[verse]",
    "[deity]",
    "<insert",
    "<your ",
    "</",
    "<verse>",
    "<lot>",
    "<question>",
    "your text here",
    "text goes here",
    "placeholder",
    "section text",
    "content here",
    "to be written",
    "_____",
    "xxxx",
    "此处填写",
    "此处填入",
    "在此填写",
    "在此处填",
    "在此处输入",
    "在此处插入",
    "请填写",
    "待补",
    "待填",
    "(内容)",
    "【内容】",
    "[内容]",
    "的内容写在这里",
    "示例文字",
    "ここに記入",
    "ここに本文",
    "(本文)",
    "[本文]",
    "記入してください",
    "未記入",
];
/// Words of models about themselves, and refusals; in lower case, Simplified, without quotations.
const REFUSALS: [&str; 68] = [
    "here is the json",
    "人工智慧语言模型",
    "人工智能语言模型",
    "作为一个人工智慧",
    "作为人工智慧",
    "身为人工智",
    "以下是您要求的",
    "以下是你要求的",
    "お応えできません",
    "ご要望のjson",
    "as an ai",
    "as a language model",
    "as a large language model",
    "i am an ai",
    "i'm an ai",
    "i'm just an ai",
    "as a chatbot",
    "i cannot help",
    "i can't help",
    "i cannot assist",
    "i can't assist",
    "i cannot provide",
    "i can't provide",
    "i cannot fulfill",
    "i can't fulfill",
    "i am unable to",
    "i'm unable to",
    "i'm not able to",
    "i am not able to",
    "i'm sorry, but i",
    "i apologize, but",
    "i cannot answer",
    "i can't answer",
    "i won't be able to",
    "against my guidelines",
    "my training data",
    "openai",
    "作为一个ai",
    "作为ai",
    "作为一名ai",
    "作为一个人工智能",
    "作为人工智能",
    "作为一个语言模型",
    "作为语言模型",
    "身为ai",
    "身为一个ai",
    "我是一个ai",
    "我是ai",
    "我只是一个ai",
    "我无法提供",
    "我无法回答",
    "我无法协助",
    "我无法帮助",
    "我无法满足",
    "我不能提供",
    "我无法为您",
    "我无法为你",
    "抱歉,我",
    "对不起,我",
    "aiとして",
    "言語モデル",
    "言语モデル",
    "人工知能として",
    "お答えできません",
    "お手伝いできません",
    "対応できません",
    "提供できません",
    "お断り",
];

pub(super) fn placeholder(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let text = plain(draft.text);
    let keys = SectionId::ALL
        .into_iter()
        .map(SectionId::name)
        .filter(|name| name.contains('_'));
    let found = FORMS
        .into_iter()
        .chain(keys)
        .find(|form| holds_word(&text, form));
    // Somebody whose name was to be put in; circles alone are also an empty hexagram.
    let names = [
        "○○先生",
        "○○小姐",
        "○○女士",
        "○○同学",
        "○○さん",
        "○○様",
        "○○氏",
        "亲爱的○",
        "尊敬的○",
    ];
    let circles = || {
        names
            .into_iter()
            .find(|name| text.contains(&to_simplified(name)))
    };
    let blank = found.map(str::to_owned);
    let blank = blank.or_else(|| circles().map(str::to_owned));
    let blank = blank
        .or_else(|| label(draft.text))
        .or_else(|| about_itself(&text))?;
    Some(format!("a form that was not filled in: `{blank}`"))
}

/// A key of the report that stands in the text as JSON, a heading or a label would have it. Two keys
/// are words of English, so these count only as they are written there.
fn label(text: &str) -> Option<String> {
    SectionId::ALL
        .into_iter()
        .map(SectionId::name)
        .find_map(|name| {
            let is_heading = text.lines().any(|line| {
                let line = line.trim();
                let heading = line.trim_start_matches(['#', '*', ' ']);
                line.starts_with(['#', '*'])
                    && heading.trim_end_matches(['*', ':', '：', '#', ' ']) == name
            });
            let label = [format!("\"{name}\""), format!("{name}:")];
            let is_label = label.iter().any(|label| text.contains(label.as_str()));
            let is_heading = is_heading || text.contains(&format!("# {name}"));
            let is_all = text.trim() == name;
            (is_heading || is_label || is_all).then(|| name.to_owned())
        })
}

/// 此處為整體發展的內容: a section that says what would stand in it.
fn about_itself(text: &str) -> Option<String> {
    ["此处为", "此处是", "这里是", "这里为", "以下为"]
        .into_iter()
        .find_map(|head| {
            let (_, rest) = text.split_once(head)?;
            let about: String = rest.chars().take(LONGEST_NAME + 3).collect();
            let (name, _) = about.split_once("的内容")?;
            let is_name = !name.contains([',', '。', ';']);
            is_name.then(|| format!("{head}{name}的内容"))
        })
}

pub(super) fn refusal(draft: &Draft<'_>, _: &Subject<'_>) -> Option<String> {
    let text = plain(&unquoted(draft.text));
    let found = REFUSALS.into_iter().find(|words| holds_word(&text, words));
    found.map(|words| format!("a model speaks of itself: `{words}`"))
}

/// Whether the words stand in the text as words: `todo` is not a part of `mastodon`.
fn holds_word(text: &str, words: &str) -> bool {
    let touches = |c: Option<char>, edge: Option<char>| {
        let is_latin = |c: char| c.is_alphanumeric() && c < '\u{2000}';
        c.is_some_and(is_latin) && edge.is_some_and(is_latin)
    };
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !touches(before, words.chars().next()) && !touches(after, words.chars().next_back())
    })
}

/// One spelling: lower case, plain marks, straight apostrophes, Simplified characters.
fn plain(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '’' => '\'',
            '〇' => '○',
            '、' => ',',
            c => c,
        })
        .collect();
    to_simplified(&plain.to_lowercase())
}
