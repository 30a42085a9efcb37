//! Lets spellings meet: one form for both Chinese scripts, Japanese forms, widths and cases.

use super::simplified_character;

/// Japanese forms and other variants that are neither Traditional nor Simplified, each before the
/// Simplified character that it is compared as.
const VARIANTS: &str = "\
    繋系気气経经縁缘労劳帰归発发読读続续変变応应対对図图団团転转伝传売卖総总歩步徳德毎每増增恵惠悩恼脳脑払拂仏佛壊坏懐怀覚觉楽乐薬药栄荣営营単单戦战弾弹厳严悪恶桜樱権权観观勧劝歓欢関关廃废\
    実实収收従从縦纵渋涩焼烧乗乘浄净剰剩畳叠縄绳壌壤嬢娘譲让醸酿髄髓穂穗酔醉粋粹斉齐斎斋済济剤剂摂摄専专銭钱戻戾繊纤荘庄捜搜巣巢騒骚蔵藏臓脏沢泽択择訳译釈释鉄铁聴听庁厅徴征鋳铸闘斗稲稻\
    拝拜髪发抜拔浜滨弁辨辺边豊丰満满黙默揺摇様样謡谣覧览竜龙両两猟猎緑绿涙泪塁垒霊灵齢龄暦历錬炼録录亀龟犠牺拡扩鉱矿絵绘掲揭鶏鸡撃击倹俭剣剑険险検检験验圏圈県县顕显黒黑砕碎児儿処处挙举\
    拠据隠隐陥陷巻卷渓溪挿插曽曾痩瘦遅迟戸户粛肃雑杂桟栈価价仮假囲围円圆塩盐鴎鸥穏稳壱壹駆驱軽轻継继蛍萤逓递広广駅驿晩晚瀬濑塀屏芸艺缶罐祐佑歳岁囬回囘回嶋岛";

/// The character in the form in which texts are compared; nothing for what is not compared:
/// punctuation, blanks and whatever cannot be seen.
pub(crate) fn folded(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    if c.is_ascii() {
        return c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    }
    if !c.is_alphanumeric() {
        return None;
    }
    if c < '\u{3400}' {
        return Some(c.to_lowercase().next().unwrap_or(c));
    }
    // A variant may stand for a Traditional character that is yet to be simplified.
    Some(simplified_character(variant(simplified_character(c))))
}

/// The text as it is compared, without anything that is not.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter_map(folded).collect()
}

fn variant(c: char) -> char {
    static TABLE: std::sync::LazyLock<Vec<(char, char)>> = std::sync::LazyLock::new(|| {
        let characters: Vec<char> = VARIANTS.chars().filter(|c| !c.is_whitespace()).collect();
        let mut pairs: Vec<(char, char)> = characters
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect();
        pairs.sort_unstable();
        pairs
    });
    match TABLE.binary_search_by_key(&c, |pair| pair.0) {
        Ok(place) => TABLE[place].1,
        Err(_) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (one, other) in [
            ("囊裏紅絲月下明", "囊里红丝，月下明。"),
            ("幾年暗繫兩人行", "幾年暗繋両人行"),
            ("気　経 縁", "氣經緣"),
            ("臺灣", "台湾"),
            ("Ｌｏｔ　１２", "lot 12"),
            ("黃昏", "黄昏"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("東風"), fold("西風"));
        assert_eq!(fold("…—「」\u{200b}\n"), "");
    }

    #[test]
    fn folding_is_final() {
        let table = VARIANTS.chars().filter(|c| !c.is_whitespace());
        for c in table.chain(super::super::SIMPLIFIED.iter().map(|pair| pair.0)) {
            let once = folded(c).expect("a Han character is compared");
            assert_eq!(folded(once), Some(once), "{c}");
        }
    }
}
