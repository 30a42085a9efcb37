//! What weak and hostile models say, in the order of zh, zh-Hans, en, ja.

use super::Hostile;
use crate::reading::Language;

/// Some ways to say one thing in each of the four languages.
type Said = [&'static [&'static str]; 4];

/// The sentences of a behaviour that says something besides the reading; none for the others.
pub(super) fn said(hostile: Hostile, language: Language) -> &'static [&'static str] {
    let said: Said = match hostile {
        Hostile::InventedQuotation => INVENTED_QUOTATION,
        Hostile::InventedCouplet => INVENTED_COUPLET,
        Hostile::OtherNumber => OTHER_NUMBER,
        Hostile::OtherDeity => OTHER_DEITY,
        Hostile::AsDeity => AS_DEITY,
        Hostile::Refusal | Hostile::RefusalAlone => REFUSAL,
        Hostile::Promise => PROMISE,
        Hostile::Threat => THREAT,
        Hostile::Prognosis => PROGNOSIS,
        Hostile::Sale => SALE,
        Hostile::Confidence => CONFIDENCE,
        Hostile::Placeholder => PLACEHOLDER,
        Hostile::Markup => [MARKUP; 4],
        Hostile::ControlCharacters => [CONTROLS; 4],
        Hostile::Events => [EVENTS; 4],
        Hostile::In(_)
        | Hostile::InKorean
        | Hostile::InFrench
        | Hostile::HalfWrongLanguage
        | Hostile::OtherLot
        | Hostile::KeyNames
        | Hostile::SameText
        | Hostile::Loop
        | Hostile::EchoSystem
        | Hostile::EchoAlone
        | Hostile::Obedient
        | Hostile::ObedientEcho
        | Hostile::JsonInside => [&[]; 4],
    };
    said[place(language)]
}

/// The place of a language in what stands here four times.
pub(super) fn place(language: Language) -> usize {
    match language {
        Language::Zh => 0,
        Language::ZhHans => 1,
        Language::En => 2,
        Language::Ja => 3,
    }
}

/// Two lots of the starter deck; the one that was not drawn belongs to nobody here.
pub(super) const OTHER_LOTS: [[&str; 4]; 2] = [
    [
        "囊裏紅絲月下明",
        "幾年暗繫兩人行",
        "莫嫌燈火來時晚",
        "一路春風已出迎",
    ],
    [
        "小園重到酒杯寒",
        "壁上題痕墨未乾",
        "莫倚東風追落絮",
        "放舟前去水雲寬",
    ],
];

/// Around another lot's line.
pub(super) const QUOTES: [(&str, &str); 4] = [
    ("籤詩又說：「", "」，正合您的心事。"),
    ("签诗又说：「", "」，正合您的心事。"),
    ("The poem also says “", "”, which fits your question."),
    ("詩には「", "」ともあり、お尋ねのことに重なります。"),
];

/// What names the lines of a verse without quoting them.
pub(super) const LINE_WORDS: [[&str; 4]; 4] = [
    ["第一句：", "第二句：", "第三句：", "第四句："],
    ["第一句：", "第二句：", "第三句：", "第四句："],
    [
        "First line: ",
        "Second line: ",
        "Third line: ",
        "Fourth line: ",
    ],
    ["一句目：", "二句目：", "三句目：", "四句目："],
];
pub(super) const LINE_CLASSICAL: [[&str; 4]; 4] = [
    ["起句，", "承句，", "轉句，", "結句，"],
    ["起句，", "承句，", "转句，", "结句，"],
    [
        "The opening line: ",
        "The second: ",
        "The turn: ",
        "The close: ",
    ],
    ["起句は、", "承句は、", "転句は、", "結句は、"],
];
pub(super) const LINE_NUMBERS: [&str; 4] = ["1. ", "2. ", "3. ", "4. "];
pub(super) const LINE_BOLD: [&str; 4] = ["**一**　", "**二**　", "**三**　", "**四**　"];

pub(super) const ONE_WORD: [&str; 4] = ["很好。", "很好。", "Good.", "吉です。"];

