//! Presence, length and language.

use super::*;

#[test]
fn a_text_that_is_none() {
    let none = [
        "", " ", "\n\n", "\u{3000}", "…", "月", "所謂", "true", "string", "1",
    ];
    let short = [
        "放手為宜。",
        "Let it go now.",
        "手放しましょう。",
        "慢慢來就好",
        "Wait and see.",
        "待ちましょう",
    ];
    let reading = Reading::of(WARNING, Language::Zh, question(Language::Zh));
    let korean = "이 시는 기다림이 끝나 가고 있음을 알려 줍니다.";
    assert_eq!(
        reading.fault(PRESENT, korean),
        None,
        "it is another language"
    );
    let dots = reading.fault(PRESENT, &"…".repeat(5000));
    assert!(dots.expect("no text").chars().count() < 80);
    for language in Language::ALL {
        fails(PRESENT, language, &none);
        passes(PRESENT, language, &short);
    }
}

#[test]
fn two_good_sentences_are_enough_and_a_word_is_not() {
    fails(
        LENGTH,
        Language::Zh,
        &[
            "好。",
            "大吉",
            "放手吧。",
            "慢慢來。",
            "無。",
            "月下老人。",
            "……",
        ],
    );
    passes(
        LENGTH,
        Language::Zh,
        &[
            "舊情宜放。先照顧好自己的心。",
            "船已解纜，前面水寬。慢慢走就好。",
            "壁上的字還沒有乾。你的心也是。",
            "先休息幾天。再找人談談。",
            "這件事不必急。等一等再看。",
            "詩裡有風有水。往前看就好。",
        ],
    );
    fails(
        LENGTH,
        Language::En,
        &["Yes.", "Let go.", "Good luck!", "Wait and see.", "No.", "…"],
    );
    passes(
        LENGTH,
        Language::En,
        &[
            "Let it go now. Rest a while.",
            "The boat is loose. The water is wide.",
            "Be kind to yourself. Talk to a friend.",
            "It takes time. Do not hurry it.",
            "The ink is wet. So is the heart.",
            "Look ahead. Leave the wall behind you.",
        ],
    );
    fails(
        LENGTH,
        Language::Ja,
        &["吉。", "手放す。", "待て。", "はい。", "大吉です。", "……"],
    );
    passes(
        LENGTH,
        Language::Ja,
        &[
            "手放しましょう。心を休めてください。",
            "舟は離れました。水は広い。",
            "墨はまだ乾きません。心も同じです。",
            "まず休みましょう。それから話しましょう。",
            "急がないこと。少し待ちましょう。",
            "風に頼らず、前を見ましょう。",
        ],
    );
    let long = |text: &str, times| text.repeat(times);
    let reading = |language| Reading::of(WARNING, language, question(language));
    let fault = |language, text: &str| reading(language).fault(LENGTH, text);
    assert_eq!(fault(Language::Zh, &long("慢慢走吧。", 700)), None);
    assert!(fault(Language::Zh, &long("慢慢走吧。", 800)).is_some());
    assert_eq!(fault(Language::En, &long("slow ", 1_500)), None);
    assert!(fault(Language::En, &long("slow ", 1_501)).is_some());
}

