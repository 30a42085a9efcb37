//! Names of deities that many know, whether or not a deck of theirs is in the library.

/// One deity under the names that temples use; the first part is the id that a deck of theirs has,
/// if any may.
pub(super) const WELL_KNOWN: [(&[&str], &[&str]); 12] = [
    (
        &["guan_yu", "guan_di", "guan_gong"],
        &[
            "關聖帝君",
            "關帝",
            "関帝",
            "關公",
            "Guan Yu",
            "Guandi",
            "Guan Gong",
        ],
    ),
    (
        &["mazu", "tianhou", "tin_hau"],
        &["媽祖", "天上聖母", "天后娘娘", "Mazu", "Tin Hau", "Tianhou"],
    ),
    (
        &["guan_yin"],
        &[
            "觀世音",
            "観世音",
            "觀音菩薩",
            "観音菩薩",
            "観音様",
            "Guanyin",
            "Guan Yin",
            "Kannon",
        ],
    ),
    (&["yue_lao"], &["月老星君", "月下老人", "Yue Lao"]),
    (&["zhu_sheng"], &["註生娘娘", "Zhusheng Niangniang"]),
    (&["jade_emperor"], &["玉皇大帝", "Jade Emperor"]),
    (&["wenchang"], &["文昌帝君", "Wenchang"]),
    (&["wong_tai_sin"], &["黃大仙", "Wong Tai Sin"]),
    (&["baosheng"], &["保生大帝", "Baosheng"]),
    (&["xuantian"], &["玄天上帝", "Xuantian"]),
    (&["lu_dongbin"], &["孚佑帝君"]),
    (&["amaterasu"], &["天照大御神", "天照大神", "Amaterasu"]),
];

/// A man of history, of whom stories tell in the past.
pub(super) const GENERAL: &str = "guan yu";
/// What a deity does in a reading.
pub(super) const SPEAKS: [&str; 12] = [
    "advises", "asks", "tells", "says", "wants", "blesses", "warns", "reminds", "urges", "speaks",
    "wishes", "counsels",
];
