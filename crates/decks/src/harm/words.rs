//! The words of statements that would harm, in three languages.

/// Lists of words separated by spaces, `_` for a space inside one. Chinese ones are compared in
/// Simplified characters, so either script will do.
pub(super) struct Words {
    /// An illness, or who is ill.
    pub(super) ill: &'static str,
    /// A birth, a mother to be, a small child.
    pub(super) birth: &'static str,
    /// Of an illness or a birth.
    pub(super) dies: &'static str,
    pub(super) is_not_cured: &'static str,
    pub(super) is_in_danger: &'static str,
    /// Of a birth alone.
    pub(super) is_not_born: &'static str,
    /// Whatever is spoken of.
    pub(super) always_death: &'static str,
    pub(super) always_birth: &'static str,
    pub(super) always_bereavement: &'static str,
    /// Phrases that say the contrary; a word inside them does not count.
    pub(super) denials: &'static str,
    /// Something else is spoken of from here on: the end of a sentence, the label of another
    /// verdict.
    pub(super) others: &'static str,
    /// In characters.
    pub(super) reach: usize,
}

/// Labels are those of the classic lists of verdicts, which often have no punctuation between.
pub(super) const CHINESE: Words = Words {
    ill: "疾病 病 疾 患者 傷勢 求醫 問醫 就醫 治療 開刀 手術",
    birth: "六甲 孕 胎 產婦 臨產 生產 分娩 求子 求兒 求嗣 嬰 小兒 幼兒 母子 母女",
    dies: "死 亡 逝 斃 喪命 斷氣 歸天 歸陰 歸西 送命 絕命 命絕 命終 壽終 黃泉 不起 不在人世",
    is_not_cured: "不治 難治 無治 無救 不救 難救 難醫 無藥 難痊 不痊 難癒 不癒 難愈 不愈 難好 不會好 好不了 治不好 \
        難起 不得痊 老不好 藥石罔效 藥石無靈 醫藥無效 無效 膏肓",
    is_in_danger: "危 險 凶 大命 性命 難保 不保 防有不測 生不測 恐不測",
    is_not_born: "不育 不養 難養 不活 難活 不成人 夭 夭折 不存 流產 小產 死產 胎死 落胎 墮胎 難產 見血光",
    always_death: "死亡 仙逝 喪生 喪命 身亡 命喪 短命 夭壽 陽壽將盡 壽元將盡 大限 壽終之兆 危及生命 危及性命 性命不保 \
        性命難保 性命之憂 命在旦夕 病死 病亡 病故 必死 即逝世 即去逝 即去世 遂亡 俱亡 母女俱亡 母子俱亡",
    always_birth: "胎死 死胎 死產 母子不保 母子俱亡 母女俱亡 胎不保 胎難保 一屍兩命",
    always_bereavement: "剋夫 剋妻 剋子 喪偶 喪妻 喪夫 守寡 絕嗣 絕後",
    denials: "沒有危險 無危險 並無危險 無危 不危 不險 無險 險不畏 不畏 有驚無險 驚險 虛險 脫險 化險為夷 轉危為安 \
        逢凶化吉 化凶為吉 凶化吉 凶化為吉 先凶後吉 先凶后吉 凶轉吉 無凶 不凶 凶中有吉 吉凶 凶吉 大難不死 不死 免死 沒有性命之憂 \
        無性命之憂 性命無憂 性命無虞 保全性命 死裡逃生 起死回生 不治自癒 不治而癒 不治自愈 不藥而癒 不亡 不致死 冒險 保險 脫危 危消 危解 險不險 危有救 \
        凶煞 凶神 凶年 凶事 危機 危難 安危 病不起 生死之交 生死與共 滅亡 流亡 逃亡 興亡 存亡 亡命 亡羊 死心 死板 死守 死者 亡者",
    others: "。 ！ ？ ； ! ? ; 訴訟 官司 公訟 官事 訟 婚姻 婚 田園 田蠶 田厝 田 厝宅 厝 家宅 家事 求財 財 功名 名 生意 經營 買賣 交易 \
        行人 失物 出外 出行 遠行 移徙 移居 遷居 山墳 墳墓 風水 六畜 牧畜 耕作 耕種 下種 種花 自身 尋人 尋物 運途 貴人 歲君 時運 \
        合夥 用人 謀事 謀望 事業 做事 求雨 築室 討海 作塭 行舟 來人 遠信 月令 物價 花價 穀 凡事",
    reach: 7,
};

