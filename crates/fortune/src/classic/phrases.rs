//! The sentences around the deck's own words, in the languages of readings.

use kaucim_decks::{Tone, Topic};

use crate::Language;

/// Sentences with named places; see [`crate::template::fill`].
pub(super) struct Phrases {
    /// `{{number}}`, `{{title}}`, `{{count}}`: heads the quoted verse.
    pub(super) verse: &'static str,
    /// `{{line}}` alone, and with `{{translation}}`.
    pub(super) line: &'static str,
    pub(super) translated_line: &'static str,
    /// Said when the deck has no translation and the verse is in another language.
    pub(super) untranslated: &'static str,
    /// `{{grade}}`: what the grade says, by tone, and without one.
    pub(super) good: &'static str,
    pub(super) mixed: &'static str,
    pub(super) warning: &'static str,
    pub(super) toneless: &'static str,
    pub(super) gradeless: &'static str,
    /// What can be said for and against, by tone and without one.
    pub(super) in_favour: [&'static str; 4],
    pub(super) to_watch: [&'static str; 4],
    /// `{{text}}`: the deck's words, and the deck's words in another language.
    pub(super) quoted: &'static str,
    pub(super) quoted_foreign: &'static str,
    /// `{{topic}}`: the verdict follows; there is none of its own; it is left out.
    pub(super) verdict: &'static str,
    pub(super) general_verdict: &'static str,
    pub(super) no_verdict: &'static str,
    pub(super) withheld_verdict: &'static str,
    /// Said with what a doctor or a lawyer should be asked.
    pub(super) professional: &'static str,
    /// `{{title}}`: heads an allusion; there is none.
    pub(super) allusion: &'static str,
    pub(super) no_notes: &'static str,
    /// `{{edition}}`: where the words are from.
    pub(super) edition: &'static str,
    /// `{{title}}`, `{{line}}`: the last words.
    pub(super) conclusion: &'static str,
    /// In the order of the topics.
    topics: [&'static str; 12],
}

impl Phrases {
    /// Simplified Chinese is turned from Traditional by the caller.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh | Language::ZhHans => &ZH,
            Language::En => &EN,
            Language::Ja => &JA,
        }
    }

    pub(super) fn topic(&self, topic: Topic) -> &'static str {
        let [
            love,
            career,
            study,
            wealth,
            health,
            family,
            travel,
            lost,
            law,
            birth,
            moving,
            general,
        ] = self.topics;
        match topic {
            Topic::Love => love,
            Topic::Career => career,
            Topic::Study => study,
            Topic::Wealth => wealth,
            Topic::Health => health,
            Topic::Family => family,
            Topic::Travel => travel,
            Topic::LostThings => lost,
            Topic::Lawsuits => law,
            Topic::Childbirth => birth,
            Topic::Moving => moving,
            Topic::General => general,
        }
    }
}

/// The sentence for the tone of a lot.
pub(super) fn by_tone(
    [good, mixed, warning, none]: [&'static str; 4],
    tone: Option<Tone>,
) -> &'static str {
    match tone {
        Some(Tone::Good) => good,
        Some(Tone::Mixed) => mixed,
        Some(Tone::Warning) => warning,
        None => none,
    }
}

static ZH: Phrases = Phrases {
    verse: "第{{number}}籤「{{title}}」，籤詩{{count}}句：",
    line: "「{{line}}」",
    translated_line: "「{{line}}」\n{{translation}}",
    untranslated: "籤詩的原文如上，籤書沒有附譯文。",
    good: "這一籤的籤等是「{{grade}}」，屬於吉的一邊。",
    mixed: "這一籤的籤等是「{{grade}}」，有順有阻。",
    warning: "這一籤的籤等是「{{grade}}」，屬於警示的一邊。",
    toneless: "這一籤的籤等是「{{grade}}」。",
    gradeless: "這一籤沒有標明籤等，請以籤詩與註解為準。",
    in_favour: [
        "籤等本身站在吉的一邊，這就是籤書給的助力。",
        "籤等不偏吉也不偏凶，有利之處要從籤詩裡細讀。",
        "籤等是提醒，不是斷絕；有利之處在於及早知道要當心。",
        "籤書沒有標明吉凶，有利之處要從籤詩裡細讀。",
    ],
    to_watch: [
        "吉籤也不是保證，籤書沒有說事情會自己成就。",
        "籤等不偏吉也不偏凶，順處與阻處都請放在心上。",
        "籤書把這一籤列為警示。請認真看待，但這不是對你的判決。",
        "籤書沒有標明吉凶，請不要把其中任何一句當成定論。",
    ],
    quoted: "籤書說：{{text}}",
    quoted_foreign: "籤書這一段沒有中文，照錄原文：{{text}}",
    verdict: "你所問的近於{{topic}}，籤書就此說：{{text}}",
    general_verdict: "籤書對一般的事說：{{text}}",
    no_verdict: "你所問的近於{{topic}}，籤書沒有就此另立一條，請以全籤的意思為準。",
    withheld_verdict: "你所問的近於{{topic}}。籤書的舊斷語於事無益，這裡不引。",
    professional: "這不是診斷，也不是法律意見；請諮詢醫師、律師等專業的人。",
    allusion: "典故「{{title}}」：{{text}}",
    no_notes: "籤書對這一籤沒有另記典故或其他註解。",
    edition: "出處：{{edition}}。",
    conclusion: "第{{number}}籤「{{title}}」，請記得這一句：「{{line}}」。本文由籤書原有的文字編成，沒有使用模型，也沒有針對你的處境另作推演；如何取捨，仍在於你。",
    topics: [
        "感情",
        "事業",
        "學業",
        "財運",
        "健康",
        "家庭",
        "出行",
        "失物",
        "訴訟",
        "生育",
        "搬遷",
        "一般的事",
    ],
};

