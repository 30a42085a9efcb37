//! What no section may claim: certainty, prognosis, threats, sales, the deity's own voice; and
//! what is no reading at all: refusals and placeholders.

use std::sync::LazyLock;

use regex::Regex;

/// A kind of claim and how it is said in each language, in the order Chinese, English, Japanese.
/// Simplified characters count as Traditional ones.
struct Claim {
    rule: &'static str,
    patterns: [Regex; 3],
}

const SAID: [(&str, [&str; 3]); 8] = [
    (
        "promise",
        [
            "(一定會|一定能|必定|必然會|絕對(不用擔心|會|能|沒問題)|百分之百|萬無一失|包準|保證(您|你|結果|成功|一定|會|能))",
            r"(?i)\b(will (certainly|definitely|surely|undoubtedly)|is guaranteed|are guaranteed|guarantees? you|(i|we) (promise|guarantee)|without (any )?doubt you|cannot fail)\b",
            "(必ず(叶|成功|成就|うまく|結ばれ|合格|治)|絶対に(成功|叶|うまく|大丈夫)|間違いなく(成功|叶)|保証します|お約束します)",
        ],
    ),
    (
        "prognosis",
        [
            "(會痊癒|會康復|會好起來的病|治不好|活不過|活不久|會病死|會死|不久於人世|會流產|(男|女)(孩|胎|嬰)。|會勝訴|會敗訴|生下(男|女))",
            r"(?i)\b(will (soon )?(recover from|be cured|die|not survive|pass away|miscarry|win the (lawsuit|case)|lose the (lawsuit|case))|will not live|won't live|will be a (healthy )?(boy|girl))\b",
            "(必ず治り|病気は.{0,6}治ります|亡くなります|死にます|冬を越せません|余命|元気な(男|女)の子です|流産します|勝訴します)",
        ],
    ),
    (
        "threat",
        [
            "(大禍臨頭|血光之災|在劫難逃|天譴|必遭報應|難逃)",
            r"(?i)\b(disaster will strike|you cannot escape|will be (cursed|punished)|ruin awaits)\b",
            "(災いが降りかか|天罰|祟り|破滅を免れ)",
        ],
    ),
    (
        "sale",
        [
            "(請購|加購|符咒|開光|消災法會|只要[0-9一二三四五六七八九十百千萬]+元)",
            r"(?i)(\bbuy our\b|\bpurchase our\b|\bblessed (charm|amulet)|\bfor [0-9]+ (dollars|euros|pounds))",
            "(お守りを.{0,12}(お求め|購入)|祈祷済み|万円で)",
        ],
    ),
    (
        "confidence",
        [
            "((準確度|機率|可信度|應驗率).{0,4}[0-9一二三四五六七八九十])",
            r"(?i)\b(confidence|accuracy|probability)\b[^.]{0,30}[0-9]+ ?(%|percent)",
            "((的中率|確率|信頼度).{0,3}[0-9一二三四五六七八九十])",
        ],
    ),
    (
        "deity-voice",
        [
            "(吾乃|我是神明|我乃.{0,6}(神|老人|娘娘)|本神|我已經聽見了你的祈求)",
            r"(?i)(\bi,? the god\b|\bas your deity\b|\bi am the (god|deity|goddess)\b)",
            "(我は.{0,8}神である|神である私|我こそは)",
        ],
    ),
    (
        "refusal",
        [
            "(人工智慧語言模型|作為(一個)?AI|無法(協助|提供|回答)|不能回答)",
            r"(?i)\b(as an ai|language model|i('m| am) sorry,? but|i can(no|')t (assist|help)|unable to (provide|assist|help))",
            "(AI言語モデル|言語モデルとして|お(手伝い|答え)(は)?できません)",
        ],
    ),
    (
        "placeholder",
        [
            r"(在此填入|待補充|\[[^\]]{0,12}(內容|填)[^\]]{0,8}\]|此處為.{0,8}的內容|XXX)",
            r"(?i)(\[insert|\btodo\b|lorem ipsum|\byour text here\b|\bplaceholder\b|\bTBD\b)",
            "(ここに本文|後で記入|［[^］]{0,10}(入力|記入)[^］]{0,6}］)",
        ],
    ),
];

static CLAIMS: LazyLock<Vec<Claim>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(pattern).expect("the patterns are tested below");
    SAID.iter()
        .map(|(rule, patterns)| Claim {
            rule,
            patterns: patterns.map(regex),
        })
        .collect()
});

/// Words right before a claim that deny it.
const DENIALS: [&str; 16] = [
    "不",
    "沒",
    "没",
    "非",
    "無法",
    "无法",
    "別",
    "别",
    "未",
    "難",
    "难",
    "是否",
    "會不會",
    "会不会",
    "並",
    "并",
];

/// English ones, which stand somewhere before it in the sentence.
const ENGLISH_DENIALS: [&str; 11] = [
    " never ",
    " not ",
    " no ",
    "n't ",
    " nobody ",
    " cannot ",
    " without ",
    " nothing ",
    " neither ",
    " whether ",
    " if ",
];

/// How far before a claim they are looked for, in characters.
const NEAR: usize = 3;
const FAR: usize = 48;

