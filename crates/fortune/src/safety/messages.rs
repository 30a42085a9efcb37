//! What is said to somebody whose question touches a matter, in the order of `Language::ALL`.

use kaucim_decks::Matter;

/// Said to the asker, before anything else.
pub(super) fn notice(matter: Matter) -> [&'static str; 4] {
    match matter {
        Matter::SelfHarm => [
            "如果你，或你身邊的人，有傷害自己的念頭，請不要獨自承受：現在就撥打當地的緊急電話或自殺防治、心理支持專線，或告訴一個信任的人。平安比任何一支籤都要緊。",
            "如果你，或你身边的人，有伤害自己的念头，请不要独自承受：现在就拨打当地的紧急电话或自杀防治、心理支持热线，或告诉一个信任的人。平安比任何一支签都要紧。",
            "If you, or somebody close to you, think of self-harm, please do not stay alone with it: call your local emergency number or a crisis line now, or tell someone you trust. Being safe matters more than any lot.",
            "あなた、または身近な人が自分を傷つけたいと思うほどつらいときは、一人で抱えないでください。今すぐ地域の緊急電話や相談窓口に連絡するか、信頼できる人に話してください。あなたの安全は、どんなおみくじよりも大切です。",
        ],
        Matter::Violence => [
            "沒有人應該受到暴力對待，這不是你的錯。若有立即的危險，請先到安全的地方並報警；也可以向當地的保護專線或信任的人求助。若你擔心自己會傷到別人，請先離開現場，找人談談。籤詩不能替你決定去留。",
            "没有人应该受到暴力对待，这不是你的错。若有立即的危险，请先到安全的地方并报警；也可以向当地的求助热线或信任的人求助。若你担心自己会伤到别人，请先离开现场，找人谈谈。签诗不能替你决定去留。",
            "Nobody deserves violence, and it is not your fault. If you are in danger now, get to a safe place and call the police; a helpline for victims or someone you trust can help as well. If you fear that you may hurt somebody, step away first and talk to someone. A lot cannot decide for you whether to stay or to leave.",
            "暴力を受けてよい人はいません。あなたのせいではありません。今危険があるときは、まず安全な場所に移り、警察に通報してください。被害の相談窓口や信頼できる人にも頼れます。誰かを傷つけてしまいそうなときは、まずその場を離れ、誰かに話してください。とどまるか離れるかを、おみくじが決めることはできません。",
        ],
        Matter::Illness => [
            "籤詩不能診斷病情，也不預言病情好壞。健康的事請以醫師的意見為準，不要自行停藥；情況緊急時請立即就醫。",
            "签诗不能诊断病情，也不预言病情好坏。健康的事请以医生的意见为准，不要自行停药；情况紧急时请立即就医。",
            "A lot cannot diagnose an illness or foretell its course. Please rely on a doctor, stop no treatment on your own, and seek medical help at once if it is urgent.",
            "おみくじは病気を診断することも、経過を予言することもできません。健康のことは医師に相談し、自分の判断で薬をやめないでください。急を要するときはすぐに受診してください。",
        ],
        Matter::Pregnancy => [
            "懷孕與生產的事，籤詩不作任何預言，也不論男女。請按時產檢，並以醫師或助產師的意見為準；若有出血或劇痛，請立即就醫。",
            "怀孕与生产的事，签诗不作任何预言，也不论男女。请按时产检，并以医生或助产士的意见为准；若有出血或剧痛，请立即就医。",
            "A lot foretells nothing about pregnancy or birth. Please keep your check-ups and rely on your doctor or midwife; with bleeding or strong pain, seek medical help at once.",
            "妊娠や出産、お子さんの性別について、おみくじは何も予言しません。健診を受け、医師や助産師の意見に従ってください。出血や強い痛みがあるときは、すぐに受診してください。",
        ],
        Matter::Law => [
            "籤詩不能預言官司的結果，也不是法律意見。請諮詢律師或當地的法律扶助機構，並留意期限。",
            "签诗不能预言官司的结果，也不是法律意见。请咨询律师或当地的法律援助机构，并留意期限。",
            "A lot cannot foretell the outcome of a legal matter and is no legal advice. Please ask a lawyer or a legal aid office, and mind the deadlines.",
            "おみくじは裁判などの結果を予言できず、法律上の助言でもありません。弁護士や法律相談の窓口に相談し、期限にも気をつけてください。",
        ],
        Matter::Money => [
            "籤詩不是理財建議，也不保證任何盈虧。涉及投資、借貸或債務的決定，請諮詢合格的專業人士，量力而為。",
            "签诗不是理财建议，也不保证任何盈亏。涉及投资、借贷或债务的决定，请咨询合格的专业人士，量力而为。",
            "A lot is no financial advice and promises neither gain nor loss. Before you invest, borrow or deal with debt, please ask a qualified adviser, and risk nothing that you cannot spare.",
            "おみくじは金銭上の助言ではなく、損益を保証しません。投資や借入、負債については資格のある専門家に相談し、無理のない範囲で決めてください。",
        ],
    }
}