static EN: Phrases = Phrases {
    verse: "Lot {{number}}, “{{title}}”; its verse, line by line ({{count}}):",
    line: "“{{line}}”",
    translated_line: "“{{line}}”\n{{translation}}",
    untranslated: "These are the lines as they stand; the deck has no English translation of them.",
    good: "The grade of this lot is “{{grade}}”, which is on the favourable side.",
    mixed: "The grade of this lot is “{{grade}}”, partly open and partly held back.",
    warning: "The grade of this lot is “{{grade}}”, which is on the side of warning.",
    toneless: "The grade of this lot is “{{grade}}”.",
    gradeless: "This lot carries no grade; the verse and the commentary are all it says.",
    in_favour: [
        "The grade itself is on the favourable side, and that is the support the deck gives.",
        "The grade leans neither way; what is in favour has to be read from the verse itself.",
        "The grade is a warning and not a closed door; what is in favour is to know early where care is needed.",
        "The deck names no fortune or misfortune; what is in favour has to be read from the verse itself.",
    ],
    to_watch: [
        "A favourable lot is no promise; the deck does not say that things come about by themselves.",
        "The grade leans neither way; keep both what opens and what holds back in mind.",
        "The deck counts this lot among its warnings. Take it seriously, but not as a sentence passed on you.",
        "The deck names no fortune or misfortune; take none of its lines for a verdict.",
    ],
    quoted: "The deck says: {{text}}",
    quoted_foreign: "The deck has this only in its own language; here it stands as it is: {{text}}",
    verdict: "Your question is nearest to {{topic}}. On this the deck says: {{text}}",
    general_verdict: "On things in general the deck says: {{text}}",
    no_verdict: "Your question is nearest to {{topic}}. The deck has no word of its own on this; go by the meaning of the whole lot.",
    withheld_verdict: "Your question is nearest to {{topic}}. The deck's old verdict on this would help nobody and is left out here.",
    professional: "This is no diagnosis and no legal advice; please ask a doctor, a lawyer or whoever is qualified.",
    allusion: "The allusion, “{{title}}”: {{text}}",
    no_notes: "The deck records no allusion and no further commentary for this lot.",
    edition: "From: {{edition}}.",
    conclusion: "Lot {{number}}, “{{title}}”: keep this line in mind, “{{line}}”. This reading is composed from the deck's own words, without a model and without anything worked out for your situation; what to take from it is yours to decide.",
    topics: [
        "love",
        "career",
        "study",
        "wealth",
        "health",
        "family",
        "travel",
        "lost things",
        "lawsuits",
        "childbirth",
        "moving",
        "things in general",
    ],
};

static JA: Phrases = Phrases {
    verse: "第{{number}}番「{{title}}」。詩は{{count}}句です。",
    line: "「{{line}}」",
    translated_line: "「{{line}}」\n{{translation}}",
    untranslated: "詩の原文は以上のとおりで、日本語訳は付いていません。",
    good: "このおみくじの等級は「{{grade}}」で、吉の側にあります。",
    mixed: "このおみくじの等級は「{{grade}}」で、開けるところと滞るところがあります。",
    warning: "このおみくじの等級は「{{grade}}」で、戒めの側にあります。",
    toneless: "このおみくじの等級は「{{grade}}」です。",
    gradeless: "このおみくじに等級はありません。詩と注釈がすべてです。",
    in_favour: [
        "等級そのものが吉の側にあり、それがおみくじの示す支えです。",
        "等級はどちらにも偏りません。追い風となるものは、詩そのものから読み取ってください。",
        "等級は戒めであり、道を閉ざすものではありません。気をつける所を早く知ることが助けになります。",
        "吉凶は示されていません。追い風となるものは、詩そのものから読み取ってください。",
    ],
    to_watch: [
        "吉のくじも約束ではありません。物事がひとりでに成るとは書かれていません。",
        "等級はどちらにも偏りません。開けるところも滞るところも、ともに心に留めてください。",
        "これは戒めのくじとされています。真剣に受け止めてください。ただし、あなたへの宣告ではありません。",
        "吉凶は示されていません。どの一句も、決まったこととして受け取らないでください。",
    ],
    quoted: "おみくじにはこうあります。{{text}}",
    quoted_foreign: "この部分に日本語はありません。原文のまま記します。{{text}}",
    verdict: "お尋ねの事は{{topic}}に近く、おみくじにはこうあります。{{text}}",
    general_verdict: "物事全般について、おみくじにはこうあります。{{text}}",
    no_verdict: "お尋ねの事は{{topic}}に近いものですが、それについての言葉は別にありません。全体の意味に従ってください。",
    withheld_verdict: "お尋ねの事は{{topic}}に近いものです。それについての古い判断は助けにならないため、ここには引きません。",
    professional: "これは診断でも法律上の助言でもありません。医師や弁護士などの専門家に相談してください。",
    allusion: "故事「{{title}}」。{{text}}",
    no_notes: "このおみくじに、故事やほかの注釈は記されていません。",
    edition: "出典：{{edition}}。",
    conclusion: "第{{number}}番「{{title}}」。この一句を心に留めてください。「{{line}}」。この読み解きはおみくじ本来の言葉から編んだもので、モデルを使わず、あなたの事情に合わせた推し量りもしていません。どう受け取るかは、あなたに委ねられています。",
    topics: [
        "恋愛",
        "仕事",
        "学業",
        "金運",
        "健康",
        "家庭",
        "旅行",
        "失せ物",
        "訴訟",
        "出産",
        "引っ越し",
        "物事全般",
    ],
};
