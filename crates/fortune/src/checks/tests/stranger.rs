//! Other lots and other deities.

use super::*;

#[test]
fn other_lots_are_not_named_in_chinese() {
    passes(
        STRANGER,
        Language::Zh,
        &[
            "第七籤「沈園舊壁」勸人放下。",
            "這一籤勸人放下，下一步是休息。",
            "第一步先休息，第二步找人談談。",
            "籤詩第一句寫園，第四句寫舟。",
            "月老的紅線不是繩索，鬆手也是一種成全。",
            "同樣的籤，第十二個人來抽，讀出的意思也不同。",
            "寫完第二首詩，再看第一首，心情已經不同。",
            "您抽到的是第七首，勸人放下。",
            "月下老人不拉斷線的人。",
        ],
    );
    fails(
        STRANGER,
        Language::Zh,
        &[
            "第十二籤也說過同樣的話。",
            "這與第3籤的意思相近。",
            "第一籤「月下檢書」說緣分已近，與此不同。",
            "籤文「月下檢書」這一籤說緣分已近。",
            "若對照第一百零二籤，便知道要等。",
            "囊裏紅絲月下明，緣分已經繫好了。",
            "莫嫌燈火，來時晚：慢一點也好。",
            "您抽到的是第九十九首，請放寬心。",
            "你求得的第二十三支說的是等待。",
            "關聖帝君借這首詩勸您守信。",
            "媽祖娘娘在這支籤裡請您多一點耐心。",
        ],
    );
}

#[test]
fn other_lots_are_not_named_in_english() {
    passes(
        STRANGER,
        Language::En,
        &[
            "Lot 7 asks you to let go.",
            "Lot seven asks you to let go.",
            "The lot one draws is no sentence, and a lot more can be said.",
            "The lot first shows a lamp and then takes it away.",
            "It takes a lot of patience, a lot 12 friends cannot give.",
            "The lot says nothing about another year.",
            "There are 12 lots in this deck, and one is yours.",
            "In the first line he returns; in the fourth the boat goes on.",
            "Yue Lao ties threads and unties them.",
            "In the story Guan Yu rode a thousand li to his brother.",
        ],
    );
    fails(
        STRANGER,
        Language::En,
        &[
            "Lot 12 says the same.",
            "Lot twelve says the same.",
            "Your lot, number twenty-one, is a warning.",
            "Lot number one hundred and two says so as well.",
            "Compare lot no. 3, where the tie is near.",
            "As in Lot #1, the thread shines.",
            "“囊裏紅絲月下明” shows that the tie is near.",
            "The lot “月下檢書” tells of a thread.",
            "Lot number 5 would be kinder.",
            "Guan Yu advises you here to keep your word.",
            "Mazu asks you in this lot to be patient.",
        ],
    );
}

#[test]
fn other_lots_are_not_named_in_japanese() {
    passes(
        STRANGER,
        Language::Ja,
        &[
            "第七番のくじは、手放すことを勧めます。",
            "一番大切なのは、自分をいたわることです。",
            "二番目にすることは、休むことです。",
            "この籤は静かに語ります。",
            "月下老人の糸は、ほどくこともできます。",
            "第一句は園、第四句は舟です。",
        ],
    );
    fails(
        STRANGER,
        Language::Ja,
        &[
            "第十二番も同じことを言っています。",
            "第3番のくじと似ています。",
            "第一籤「月下檢書」では縁が近いとされます。",
            "「囊裏紅絲月下明」とあるとおり、縁は近い。",
            "第二十番くじのように待ちましょう。",
            "「莫嫌燈火來時晚」という句も思い出されます。",
            "媽祖さまはこのおみくじで、焦らないようにと仰せです。",
            "観音菩薩がこのくじで語っています。",
        ],
    );
}

#[test]
fn what_the_asker_names_may_be_named() {
    let mut reading = Reading::of(WARNING, Language::Zh, "上次抽到第十二籤，這次呢？");
    assert_eq!(reading.fault(STRANGER, "上次的第十二籤已經過去了。"), None);
    assert!(
        reading
            .fault(STRANGER, "上次的第十一籤已經過去了。")
            .is_some()
    );
    reading
        .prepared
        .context
        .insert("note".to_owned(), "My last was lot 3.".to_owned());
    assert_eq!(reading.fault(STRANGER, "Your lot 3 is behind you."), None);
}
