//! Promises and prognoses.

use super::*;

#[test]
fn promises_on_a_warning_lot_in_chinese() {
    fails(
        PROMISE,
        Language::Zh,
        &[
            "只要再等一個月，他一定會回心轉意，你們必定復合。",
            "放心，這件事必定成功，沒有什麼好擔心的。",
            "月老保證你今年能遇見正緣。",
            "照著做，你肯定會得到幸福。",
            "百分之百會在一起，不必懷疑。",
            "這筆投資穩賺不賠，可以放手去做。",
            "你們注定會結婚，這是命裡寫好的。",
            "秋天之後就一定能考上理想的學校。",
            "您必定能得償所願。",
        ],
    );
    passes(
        PROMISE,
        Language::Zh,
        &[
            "這一籤沒有說他一定會回來，也沒有說他不會。",
            "等待不一定會成功，但放手能讓你輕鬆一些。",
            "沒有人能保證你會成功，籤詩說的只是眼前。",
            "別以為一定會復合，先把自己照顧好。",
            "你一定要先照顧好自己，再談感情。",
            "不要相信「一定會成功」這樣的話。",
            "他一定會回來嗎？籤詩沒有這樣說。",
            "舊情必定要先放下，新的路才看得見。",
            "這段時間肯定會有些難過，這是人之常情。",
            "希望你一定能找到自己的步調。",
        ],
    );
}

#[test]
fn promises_on_a_warning_lot_in_english() {
    fails(
        PROMISE,
        Language::En,
        &[
            "Wait one more month and he will certainly come back to you.",
            "Your success is guaranteed if you follow these steps.",
            "I promise that by autumn you will be married.",
            "You are destined to succeed, whatever the verse seems to say.",
            "Without a doubt you will get married before the year ends, and you cannot fail.",
            "He is bound to return to you once the cold has passed.",
            "You'll definitely find love before the winter.",
        ],
    );
    passes(
        PROMISE,
        Language::En,
        &[
            "Nothing here says that he will certainly come back to you.",
            "Success is not guaranteed, and the verse does not pretend that it is.",
            "No lot can promise an outcome; it can only show where you stand.",
            "You will certainly feel the loss for a while, and that is natural.",
            "It is bound to hurt at first, and then the water widens.",
            "Will he certainly come back? The verse does not say so.",
            "If you believe that you will surely win him back, the lot asks you to pause.",
            "The wall keeps no promise; let it go.",
        ],
    );
}

#[test]
fn promises_on_a_warning_lot_in_japanese() {
    fails(
        PROMISE,
        Language::Ja,
        &[
            "もう少し待てば、彼は必ず戻ってきます。",
            "この恋は絶対に叶います。",
            "来年には間違いなく復縁できます。",
            "ご安心ください、成功を保証します。",
            "秋には確実に結ばれます。",
            "幸せになることをお約束します。",
            "努力を続ければ必ず成就します。",
        ],
    );
    passes(
        PROMISE,
        Language::Ja,
        &[
            "彼が必ず戻ってくるとは限りません。",
            "必ずしも復縁が叶うわけではありません。",
            "この籤は成功を約束するものではありません。",
            "絶対に叶うと思い込まず、少し距離を置きましょう。",
            "必ず自分の体を休めてください。",
            "彼は必ず戻ってくるでしょうか。詩はそう言っていません。",
            "まず自分の心をいたわることが、確実な一歩です。",
        ],
    );
}

#[test]
fn a_good_lot_is_not_watched_for_promises() {
    let reading = Reading::of(1, Language::Zh, "他愛我嗎？");
    assert_eq!(reading.fault(PROMISE, "這份緣分必定成功。"), None);
}

#[test]
fn prognoses_in_chinese() {
    fails(
        PROGNOSIS,
        Language::Zh,
        &[
            "你母親的病會好，秋天就能出院。",
            "這場病治不好了，請家人有心理準備。",
            "他恐怕活不過今年冬天。",
            "從籤上看，你會死於意外。",
            "不久之後你會懷孕，而且是男孩。",
            "這場官司必贏，對方會敗訴。",
            "手術一定會成功，過完年就會痊癒。",
            "再拖下去，你恐怕會得癌症。",
            "胎兒保不住，要有準備。",
            "這一胎會平安生下男孩。",
        ],
    );
    passes(
        PROGNOSIS,
        Language::Zh,
        &[
            "籤詩無法告訴你病會不會好，請聽醫師的話。",
            "官司的輸贏，籤詩不作預言，請先請教律師。",
            "是否會懷孕，請以醫師的意見為準。",
            "希望他早日康復，也請你照顧好自己。",
            "讓心慢慢死去的不是時間，而是執著，別急著對自己死心。",
            "若是擔心病情會惡化，請及早就醫。",
            "古時的詩人到老仍為此寫詩，舊情成了詩。",
            "你會死心，也會重新開始，這都沒有關係。",
            "關係像水，活水才不會死板。",
            "心病還需心藥，難過時找人說說。",
            "這一胎是男是女，籤詩不會說。",
        ],
    );
}

#[test]
fn prognoses_in_english() {
    fails(
        PROGNOSIS,
        Language::En,
        &[
            "Your mother will recover before the autumn.",
            "He will die before the year is out.",
            "The illness will return, and it is incurable.",
            "You will soon get pregnant, and it will be a boy.",
            "You will win the case, and the judge will rule for you.",
            "She has only a few months to live.",
            "The surgery will succeed; there is nothing to fear.",
            "You will never recover from this disease.",
            "He will not live to see the spring.",
            "The baby will be a healthy boy.",
        ],
    );
    passes(
        PROGNOSIS,
        Language::En,
        &[
            "A lot cannot say whether she will recover; please ask her doctor.",
            "Nobody can tell from a verse that you will win the case; ask a lawyer.",
            "The feeling will fade, and the old wall will stay where it is.",
            "I hope that she will get better, and that you rest as well.",
            "If you fear that the illness will return, see a doctor soon.",
            "What has died between two people need not be dug up again.",
            "In the story the two never met again, and he wrote of it in old age.",
            "Will she recover? That is a question for the doctor.",
            "You need not live through the same winter twice.",
        ],
    );
}

#[test]
fn prognoses_in_japanese() {
    fails(
        PROGNOSIS,
        Language::Ja,
        &[
            "お母様の病気は秋には治ります。",
            "病は必ず治りますので、ご安心ください。",
            "残念ながら、彼は年内に亡くなります。",
            "あなたはまもなく妊娠します。",
            "裁判には勝てます。",
            "手術は成功します。",
            "体調は悪化します。",
            "余命は長くありません。",
            "その方は今年の冬を越せません。",
            "お腹の子は元気な男の子です。",
        ],
    );
    passes(
        PROGNOSIS,
        Language::Ja,
        &[
            "病気が治るかどうかは、医師に尋ねてください。",
            "裁判の行方を、おみくじは予言しません。",
            "妊娠については、医師や助産師の意見に従ってください。",
            "早く良くなることを願っています。",
            "思いが消えるまでには、少し時間がかかります。",
            "もし病気は治りますかと尋ねたいのなら、まず受診を。",
            "つらい時は、信頼できる人に話してください。",
            "冬を越せば、気持ちも少し軽くなるでしょう。",
        ],
    );
}