#[test]
fn a_section_is_in_the_language_of_the_reading() {
    passes(
        LANGUAGE,
        Language::Zh,
        &[
            "壁上的字還沒有乾，可是花園已經不是原來的花園了。",
            "可以學 Python，也可以寫信到 someone@example.org 問問。",
            "「小園重到酒杯寒」說的是舊地重遊。",
            "這句用英文說就是 let the boat go on，意思是往前走。",
            "台灣的廟裡常見這樣的籤，后土與里長都不在其中。",
            "他喜歡看日劇，常說「さよなら」，你不必放在心上。",
            "開運招福",
            "心存善念，福氣自來。",
        ],
    );
    fails(
        LANGUAGE,
        Language::Ja,
        &[
            "壁上的字還沒有乾，可是花園已經不是原來的花園了。",
            "你可以先休息幾天，再和朋友談談這件事です。",
            "The ink on the wall is still wet, and the garden is not what it was.",
            "벽에 쓴 글씨는 아직 마르지 않았습니다.",
            "旧情已经过去了，先照顾好自己的心吧。",
            "這一籤勸你善待自己，承認不捨，再慢慢鬆手。の。",
        ],
    );
    passes(
        LANGUAGE,
        Language::Ja,
        &[
            "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。",
            "「小園重到酒杯寒」とあり、昔の場所を訪れています。",
            "「莫倚東風追落絮」「放舟前去水雲寬」、この二句が答えです。",
            "開運招福",
            "家内安全を祈り、商売繁盛を願う人も、まず休むことです。",
            "メールはsomeone@example.orgへ、と書いておきましょう。",
            "縁結びの神様は、急がない人を好みます。",
        ],
    );
    fails(
        LANGUAGE,
        Language::En,
        &[
            "壁上的字還沒有乾，可是花園已經不是原來的花園了。",
            "L'encre sur le mur n'est pas encore sèche, et le jardin n'est plus ce qu'il était.",
            "Mực trên tường chưa khô, và khu vườn không còn như xưa nữa.",
            "Die Tinte auf der Mauer ist noch nicht trocken, und der Garten ist nicht mehr das, was er war.",
            "La tinta en la pared no está seca todavía, y el jardín ya no es lo que era.",
            "벽에 쓴 글씨는 아직 마르지 않았습니다.",
            "Xiao yuan chong dao jiu bei han, bi shang ti hen mo wei gan.",
        ],
    );
    passes(
        LANGUAGE,
        Language::En,
        &[
            "The ink on the wall is still wet, and the garden is not what it was.",
            "“小園重到酒杯寒” and “壁上題痕墨未乾”: he comes back, and nothing has dried.",
            "Ｔｈｅ ｂｏａｔ ｉｓ ｌｏｏｓｅ ａｎｄ ｔｈｅ ｗａｔｅｒ ｉｓ ｗｉｄｅ.",
            "Yue Lao ties the thread; you walk the road.",
            "Let go. Breathe. Rest.",
            "The phrase 落絮 means fallen catkins, and they cannot be caught.",
        ],
    );
}

