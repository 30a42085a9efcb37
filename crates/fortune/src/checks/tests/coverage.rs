//! Every line of the verse, however it is spoken of.

use super::*;

fn fault(language: Language, verse: &[&str], text: &str) -> Option<String> {
    let mut reading = Reading::of(WARNING, language, question(language));
    reading.section = SectionId::LineByLineInterpretation;
    if !verse.is_empty() {
        reading.prepared.lot.verse = verse.iter().map(|&line| line.to_owned()).collect();
        reading.prepared.lot.commentary.clear();
    }
    reading.fault(COVERAGE, text)
}

#[track_caller]
fn covers(language: Language, texts: &[&str]) {
    for text in texts {
        assert_eq!(fault(language, &[], text), None, "{text}");
    }
}

#[track_caller]
fn leaves_out(language: Language, texts: &[&str]) {
    for text in texts {
        assert!(fault(language, &[], text).is_some(), "{text}");
    }
}

#[test]
fn lines_in_chinese() {
    covers(
        Language::Zh,
        &[
            "「小園重到酒杯寒」是舊地。「壁上題痕墨未乾」是舊字。「莫倚東風追落絮」是勸。「放舟前去水雲寬」是路。",
            "第一句：舊地重遊。第二句：字跡未乾。第三句：莫追。第四句：放舟。",
            "首句寫舊地，次句寫舊字，第三句勸人別追，末句放舟。",
            "起句寫園，承句寫壁，轉句寫風，結句寫舟。",
            "1. 舊地重遊。\n2. 字跡未乾。\n3. 別追飛絮。\n4. 放舟。",
            "（一）舊地。\n（二）舊字。\n（三）莫追。\n（四）放舟。",
            "前兩句寫舊地與舊字，後兩句勸人放手。",
            "小園重到，酒杯已寒；壁上題痕還在。莫倚東風去追；放舟前去。",
            "第一、二句寫景，第三、四句寫情。",
            "第１句：園。第２句：壁。第３句：風。第４句：舟。",
            "①園②壁\n① 園\n② 壁\n③ 風\n④ 舟",
            "第一句至第四句，由園到舟。",
        ],
    );
    covers(
        Language::ZhHans,
        &[
            "「小园重到酒杯寒」「壁上题痕墨未干」「莫倚东风追落絮」「放舟前去水云宽」，由园到舟。",
            "第一句写园，第二句写壁，第三句写风，最后一句写舟。",
            "一、园。\n二、壁。\n三、风。\n四、舟。",
            "前两句写旧地，后两句劝放手。",
            "起句、承句、转句、结句各有所指。",
            "第1句：园；第2句：壁；第3句：风；第4句：舟。",
        ],
    );
    leaves_out(
        Language::Zh,
        &[
            "這首詩勸人放下舊情，往前走。",
            "「小園重到酒杯寒」是舊地，其餘都是勸人放手。",
            "第一句寫園，第二句寫壁，末句寫舟。",
            "首句與末句前後呼應。",
            "1. 園。\n2. 壁。\n3. 風。",
            "前兩句寫舊地，然後筆鋒一轉。",
            "第一句寫園，第十二句寫舟。",
        ],
    );
    leaves_out(
        Language::ZhHans,
        &[
            "这首诗劝人放下旧情，往前走。",
            "「小园重到酒杯寒」是旧地，其余都是劝人放手。",
            "第一句写园，第二句写壁，末句写舟。",
            "首句与末句前后呼应。",
            "1. 园。\n2. 壁。\n3. 风。",
            "前两句写旧地，然后笔锋一转。",
        ],
    );
}

