//! Tells languages apart by their scripts, and turns Traditional characters into Simplified ones.

use crate::Language;

include!(concat!(env!("OUT_DIR"), "/simplified.rs"));

/// Characters that are hardly ever written in Traditional Chinese, the common ones of questions.
const ONLY_SIMPLIFIED: &str = "\
    这个们说时过对会没还让给吗为么样现业产务员应该经难关问题间见观觉视规选择\
    适远运进连迟边达迁钱财贵贫购费贷赚赢负责质败账贺资买卖车轻转输辞锁错钟银铁长门闭开闷闲闻\
    阳阴队陈际陆险随隐页顺须顾预领颗风飞饭饮饿馆马驾驶骗鱼鸟鸡麦黄齐龙龟议论设访许诉诊词试话\
    诚请读谁调谅谈谋谢谨误证识译认讨计订记讲让训丢两严丧临举乐习乡书亲亿仅从仓仪价众优伙伤伟传\
    伞债倾储儿兴养内冲决况冻净减凤击划则刚创别剧劝办动劳势医华协单卢卫厂厅历压厌县参双变叶号叹\
    吓听启员响哑唤图圆圣场坏块坚坛垒处备复够头夺奋奖妇妈娱孙学宁宝实审宪宫宽宾寻导寿将尔尘尝层\
    岁岛币师带帮并广庆库庙异弃张弥弯强归当录彻径忆忧怀态总恋恳恶恼悦惊惧惨惯愿戏战户扑执扩扫扰\
    报担拥拨择挂挡挣挥损换据掷揽摆摄敌数斗断无旧显晓暂术机杀杂权条来极构枪标栋树桥检楼横欢欧步\
    残毕气汇汉沟沪泪泽洁浅浆测济浓涛润涨渐温湾湿满滚灭灯灵灾炉点炼烦烧热爱爷牵犹独狱猎猫献环\
    电画畅疗疯症痒瘫皱盐监盖盘矿码确碍礼祸离种积称稳穷窃竞笔筑签简类粮紧红约级纪纯纲纳纷纸线练\
    组细终绍结绕绘络绝统继绩续维绿缓编缘缩罗罚罢义职联聪肃肠肤胁胜脑脚脸舍艰艺节苏苹药荐获莲虑\
    虽虾补装览订贸赖趋跃践轨软载较辅辆辈迹邓邮邻郑酱释里针钻铃链销锅镇镜阅阵阶";

/// Where the table of single characters is wrong or has nothing.
const CORRECTED: [(char, char); 20] = [
    ('參', '参'),
    ('乾', '干'),
    ('擡', '抬'),
    ('査', '查'),
    ('獃', '呆'),
    ('菸', '烟'),
    ('絃', '弦'),
    ('閒', '闲'),
    ('痠', '酸'),
    ('噁', '恶'),
    ('鉅', '巨'),
    ('逕', '径'),
    ('鏇', '旋'),
    ('襬', '摆'),
    ('靦', '腼'),
    ('綵', '彩'),
    ('彷', '彷'),
    ('祇', '祇'),
    ('薰', '薰'),
    ('覆', '覆'),
];

/// How many characters of each script a text has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scripts {
    pub(crate) han: usize,
    pub(crate) kana: usize,
    pub(crate) latin: usize,
}

impl Scripts {
    pub(crate) fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for c in text.chars() {
            match c {
                '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' => {
                    scripts.kana += 1;
                }
                '々'
                | '\u{3400}'..='\u{4dbf}'
                | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}' => scripts.han += 1,
                'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => scripts.latin += 1,
                _ => {}
            }
        }
        scripts
    }
}

/// The language that a question is written in, Traditional Chinese if it cannot be told.
pub(crate) fn detect(question: &str) -> Language {
    let Scripts { han, kana, latin } = Scripts::of(question);
    // A word of Latin script is about four letters, one of Han or kana about one.
    if latin > 4 * (han + kana) {
        Language::En
    } else if kana > 0 {
        Language::Ja
    } else if simplified(question) > traditional(question) {
        Language::ZhHans
    } else {
        Language::Zh
    }
}

/// The text in Simplified characters, character by character but for the few that depend on
/// their neighbours.
pub(crate) fn to_simplified(text: &str) -> String {
    let mut before = None;
    let mut rest = text.chars().peekable();
    let mut converted = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let is_kept = match c {
            '著' => {
                is_one_of(after, "作名述者書书稱称錄录")
                    || is_one_of(before, "名巨編编顯显昭土原專专論论合卓")
            }
            '乾' => is_one_of(after, "坤隆卦元"),
            '甚' if after == Some('麼') => {
                converted.push('什');
                before = Some(c);
                continue;
            }
            _ => false,
        };
        converted.push(if is_kept { c } else { simplified_character(c) });
        before = Some(c);
    }
    converted
}

fn is_one_of(c: Option<char>, characters: &str) -> bool {
    c.is_some_and(|c| characters.contains(c))
}

fn simplified_character(c: char) -> char {
    if let Some(corrected) = CORRECTED.iter().find(|pair| pair.0 == c) {
        return corrected.1;
    }
    match SIMPLIFIED.binary_search_by_key(&c, |pair| pair.0) {
        Ok(place) => SIMPLIFIED[place].1,
        Err(_) => c,
    }
}

/// How many characters exist only in Simplified Chinese.
fn simplified(text: &str) -> usize {
    text.chars()
        .filter(|&c| !c.is_ascii() && ONLY_SIMPLIFIED.contains(c))
        .count()
}

/// How many characters are written otherwise in Simplified Chinese.
fn traditional(text: &str) -> usize {
    text.chars()
        .filter(|&c| simplified_character(c) != c)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_script() {
        let check = |question: &str, expected| assert_eq!(detect(question), expected, "{question}");
        check("他愛我嗎？", Language::Zh);
        check("他爱我吗？", Language::ZhHans);
        check("我们什么时候能结婚", Language::ZhHans);
        check("我該換工作嗎", Language::Zh);
        check("姻緣", Language::Zh);
        check("姻缘", Language::ZhHans);
        check("工作", Language::Zh);
        check("恋愛はうまくいきますか", Language::Ja);
        check("転職すべきでしょうか？", Language::Ja);
        check("Will I find love?", Language::En);
        check("Does 他 still love me?", Language::En);
        check("我想去 Google Taiwan 工作", Language::Zh);
        check("Où est mon âme sœur ?", Language::En);
        check("12345 ?!", Language::Zh);
        check("🌙", Language::Zh);
    }

    #[test]
    fn what_is_only_simplified_is_neither_traditional_nor_doubled() {
        for c in ONLY_SIMPLIFIED.chars().filter(|c| !c.is_whitespace()) {
            assert_eq!(traditional(&c.to_string()), 0);
        }
    }

    #[test]
    fn traditional_text_becomes_simplified() {
        assert_eq!(
            to_simplified("緣分已近，莫嫌燈火來時晚"),
            "缘分已近，莫嫌灯火来时晚"
        );
    }
}
