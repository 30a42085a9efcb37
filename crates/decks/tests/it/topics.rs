//! What everyday questions are about, in three languages, and words that only look like a topic.

use kaucim_decks::Topic;

const QUESTIONS: &[(Topic, &[&str])] = &[
    (
        Topic::Love,
        &[
            "我今年會遇到對的人嗎？",
            "我今年会遇到对的人吗？",
            "我的另一半在哪裡",
            "什麼時候脫單",
            "他對我是曖昧還是認真",
            "今年桃花如何",
            "対象",
            "彼とやり直せますか",
            "この恋はうまくいきますか",
            "彼女の気持ちを知りたい",
            "復縁",
            "結婚したい",
            "恋愛",
            "Is my soulmate near?",
            "How will the date go?",
            "Will my ex call?",
            "Does my crush like me?",
            "Will I meet the right person?",
            "Will things work out between us?",
        ],
    ),
    (
        Topic::Career,
        &[
            "我該去上班嗎",
            "我該去Google還是Microsoft上班？",
            "職？",
            "老闆會幫我加薪嗎",
            "老板会给我加薪吗",
            "同事相處",
            "面試",
            "転職",
            "上司とうまくいかない",
            "給料は上がりますか",
            "job",
            "My boss ignores me",
            "How will the interview go?",
            "Will I get the promotion?",
            "Should I ask for a raise?",
        ],
    ),
    (
        Topic::Study,
        &[
            "考試",
            "成绩会进步吗",
            "能上台大嗎",
            "受験に合格できますか",
            "試験が心配です",
            "exam",
            "Will my grades get better?",
        ],
    ),
    (
        Topic::Wealth,
        &[
            "發財",
            "股票该卖吗",
            "生意會好嗎",
            "借金を返せますか",
            "投資",
            "Should I buy Apple stock?",
            "Will I ever be debt free?",
        ],
    ),
    (
        Topic::Health,
        &[
            "我的病",
            "身體什麼時候好",
            "手術",
            "健康运如何",
            "体の調子が悪い",
            "腰が痛い",
            "Why am I so sick?",
            "Will my back pain end?",
        ],
    ),
    (
        Topic::Family,
        &[
            "家人平安嗎",
            "跟父母吵架了",
            "奶奶還好嗎",
            "子供のことが心配",
            "親と仲良くしたい",
            "Will my parents understand me?",
        ],
    ),
    (
        Topic::Travel,
        &[
            "可以出國嗎",
            "旅行",
            "去日本玩好嗎",
            "海外に行けますか",
            "Is it a good time to travel?",
            "Will my flight be late?",
        ],
    ),
    (
        Topic::LostThings,
        &[
            "我的鑰匙在哪裡",
            "手機遺失了",
            "貓走失了",
            "落とし物は出てきますか",
            "鍵をなくしました",
            "Where are my keys?",
        ],
    ),
    (
        Topic::Lawsuits,
        &[
            "官司",
            "被告了怎麼辦",
            "裁判",
            "訴えられました",
            "Should I sue him?",
        ],
    ),
    (
        Topic::Childbirth,
        &[
            "怀孕",
            "什麼時候有寶寶",
            "妊娠できますか",
            "出産は無事でしょうか",
            "Are we having a baby?",
        ],
    ),
    (
        Topic::Moving,
        &[
            "搬家",
            "换房子好吗",
            "引っ越し",
            "家を買うべきか",
            "Should we move to Taipei?",
        ],
    ),
    (
        Topic::General,
        &[
            "Is it still in stock?",
            "Will it work?",
            "Will everything work out?",
            "Is my answer up to date?",
            "I am sick of waiting",
            "我要考慮多久",
            "牠很可愛",
            "要不要喝牛奶",
            "要換輪胎嗎",
            "墨西哥會贏嗎",
            "我這個毛病改得掉嗎",
            "參考一下",
            "彼此",
            "The next example",
            "A mandate from heaven",
            "今日の運勢",
            "彼岸花",
        ],
    ),
];

#[test]
fn everyday_questions_find_their_topic() {
    let missed: Vec<_> = QUESTIONS
        .iter()
        .flat_map(|(topic, questions)| questions.iter().map(move |one| (*topic, *one)))
        .map(|(topic, question)| (topic, question, Topic::of(question)))
        .filter(|(topic, _, found)| topic != found)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