#[test]
fn lines_in_english() {
    covers(
        Language::En,
        &[
            "“小園重到酒杯寒” is the garden, “壁上題痕墨未乾” the wall, “莫倚東風追落絮” the wind, “放舟前去水雲寬” the boat.",
            "Line 1: the garden. Line 2: the wall. Line 3: the wind. Line 4: the boat.",
            "The first line is the garden, the second the wall, the third the wind, the last line the boat.",
            "Line one names the garden, line two the wall, line three the wind and line four the boat.",
            "1) the garden\n2) the wall\n3) the wind\n4) the boat",
            "Lines 1 and 2 look back; lines 3 and 4 look ahead.",
            "The first two lines look back, the last two lines let go.",
            "“The little garden, come again”, “the written traces have not yet dried”, “Do not lean on the east wind”, “before it water and cloud lie wide”.",
            "Lines 1 to 4 lead from a garden to a boat.",
            "The opening couplet looks back and the closing couplet lets go.",
        ],
    );
    leaves_out(
        Language::En,
        &[
            "The verse asks you to let go of the old love.",
            "Line 1 is the garden and line 4 the boat.",
            "“小園重到酒杯寒” is the garden; the rest is advice.",
            "The first line is the garden, and the last line is the boat.",
            "1. the garden\n2. the wall\n3. the wind",
            "Line 10 is the garden, and the outline is a wall.",
        ],
    );
}

#[test]
fn lines_in_japanese() {
    covers(
        Language::Ja,
        &[
            "「小園重到酒杯寒」は園、「壁上題痕墨未乾」は壁、「莫倚東風追落絮」は風、「放舟前去水雲寬」は舟です。",
            "一句目は園、二句目は壁、三句目は風、四句目は舟です。",
            "第一句は園、第二句は壁、第三句は風、結句は舟。",
            "起句は園、承句は壁、転句は風、結句は舟を詠みます。",
            "１．園\n２．壁\n３．風\n４．舟",
            "最初の二句は昔を、最後の二句は行く手を語ります。",
            "「小園重到酒杯寒」「壁上題痕墨未乾」「莫倚東風追落絮」「放舟前去水雲寛」と続きます。",
            "前半は昔を、後半は行く手を語ります。",
        ],
    );
    leaves_out(
        Language::Ja,
        &[
            "この詩は、昔の思いを手放すことを勧めています。",
            "一句目は園、四句目は舟です。",
            "「小園重到酒杯寒」は園で、あとは戒めです。",
            "起句と結句が響き合います。",
            "１．園\n２．壁\n３．風",
            "前半は昔を語ります。",
        ],
    );
}

#[test]
fn verses_of_other_lengths() {
    let eight = [
        "雲開月出照前川",
        "風靜波平好放船",
        "莫道前程無去處",
        "自有春花滿眼前",
        "山高路遠慢慢行",
        "水落石分明",
        "昔日舊書今再讀",
        "燈前有客到天明",
    ];
    let text = "首聯寫雲月，頷聯寫前程，第五、六句寫山水，尾聯寫燈。";
    assert_eq!(fault(Language::Zh, &eight, text), None);
    assert!(fault(Language::Zh, &eight, "首聯寫雲月，頷聯寫前程，尾聯寫燈。").is_some());
    let numbers = (1..=8)
        .map(|line| format!("Line {line}: something."))
        .collect::<String>();
    assert_eq!(fault(Language::En, &eight, &numbers), None);
    assert!(fault(Language::En, &eight, &numbers.replace("Line 6", "Then")).is_some());

    let prose = ["德者本也，財者末也。"];
    assert_eq!(
        fault(Language::Zh, &prose, "籤詩說的是德與財的輕重。"),
        None
    );
    assert_eq!(
        fault(Language::Zh, &prose, "德者本也，其餘都在後面。"),
        None
    );
    assert_eq!(
        fault(Language::En, &prose, "The line sets virtue before wealth."),
        None
    );
    assert!(fault(Language::Zh, &prose, "做人要有分寸，花錢也要有分寸。").is_some());
    let two = ["有緣千里來相會", "無緣對面不相逢"];
    assert!(fault(Language::Zh, &two, "有緣千里，總會相見。").is_some());
    assert_eq!(
        fault(Language::Zh, &two, "有緣千里來相會，無緣則對面也不相逢。"),
        None
    );
}
