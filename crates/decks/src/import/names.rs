//! Names of the deities whose lots are often met.

use crate::pack::format::Texts;

/// Id, then the names in Chinese, English and Japanese.
const DEITIES: &[[&str; 4]] = &[
    ["yue_lao", "月老", "Yue Lao", "月下老人"],
    ["guan_yin", "觀音菩薩", "Guanyin", "観音菩薩"],
    ["mazu", "媽祖", "Mazu", "媽祖"],
    ["guan_yu", "關聖帝君", "Guan Yu", "関聖帝君"],
    ["zhu_sheng", "註生娘娘", "Zhusheng Niangniang", "註生娘娘"],
    ["asakusa", "淺草觀音", "Asakusa Kannon", "浅草観音"],
    ["erawan_shrine", "四面佛", "Erawan Shrine", "エラワン廟"],
    ["tianhou", "天后", "Tianhou", "天后"],
];

/// The names of a deity, if it is known.
pub(crate) fn of_deity(id: &str) -> Option<Texts> {
    let [_, zh, en, ja] = DEITIES.iter().find(|[known, ..]| *known == id)?;
    Some(Texts {
        zh: Some((*zh).to_owned()),
        zh_hans: None,
        en: Some((*en).to_owned()),
        ja: Some((*ja).to_owned()),
    })
}
