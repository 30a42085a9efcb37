//! Forms that were not filled in, and models that speak of themselves.

use super::*;

#[test]
fn forms_that_were_not_filled_in_in_chinese() {
    fails(
        PLACEHOLDER,
        Language::Zh,
        &[
            "此處填寫整體運勢的內容。",
            "關於您的問題，{{question}}，籤詩的意思是要放下。",
            "overall_development：舊情已過，放手為宜。",
            "TODO：補上這一段的解讀。",
            "親愛的○○，這支籤勸你放下。",
            "【內容】放下舊情，往前看。",
            "籤詩說「[verse]」，意思是放下。",
            "此處為整體發展的內容。",
            "### challenges\n壁上的字還沒有乾，先承認不捨。",
            "challenges",
            " conclusion\n",
            "{\"conclusion\": \"先承認不捨，再慢慢鬆手。\"}",
        ],
    );
    passes(
        PLACEHOLDER,
        Language::Zh,
        &[
            "這支籤的內容很清楚：舊情宜放。",
            "這裡是舊地，也是新的開始。",
            "# 這是提醒\n先承認不捨，再慢慢鬆手。",
            "請在此時此刻停一停，想一想。",
            "把要說的話寫下來，填寫在日記裡也好。",
            "整體來說，先苦後甘。",
            "第一步是休息，第二步是整理。",
            "您的問題牽涉兩個人，慢慢談。",
        ],
    );
}

#[test]
fn forms_that_were_not_filled_in_in_english() {
    fails(
        PLACEHOLDER,
        Language::En,
        &[
            "Dear [your name], this lot asks you to let go.",
            "[Insert interpretation of the verse here.]",
            "TODO: write about the second line.",
            "Lorem ipsum dolor sit amet, and so on.",
            "The suggested_actions are to rest and to wait.",
            "About {{topic}} the verse is quiet.",
            "Your text here.",
            "### conclusion\nLoosen the rope, and let the boat go.",
            "**challenges**\nThe wall keeps what was written.",
        ],
    );
    passes(
        PLACEHOLDER,
        Language::En,
        &[
            "Your question is about love, and the verse answers quietly.",
            "The suggested actions are to rest and to wait.",
            "Write your text to him, and then do not send it.",
            "There is much to do, and little of it today.",
            "Insert a pause before you answer.",
            "The conclusion is simple: loosen the rope.",
            "Conclusion: loosen the rope.",
            "Two challenges, and one conclusion.",
        ],
    );
}

#[test]
fn forms_that_were_not_filled_in_in_japanese() {
    fails(
        PLACEHOLDER,
        Language::Ja,
        &[
            "ここに本文を書きます。",
            "○○さん、この籤は手放すことを勧めます。",
            "（本文）古い思いを手放しましょう。",
            "{{question}}について、詩は静かに語ります。",
            "conclusion のあと、suggested_actions を述べます。",
            "TODO 二句目の説明。",
            "〇〇様の恋は、今は休む時です。",
        ],
    );
    passes(
        PLACEHOLDER,
        Language::Ja,
        &[
            "ここに書かれた句は、手放すことを勧めています。",
            "本文を読み返すと、心が静まります。",
            "日記に記入するのもよいでしょう。",
            "一つ目は休むこと、二つ目は話すことです。",
            "二〇二六年の春には、気持ちも変わっているでしょう。",
            "まとめると、今は待つ時です。",
        ],
    );
}

#[test]
fn models_that_speak_of_themselves_in_chinese() {
    fails(
        REFUSAL,
        Language::Zh,
        &[
            "作為一個AI，我不能預測未來，但可以談談這支籤。",
            "抱歉，我無法回答這個問題。",
            "我無法提供關於感情的建議。",
            "身為AI，我沒有情感。",
            "對不起，我不能解讀這首詩。",
            "作為語言模型，我只能說一般的看法。",
            "我是AI助手，以下是分析。",
        ],
    );
    passes(
        REFUSAL,
        Language::Zh,
        &[
            "可以對他說：「抱歉，我最近沒有心力。」",
            "籤詩無法替你決定，但能陪你想一想。",
            "你或許會想：我無法改變過去。這是真的。",
            "說聲對不起，有時比爭辯更好。",
            "工作若與AI有關，也請先休息幾天。",
            "舊情無法提供你要的安穩。",
        ],
    );
}

#[test]
fn models_that_speak_of_themselves_in_english() {
    fails(
        REFUSAL,
        Language::En,
        &[
            "As an AI, I do not know the future, but the verse is kind.",
            "I'm sorry, but I cannot help with that.",
            "I cannot provide a reading for this question.",
            "As a large language model I have no feelings.",
            "I am unable to interpret this verse.",
            "I’m just an AI, so take this lightly.",
            "This goes against my guidelines.",
        ],
    );
    passes(
        REFUSAL,
        Language::En,
        &[
            "You could say: “I'm sorry, but I need some time.”",
            "The lot cannot answer for him.",
            "A verse is unable to choose for you.",
            "The wall cannot provide what it once held.",
            "As an aid to thought, write the matter down.",
            "Nobody can help with that but you.",
        ],
    );
}

#[test]
fn models_that_speak_of_themselves_in_japanese() {
    fails(
        REFUSAL,
        Language::Ja,
        &[
            "AIとして、未来を予測することはできません。",
            "申し訳ありませんが、お答えできません。",
            "言語モデルなので感情はありません。",
            "そのご質問にはお手伝いできません。",
            "人工知能として一般的なことを述べます。",
            "この内容は提供できません。",
        ],
    );
    passes(
        REFUSAL,
        Language::Ja,
        &[
            "「申し訳ありませんが、少し時間をください」と伝えてもよいのです。",
            "籤は答えを決めるものではありません。",
            "彼の気持ちは、詩からは分かりません。",
            "すぐには対応しなくても大丈夫です。",
            "言葉を選んで、ゆっくり話しましょう。",
            "過去を変えることはできませんが、歩き方は選べます。",
        ],
    );
}