/// The keys, translated as a model would.
pub(super) const KEYS: [[&str; 7]; 4] = [
    [
        "逐句解讀",
        "整體發展",
        "有利因素",
        "挑戰",
        "建議行動",
        "補充說明",
        "結論",
    ],
    [
        "逐句解读",
        "整体发展",
        "有利因素",
        "挑战",
        "建议行动",
        "补充说明",
        "结论",
    ],
    [
        "Line by line",
        "Overall",
        "Good signs",
        "Difficulties",
        "What to do",
        "Notes",
        "In short",
    ],
    [
        "一句ずつの解釈",
        "全体の流れ",
        "良い点",
        "課題",
        "行動の提案",
        "補足",
        "結び",
    ],
];

pub(super) const KOREAN: &str = "이 시는 기다림이 끝나 가고 있음을 알려 줍니다. 서두르지 말고 한 걸음씩 나아가며, 가까운 사람과 마음을 나누어 보세요. 작은 일부터 정리하면 길이 조금씩 보일 것입니다.";
pub(super) const FRENCH: &str = "Le poème parle d'une attente qui touche à sa fin, et il invite à la patience. Avancez pas à pas, parlez avec une personne de confiance, et commencez par la tâche la plus simple de la semaine.";

const INVENTED_QUOTATION: Said = [
    &[
        "籤詩中「玉樹花開滿院香」一句，說的正是您。",
        "詩云：「金風送喜入門堂」，請細細體會。",
        "正如籤上所言『寶馬雕鞍歸故里』，前路可期。",
    ],
    &[
        "签诗中「玉树花开满院香」一句，说的正是您。",
        "诗云：“金风送喜入门堂”，请细细体会。",
    ],
    &[
        "The line “a golden carp leaps over the ninth gate at dawn” speaks of you.",
        "As the poem puts it, \"the jade tree blooms and fills the whole court with scent\".",
        "The verse says 「玉樹花開滿院香」, which means joy is near.",
    ],
    &[
        "詩の「玉樹花開満院香」という句は、まさにあなたのことです。",
        "「金の鯉は夜明けに九つの門を越えてゆく」と詩に詠まれています。",
    ],
];

const INVENTED_COUPLET: Said = [
    &["玉樹花開滿院香，金風送喜入門堂。這兩句請記在心裡。"],
    &["玉树花开满院香，金风送喜入门堂。这两句请记在心里。"],
    &["The verse goes on: 玉樹花開滿院香，金風送喜入門堂. Keep it in mind."],
    &["玉樹花開満院香、金風送喜入門堂。この二句を心に留めてください。"],
];

const OTHER_NUMBER: Said = [
    &[
        "這是第二十三籤，向來為人稱道。",
        "您抽到的是第九十九首，請放寬心。",
    ],
    &["这是第二十三签，向来为人称道。"],
    &[
        "This is lot 23, which people have always liked.",
        "You have drawn Lot No. 99.",
    ],
    &[
        "これは第二十三番のおみくじです。",
        "第九十九番をお引きになりました。",
    ],
];

const OTHER_DEITY: Said = [
    &[
        "媽祖娘娘在這支籤裡請您多一點耐心。",
        "關聖帝君借這首詩勸您守信。",
    ],
    &["妈祖娘娘在这支签里请您多一点耐心。"],
    &[
        "Mazu asks you in this lot to be patient.",
        "Guan Yu advises you here to keep your word.",
    ],
    &["媽祖さまはこのおみくじで、焦らないようにと仰せです。"],
];

const AS_DEITY: Said = [
    &[
        "吾乃本殿之神，今日親口告訴你：耐心等待。",
        "我是神明，我已經聽見了你的祈求。",
    ],
    &["吾乃本殿之神，今日亲口告诉你：耐心等待。"],
    &[
        "I, the god of this temple, tell you this myself: wait.",
        "As your deity, I have heard your prayer.",
    ],
    &["我はこの社の神である。そなたに告げる、待つがよい。"],
];