#[test]
fn half_a_section_is_not_in_another_language() {
    let english = "Take your time, and finish the small task that you have put off the longest. Then talk it over with somebody who listens well.";
    fails(
        LANGUAGE,
        Language::Zh,
        &[
            &format!(
                "壁上的字還沒有乾，可是花園已經不是原來的花園了。先承認不捨，再慢慢鬆手，前面的水面很寬。{english}"
            ),
            &format!("{english}壁上的字還沒有乾，可是花園已經不是原來的花園了，先承認不捨。"),
            &format!("先休息幾天，再和朋友談談這件事，聽聽別人怎麼看。\n{english}"),
            "先休息幾天，再和朋友談談。気持ちはゆっくり変わっていくものです。",
            "壁上的字還沒有乾，先承認不捨。벽에 쓴 글씨는 아직 마르지 않았습니다.",
            "先承認不捨。You should rest for a few days and then see what remains of it.",
        ],
    );
    passes(
        LANGUAGE,
        Language::Zh,
        &[
            "壁上的字還沒有乾，可是花園已經不是原來的花園了。Let it go. 先承認不捨，再慢慢鬆手。",
            "可以寫信到 someone@example.org，或打開 Google Calendar 排一個時間，把 to-do list 上的事做完。",
            "他說：「Take your time, and finish the small task first.」這句話值得記著，慢慢來也不遲。",
            "如果準備 IELTS 或 TOEFL，先排 mock test，再看 listening 與 reading 哪一項要補。",
            "這句用英文說就是 let the boat go on，意思是往前走。",
            "工作上的 offer 可以再等一等，先問清楚 HR 的安排。",
        ],
    );
    fails(
        LANGUAGE,
        Language::Ja,
        &[
            &format!(
                "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。まず名残を認めましょう。{english}"
            ),
            &format!("{english}園はもう昔の園ではありません。少しずつ手を放しましょう。"),
            "まず休んで、友人に話してみましょう。壁上的字還沒有乾，可是花園已經不是原來的花園了。",
            "まず休みましょう。벽에 쓴 글씨는 아직 마르지 않았습니다.",
            "まず名残を認めましょう。You should rest for a few days and then see what remains of it.",
            "まず休みましょう。你可以先休息几天，再和朋友谈谈这件事。",
        ],
    );
    passes(
        LANGUAGE,
        Language::Ja,
        &[
            "壁の墨はまだ乾きません。Let it go. 園はもう昔の園ではありません。",
            "「莫倚東風追落絮、放舟前去水雲寬」、この二句が答えです。",
            "メールはsomeone@example.orgへ、予定はGoogle Calendarに入れておきましょう。",
            "TOEICやIELTSの準備なら、まずlistening、次にreadingを見直しましょう。",
            "一、休養。二、相談。三、整理。この順に進めると、心が軽くなります。",
            "「Take your time, and finish the small task first.」と言われたことを思い出してください。",
        ],
    );
    fails(
        LANGUAGE,
        Language::En,
        &[
            "The ink on the wall is still wet, and the garden is not what it was. 壁上的字還沒有乾，可是花園已經不是原來的花園了。",
            "Rest first, and then talk to a friend. 先休息幾天，再和朋友談談這件事。",
            "Rest first, and then talk to a friend. 気持ちはゆっくり変わっていくものです。",
            "The garden is not what it was. 벽에 쓴 글씨는 아직 마르지 않았습니다.",
            "先休息幾天，再和朋友談談這件事。 The garden is not what it was, so rest first.",
            "Take your time. 旧情已经过去了，先照顾好自己的心吧。 Then finish the task.",
        ],
    );
}

/// These do not run in both scripts.
#[test]
fn the_two_scripts_of_chinese_are_told_apart() {
    let fault = |language, text: &str| {
        let reading = Reading::of(WARNING, language, question(language));
        reading.fault(LANGUAGE, text)
    };
    let traditional = [
        "壁上的字還沒有乾，可是花園已經不是原來的花園了。",
        "先照顧好自己的心，再慢慢鬆手。",
        "舊情未必是假，只是時候過了。",
        "難過時，可找信任的人說說。",
        "這支籤勸人善待自己，承認不捨。",
        "籤詩說「小园重到酒杯寒」，舊地重遊，心裡難免發酸，這是人之常情。",
    ];
    let simplified = [
        "壁上的字还没有干，可是花园已经不是原来的花园了。",
        "先照顾好自己的心，再慢慢松手。",
        "旧情未必是假，只是时候过了。",
        "难过时，可找信任的人说说。",
        "这支签劝人善待自己，承认不舍。",
        "签诗说「小園重到酒杯寒」，旧地重游，心里难免发酸，这是人之常情。",
    ];
    for (traditional, simplified) in traditional.into_iter().zip(simplified) {
        assert_eq!(fault(Language::Zh, traditional), None, "{traditional}");
        assert!(fault(Language::Zh, simplified).is_some(), "{simplified}");
        assert_eq!(fault(Language::ZhHans, simplified), None, "{simplified}");
        assert!(
            fault(Language::ZhHans, traditional).is_some(),
            "{traditional}"
        );
    }
    let foreign = [
        "壁の墨はまだ乾きませんが、園はもう昔の園ではありません。",
        "The ink on the wall is still wet, and the garden is not what it was.",
        "벽에 쓴 글씨는 아직 마르지 않았습니다.",
        "気持ちは読めませんが、縁は続きます。",
        "Чернила на стене ещё не высохли.",
        "今年転職検討中、経験重視、応募歓迎、総合判断。",
    ];
    for text in foreign {
        assert!(fault(Language::Zh, text).is_some(), "{text}");
        assert!(fault(Language::ZhHans, text).is_some(), "{text}");
    }
}
