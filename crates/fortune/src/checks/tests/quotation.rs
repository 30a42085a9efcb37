//! What is quoted, and what only stands in marks.

use super::*;

#[test]
fn quotations_in_chinese() {
    passes(
        QUOTATION,
        Language::Zh,
        &[
            "「小園重到酒杯寒」說的是舊地。",
            "詩說「小園重到，酒杯寒」，心已經冷了。",
            "「小園重到……水雲寬」，從園到舟。",
            "「緣分」不是催出來的，「放手」也不是認輸。",
            "俗話說「強扭的瓜不甜」，這裡正是如此。",
            "你可以對他說：「最近我常想起你，週末有空一起喝杯茶嗎？」",
            "你問「他還會回來嗎」，籤詩沒有直接回答。",
            "註解說「舊情未必是假，只是時候過了」。",
            "這首詩的「絮」字最動人，像抓不住的往事。",
            "總結起來就是四個字：「順其自然」。",
            "先把詩句攤開來，一句一句慢慢讀。",
            "先把心事寫下來，再找朋友說一說。然後早點睡，明天再看。",
            "凡事慢慢來，別急。俗話說：「踏破鐵鞋無覓處，得來全不費工夫。」",
            "與其苦等舊人回，不如安頓眼前事。",
            "小園重到酒杯寒，壁上題痕墨未乾。這兩句寫舊地。",
            "〈釵頭鳳〉的故事，見於周密《齊東野語》。",
        ],
    );
    fails(
        QUOTATION,
        Language::Zh,
        &[
            "籤詩說「花開花落自有時」，不必著急。",
            "第三句「月到中秋分外明」，是團圓的意思。",
            "「踏破鐵鞋無覓處，得來全不費工夫」正是此籤的寫照。",
            "解曰「守舊待時，自有貴人」，宜守。",
            "首句「小園再到酒杯溫」，說的是重逢。",
            "籤詩云：花開花落自有時，雲卷雲舒總相宜。可見不必急。",
            "玉樹花開滿院香，金風送喜入門堂。這兩句請記在心裡。",
            "先承認不捨。玉樹花開滿院香，金風送喜入門堂。",
            "心境如下：\n花開花落尋常事，雲去雲來自在天。\n放下就好。",
        ],
    );
}

#[test]
fn quotations_in_english() {
    passes(
        QUOTATION,
        Language::En,
        &[
            "“小園重到酒杯寒” is the return.",
            "“壁上題痕墨未乾” (“the ink on the wall is not dry”) is the memory.",
            "What people call \"fate\" is often timing.",
            "You might write: \"I have been thinking of you, and would like to have tea with you some day this week if you are free.\"",
            "The translation has “Do not lean on the east wind to chase the fallen catkins”.",
            "The meaning says “admit the sorrow, then loosen your hand little by little”.",
            "You asked “Will he come back to me?”, and the verse points elsewhere.",
            "“Let go,” says the verse, and the boat is loose.",
            "The line “小園重到酒杯寒” (“back in the small garden, the cup is cold”) is the return.",
            "It doesn't say ‘never’; it says ‘not this way’.",
        ],
    );
    fails(
        QUOTATION,
        Language::En,
        &[
            "The verse says “the swallow returns to the eaves in spring and builds its nest again”.",
            "“花開花落自有時” tells you that all has its hour.",
            "The poem reads “a golden carp leaps over the dragon gate at dawn and becomes a dragon”.",
            "The second line reads \"the moon is full above the western tower tonight\".",
            "The line “a golden carp leaps over the ninth gate at dawn” speaks of you.",
            "“The swallow returns to the eaves in spring,” says the poem.",
            "The verse goes on: 玉樹花開滿院香，金風送喜入門堂. Keep it in mind.",
            "According to the commentary says “a noble person will come from the south and bring a letter”.",
            "As “the river never flows back to the mountain where the first snow melted a thousand years ago” shows, let go.",
        ],
    );
}

#[test]
fn quotations_in_japanese() {
    passes(
        QUOTATION,
        Language::Ja,
        &[
            "「小園重到酒杯寒」は、昔の場所への再訪です。",
            "「小園重ねて到れば酒杯寒し」と読みます。",
            "「縁」は急がせるものではありません。",
            "「莫倚東風追落絮」、つまり「春風を頼みに散った柳の綿を追うのはやめよう」ということです。",
            "友人に「少し話を聞いてもらえますか」と頼んでみましょう。",
            "「彼は戻ってきますか？」という問いに、詩は静かに答えます。",
            "周密『斉東野語』の話です。",
            "「小園重ねて到れば酒杯寒し」と詩にあります。",
            "「少し待ってください」という返事も、悪いものではありません。",
            "ことわざに「待てば海路の日和あり」とあります。",
        ],
    );
    fails(
        QUOTATION,
        Language::Ja,
        &[
            "一句目の「花開花落自有時」は、時を待てという意味です。",
            "「月到中秋分外明」とあるように、秋に実ります。",
            "詩に「春の夜の夢のように桜は散りぬ」とあります。",
            "二句目の「燕は軒に帰り巣を作る」は、再会を表します。",
            "「金の鯉は夜明けに九つの門を越えてゆく」と詩に詠まれています。",
            "玉樹花開満院香、金風送喜入門堂。この二句を心に留めてください。",
            "原文「金鯉躍龍門」は出世の意味です。",
            "結びの句「山高水長情不尽」が答えです。",
        ],
    );
}

#[test]
fn sources_and_context_may_be_quoted() {
    let text = "「花開花落自有時」也說明了這一點，所以不必著急。";
    let mut reading = Reading::of(WARNING, Language::Zh, "他還會回來嗎？");
    assert!(reading.fault(QUOTATION, text).is_some());
    reading
        .prepared
        .context
        .insert("about".to_owned(), "奶奶常說花開花落自有時".to_owned());
    assert_eq!(reading.fault(QUOTATION, text), None);
    reading.prepared.context.clear();
    let source = |kind: &str| Source {
        id: "kaucim_yue_lao/3/x".to_owned(),
        kind: kind.to_owned(),
        title: String::new(),
        excerpt: "花開花落自有時".to_owned(),
        score: 1.0,
    };
    reading.sources = vec![source("verse")];
    assert!(
        reading.fault(QUOTATION, text).is_some(),
        "another lot's verse is no source"
    );
    reading.sources = vec![source("meaning")];
    assert_eq!(reading.fault(QUOTATION, text), None);
}