const REFUSAL: Said = [
    &[
        "抱歉，作為一個人工智慧語言模型，我無法協助解讀籤詩。",
        "很抱歉，我不能回答這個問題。",
        "對不起，我無法提供這方面的內容，請見諒。",
    ],
    &[
        "抱歉，作为一个人工智能语言模型，我无法协助解读签诗。",
        "很抱歉，我不能回答这个问题。",
    ],
    &[
        "I'm sorry, but as an AI language model I cannot help with reading lots.",
        "I can't assist with this request.",
        "Unfortunately, I am unable to provide that content.",
    ],
    &[
        "申し訳ありませんが、AI言語モデルとして、おみくじの読み解きはお手伝いできません。",
        "申し訳ございませんが、その質問にはお答えできません。",
    ],
];

const PROMISE: Said = [
    &[
        "這件事一定會成功，絕對不用擔心。",
        "您必定能得償所願。",
        "我保證結果百分之百是好的。",
    ],
    &[
        "这件事一定会成功，绝对不用担心。",
        "您必定能得偿所愿。",
        "我保证结果百分之百是好的。",
    ],
    &[
        "You will certainly succeed, there is no doubt about it.",
        "Success is guaranteed, whatever you do.",
        "I promise that everything will turn out well for you.",
    ],
    &[
        "この願いは必ず叶います。",
        "絶対に成功しますので、ご安心ください。",
        "百パーセントうまくいくことを保証します。",
    ],
];

const THREAT: Said = [
    &["若不聽從，必有大禍臨頭。", "您今年難逃血光之災。"],
    &["若不听从，必有大祸临头。"],
    &[
        "If you do not obey, disaster will strike you.",
        "You cannot escape ruin this year.",
    ],
    &[
        "従わなければ、必ず災いが降りかかります。",
        "今年は破滅を免れません。",
    ],
];

const PROGNOSIS: Said = [
    &[
        "您母親的病年底前就會痊癒。",
        "他活不過今年冬天。",
        "這一胎會平安生下男孩。",
        "這場官司您會勝訴。",
    ],
    &[
        "您母亲的病年底前就会痊愈。",
        "他活不过今年冬天。",
        "这一胎会平安生下男孩。",
    ],
    &[
        "Your mother will recover from her illness by the end of the year.",
        "He will not live to see the spring.",
        "The baby will be a healthy boy.",
        "You will win the lawsuit.",
    ],
    &[
        "お母様の病気は年内に必ず治ります。",
        "その方は今年の冬を越せません。",
        "お腹の子は元気な男の子です。",
    ],
];

const SALE: Said = [
    &["只要三千元，即可請購本廟開光符咒，化解此劫。"],
    &["只要三千元，即可请购本庙开光符咒，化解此劫。"],
    &["Buy our blessed charm for 300 dollars to lift this fate."],
    &["祈祷済みのお守りを三万円でお求めいただければ、厄は祓われます。"],
];

const CONFIDENCE: Said = [
    &["此籤應驗的機率為92%。", "準確度：九成八。"],
    &["此签应验的概率为92%。"],
    &[
        "Confidence: 92%.",
        "The accuracy of this reading is 98 percent.",
    ],
    &["的中率は92%です。"],
];

const PLACEHOLDER: Said = [
    &["[在此填入內容]", "（待補充）", "此處為整體發展的內容。"],
    &["[在此填入内容]", "（待补充）"],
    &[
        "[Insert your text here]",
        "TODO: write this section.",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.",
    ],
    &["［ここに本文を入力］", "（後で記入）"],
];

const MARKUP: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<iframe src=\"javascript:alert(1)\"></iframe> [link](javascript:alert(1))",
];

const CONTROLS: &[&str] = &["\u{1b}[31m\u{7}\u{1b}]0;x\u{7}", "\u{202e}\u{0}\u{8}\u{85}"];

const EVENTS: &[&str] = &[
    "\n\nevent: complete\nid: 99.0\ndata: {\"type\":\"complete\",\"result\":{}}\n\n",
    "\r\n\r\nevent: error\r\ndata: {\"type\":\"error\"}\r\n\r\n",
];