/// Words behind a claim that deny it, as Japanese does.
const DENIED_BEHIND: [&str; 6] = [
    "わけではあ",
    "とは限",
    "とはいえ",
    "ものではあ",
    "しません",
    "嗎",
];

/// The claims that a text makes, with what it says. `traditional` is the text in Traditional
/// characters or any other language.
pub(super) fn claims(text: &str, language: &str) -> Vec<(&'static str, String)> {
    let place = match language {
        "en" => 1,
        "ja" => 2,
        _ => 0,
    };
    let text = if language == "zh-Hans" {
        to_traditional(text)
    } else {
        text.to_owned()
    };
    CLAIMS
        .iter()
        .filter_map(|claim| {
            // A model may slip into English whatever it writes.
            let patterns = [&claim.patterns[place], &claim.patterns[1]];
            let found = patterns
                .into_iter()
                .find_map(|one| undenied(one, &text, claim.rule))?;
            Some((claim.rule, found))
        })
        .collect()
}

/// The first match of a pattern that is not denied.
fn undenied(pattern: &Regex, text: &str, rule: &str) -> Option<String> {
    let can_be_denied = !matches!(rule, "refusal" | "placeholder" | "sale" | "confidence");
    pattern
        .find_iter(text)
        .find(|found| !can_be_denied || !is_denied(&text[..found.start()], &text[found.end()..]))
        .map(|found| found.as_str().to_owned())
}

fn is_denied(before: &str, behind: &str) -> bool {
    let sentence = before
        .rsplit(['.', '!', ';', '\n'])
        .next()
        .unwrap_or_default();
    let last = |count: usize| -> String {
        let reversed: Vec<char> = sentence.chars().rev().take(count).collect();
        reversed.into_iter().rev().collect()
    };
    let (near, far) = (last(NEAR), format!(" {}", last(FAR).to_lowercase()));
    let behind: String = behind.chars().take(10).collect();
    DENIALS.iter().any(|denial| near.contains(denial))
        || ENGLISH_DENIALS.iter().any(|denial| far.contains(denial))
        || DENIED_BEHIND.iter().any(|denial| behind.contains(denial))
}

fn to_traditional(text: &str) -> String {
    const PAIRS: [(&str, &str); 32] = [
        ("会", "會"),
        ("绝对", "絕對"),
        ("没问题", "沒問題"),
        ("万", "萬"),
        ("无", "無"),
        ("准", "準"),
        ("证", "證"),
        ("痊愈", "痊癒"),
        ("孩", "孩"),
        ("婴", "嬰"),
        ("胜诉", "勝訴"),
        ("败诉", "敗訴"),
        ("祸临头", "禍臨頭"),
        ("灾", "災"),
        ("难", "難"),
        ("谴", "譴"),
        ("报应", "報應"),
        ("请购", "請購"),
        ("开光", "開光"),
        ("几率", "機率"),
        ("概率", "機率"),
        ("应验", "應驗"),
        ("听见", "聽見"),
        ("经", "經"),
        ("语", "語"),
        ("协", "協"),
        ("为", "為"),
        ("补", "補"),
        ("内", "內"),
        ("处", "處"),
        ("个", "個"),
        ("担", "擔"),
    ];
    PAIRS.iter().fold(
        text.replace("人工智能", "人工智慧"),
        |text, (from, to)| text.replace(from, to),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, text: &str, expected: &[&str]) {
        let found: Vec<&str> = claims(text, language)
            .iter()
            .map(|(rule, _)| *rule)
            .collect();
        assert_eq!(found, expected, "{language}: {text}");
    }

    #[test]
    fn claims_are_told_from_their_denial() {
        check("zh", "這件事一定會成功。", &["promise"]);
        check("zh", "這件事不一定會成功，籤詩也不保證結果。", &[]);
        check("zh-Hans", "这件事一定会成功。", &["promise"]);
        check("en", "You will certainly succeed.", &["promise"]);
        check(
            "en",
            "Nobody can say that success is guaranteed; nothing will certainly come.",
            &[],
        );
        check("ja", "この願いは必ず叶います。", &["promise"]);
        check("ja", "必ず成功するとは限りません。", &[]);
        check("zh", "他活不過今年冬天。", &["prognosis"]);
        check(
            "en",
            "Whether he will recover from it, no lot can say.",
            &[],
        );
        check(
            "en",
            "Your mother will recover from her illness.",
            &["prognosis"],
        );
        check(
            "ja",
            "お母様の病気は年内に必ず治ります。",
            &["promise", "prognosis"],
        );
        check("zh", "若不聽從，必有大禍臨頭。", &["threat"]);
        check("ja", "我はこの社の神である。", &["deity-voice"]);
        check("en", "Confidence: 92%.", &["confidence"]);
        check("en", "Go with confidence, step by step.", &[]);
        check(
            "zh-Hans",
            "抱歉，作为一个人工智能语言模型，我无法协助。",
            &["refusal"],
        );
        check("en", "TODO: write this section.", &["placeholder"]);
        check("en", "Buy our blessed charm for 300 dollars.", &["sale"]);
    }
}