/// Told to a model that writes about such a question.
pub(super) fn guidance(matter: Matter) -> [&'static str; 4] {
    match matter {
        Matter::SelfHarm => [
            "提問者可能有輕生的念頭：語氣溫柔，先說值得好好活著、有人可以幫忙；不談死，不責備，不把籤說成兆頭，請他現在就聯絡專線或信任的人。",
            "提问者可能有轻生的念头：语气温柔，先说值得好好活着、有人可以帮忙；不谈死，不责备，不把签说成兆头，请他现在就联系热线或信任的人。",
            "The asker may think of suicide: be gentle, say first that their life matters and that help is there; do not speak of death, do not blame, read no omen into the lot, and ask them to call a crisis line or someone they trust now.",
            "質問者は死を考えているおそれがあります。やさしい言葉で、まず命が大切であり助けがあることを伝えてください。死を語らず、責めず、くじを前兆とせず、今すぐ相談窓口か信頼できる人に連絡するよう勧めてください。",
        ],
        Matter::Violence => [
            "牽涉暴力：安全為先，不勸人忍耐，不怪受害的人，不鼓勵報復；請對方找警察或保護專線。",
            "牵涉暴力：安全为先，不劝人忍耐，不怪受害的人，不鼓励报复；请对方找警察或求助热线。",
            "Violence is involved: safety comes first; do not advise to endure, do not blame whoever is hurt, encourage no revenge; name the police or a helpline.",
            "暴力が関わります。安全を第一とし、耐えるように勧めず、被害者を責めず、仕返しを勧めず、警察か相談窓口を挙げてください。",
        ],
        Matter::Illness => [
            "牽涉病情：不說會不會好，不說生死，不建議停藥；請對方依醫師的意見。",
            "牵涉病情：不说会不会好，不说生死，不建议停药；请对方依医生的意见。",
            "Illness is involved: no prognosis of any kind, nothing on life or death, no advice to stop a treatment; refer to a doctor.",
            "病気が関わります。治るか否か、生死を述べず、薬をやめるように勧めず、医師に相談するよう伝えてください。",
        ],
        Matter::Pregnancy => [
            "牽涉懷孕或生產：不預言成敗，不說男女；請對方依醫師或助產師的意見。",
            "牵涉怀孕或生产：不预言成败，不说男女；请对方依医生或助产士的意见。",
            "Pregnancy or birth is involved: foretell no outcome and no sex of a child; refer to a doctor or midwife.",
            "妊娠や出産が関わります。結果や性別を予言せず、医師や助産師に相談するよう伝えてください。",
        ],
        Matter::Law => [
            "牽涉法律：不說輸贏；請對方諮詢律師或法律扶助。",
            "牵涉法律：不说输赢；请对方咨询律师或法律援助。",
            "A legal matter is involved: foretell neither winning nor losing; refer to a lawyer or legal aid.",
            "法律が関わります。勝ち負けを述べず、弁護士や法律相談に相談するよう伝えてください。",
        ],
        Matter::Money => [
            "牽涉金錢：不說漲跌盈虧，不給買賣或號碼的建議；請對方量力而為，諮詢專業的人。",
            "牵涉金钱：不说涨跌盈亏，不给买卖或号码的建议；请对方量力而为，咨询专业的人。",
            "Money is involved: foretell neither gain nor loss, advise no purchase, sale or number; ask them to stay within their means and to see a qualified adviser.",
            "お金が関わります。損得や値動きを述べず、売買や番号を勧めず、無理をせず専門家に相談するよう伝えてください。",
        ],
    }
}

/// Said beside a lot that holds words which would harm if they were taken for a prognosis.
pub(super) const HARSH_WORDS: [&str; 4] = [
    "這一籤的舊註有談到死亡、病重或生產危險的字句。那是古人對他們的時代說的話，不是對你或任何你認識的人的斷言。",
    "这一签的旧注有谈到死亡、病重或生产危险的字句。那是古人对他们的时代说的话，不是对你或任何你认识的人的断言。",
    "The old notes of this lot speak of death, grave illness or danger in childbirth. They speak of their time and are no statement about you or anyone you know.",
    "このおみくじの古い注には、死や重い病、出産の危険に触れた言葉があります。それは当時の世に向けた言葉で、あなたやあなたの知る人についての断定ではありません。",
];