pub(super) const JAPANESE: Words = Words {
    ill: "病気 病人 病 患者 疾 怪我 手術 病状 容体 容態",
    birth: "お産 出産 安産 産婦 妊婦 妊娠 懐妊 胎児 赤子 赤ちゃん 子宝 身ごもり 身孕り",
    dies: "死す 死に 死ぬ 死の 死を 死亡 亡くな 絶命 命を落と 息を引き取",
    is_not_cured: "癒えず 癒え難 癒えがた 癒えない 治らず 治らない 治り難 治りがた 治りにく 治りません なおらず なおらない なおり難 直らず \
        回復しない 全快おぼつかな 全快難 助からな 助かりま 助かり難 不治 手遅れ 本復せず",
    is_in_danger: "危うし 危し 危うい 危うく 危から 危険 危篤 危な 悪化の恐れ 悪化する恐れ 命にかか 命を脅か",
    is_not_born: "難産 流産 死産 育たず 育ちがた 子を失",
    always_death: "命を落と 命を脅か 命が危 命危 命あやう 生死あやう 死すべし 死亡 天寿尽 短命 余命",
    always_birth: "難産の恐れ 死産 母子とも危 母子共に危",
    always_bereavement: "夫を失 妻を失 夫に死に 妻に死に 夫と死別 妻と死別 未亡人 後家",
    denials: "危険から 危険を脱 危険を無事 危険を乗り 危険を解消 危険はな 危険な 危険がな 危険なし 危険はあり 危からず 危からざ 悪化せず \
        死に物狂い 死を免れ 不死 命に別条 命に別状 危機",
    others: "。 ！ ？ 、願 訟 争い 縁 縁談 縁組 縁結び 財 金運 名利 旅 遊子 待人 待ち人 失物 失せ物 商い 商売 相場 引越 転居 方角 学問",
    reach: 10,
};

pub(super) const ENGLISH: Words = Words {
    ill: "patient patients illness illnesses ill sick sickness sick-man sickman disease diseases ailment ailments malady surgery \
        sick_man sick_person wounded health",
    birth: "pregnancy pregnant childbirth birth delivery labour labor baby infant newborn unborn foetus fetus mother_and_child",
    dies: "die dies dying death dead perish perishes pass_away passes_away deadly fatal mortal not_survive not_live won't_live won't_survive \
        never_leave_the_bed end_of_life",
    is_not_cured: "incurable hopeless no_cure beyond_cure not_cured not_be_cured cannot_be_cured can't_be_cured not_be_healed not_recover \
        no_recovery never_recover won't_recover never_get_well not_get_well cannot_be_healed no_remedy terminal unlikely_to_recover \
        beyond_help beyond_hope",
    is_in_danger: "danger dangerous grave_danger life-threatening critical critically perilous peril endanger endangers",
    is_not_born: "stillborn miscarry miscarriage miscarriages not_live lose_the_child lose_the_baby lost_child difficult_labour",
    always_death: "will_die shall_die must_die is_going_to_die certain_death sure_death deathbed days_are_numbered endanger_his_life \
        endanger_her_life endanger_your_life the_patient_dies threat_to_life",
    always_birth: "stillborn stillbirth miscarriage the_child_dies child_will_not_live baby_will_not_live",
    always_bereavement: "lose_your_husband lose_your_wife become_a_widow be_widowed become_a_widower",
    denials: "no_danger not_dangerous out_of_danger rid_of_the_current_danger rid_of_danger without_danger free_from_danger \
        escape_danger escapes_danger past_danger danger_passes danger_is_past not_fatal not_die never_die not_critical \
        safe_even_in_grave_danger safe_even_in_danger no_longer_dangerous sick_and_tired life_and_death out_of_the_danger not_in_danger \
        birth_and_death not_hopeless",
    others: ". ; ! ? lawsuit litigation marriage wealth travel traveler travelers traveller fame career business money",
    reach: 40,
};
