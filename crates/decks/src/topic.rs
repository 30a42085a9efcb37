//! Tells what a question is about, by the words in it.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{Topic, search::folded};

/// Words that point to a topic. Chinese and Japanese ones count wherever they stand, English ones
/// as whole words, with `_` for the spaces of a phrase. More specific topics come first and win where points are equal.
struct Pointers {
    topic: Topic,
    /// Two points each.
    strong: &'static str,
    /// One point each: words that other topics use as well.
    weak: &'static str,
}

const POINTERS: &[Pointers] = &[
    Pointers {
        topic: Topic::Childbirth,
        strong: "懷孕 懷上 受孕 備孕 不孕 求子 生子 生小孩 生孩子 生女兒 生兒子 分娩 臨盆 待產 生產 六甲 胎 試管 產檢 寶寶 \
            孕婦 妊娠 出産 子宝 子授かり 安産 赤ちゃん 不妊 妊活 妊婦 \
            pregnant pregnancy baby babies childbirth conceive conceiving fertility ivf miscarriage \
            怀胎 早產 流產 順產 坐月子 人工受孕 妊 つわり 流産 逆子 having_a_baby have_a_child have_children due_date \
            お産 陣痛 預產期 予定日 胎動 產房 坐月子 產後 産後 授かる 授かりたい 生下來 平安出生 能出生 出生嗎 be_born born_safely born_healthy stillbirth midwife maternity in_labour in_labor due_in",
        weak: "産む 生まれ 孕 得子 添丁 birth newborn",
    },
    Pointers {
        topic: Topic::Lawsuits,
        strong: "訴訟 官司 打官司 法院 官非 律師 判決 仲裁 起訴 被告 原告 提告 告上 上訴 開庭 和解金 \
            裁判 弁護士 示談 調停 慰謝料 訴え \
            lawsuit lawsuits court litigation lawyer lawyers attorney sue sued suing verdict trial plaintiff defendant \
            告我 告他 被告 對簿公堂 和解書 勝訴 敗訴 檢察官 訴えられ 訴える 告訴され 法廷 in_court settlement custody prosecutor \
            賠償 調解 控告 提訴 報案 侵權 違約 罰單 開罰 存證信函 律師函 損害賠償 compensation mediation arbitration sues suing_me eviction evicted fined litigate 違約金 賠償金 訴状 告訴",
        weak: "車禍 警察 押金 敷金 police deposit contract_dispute 契約糾紛 訟 法律 糾紛 legal judge \
            convicted jail 坐牢",
    },
    Pointers {
        topic: Topic::LostThings,
        strong: "失物 遺失 丟失 丟了 弄丟 掉了 不見了 找不到 尋物 找回 遺落 被偷 失竊 走失 \
            失くし なくした 無くし 紛失 失せ物 落とし物 落とした 見つから 盗まれ 迷子 \
            misplaced stolen missing \
            弄不見 搞丟 走丟 掉哪 失物招領 忘れ物 失くした 無くなった 見当たらない 行方不明 lost_and_found where_are_my where_is_my \
            落在 忘在 掉在 遺忘在 失蹤 走散 找不著 丟三落四 見失 置き忘れ 帰ってこない 見つからない 出てこない mislaid mislay left_my did_not_come_home has_not_come_home ran_away cannot_find can_not_find",
        weak: "身份證 證件 護照 錢包 手機 行李 wedding_ring 財布 鍵 錢包 鑰匙 戒指 護照 財布 指輪 lost wallet keys ring passport find \
            鍵 手機 手帳",
    },
    Pointers {
        topic: Topic::Health,
        strong: "健康 生病 疾病 病情 病況 重病 身體 手術 開刀 醫生 醫院 住院 失眠 痊癒 康復 復原 癌 腫瘤 憂鬱 中風 治療 看診 \
            病気 体調 入院 医者 病院 治る 回復 不眠 \
            health sick sickness ill illness disease surgery hospital doctor recover recovery cancer insomnia therapy treatment \
            手術 病気 開藥 看病 看醫生 得病 染病 養病 發燒 頭痛 過敏 檢查報告 體檢 身心 体調 体の調子 調子が悪い 具合が悪い 体が 体の 治り 癒え 痛い 診断 検査 怪我 骨折 うつ病             symptom symptoms diagnosis injury injured fever depression back_pain \
            胸悶 氣喘 喘不 膝蓋 腰痛 胃痛 牙痛 腹痛 血壓 血糖 糖尿 心臟 咳嗽 感冒 流感 發炎 頭暈 暈眩 掉髮 月經 更年期 焦慮症 恐慌症 復健 服藥 吃藥 眠れない 眠れず 寝つけ 頭痛 膝が 血圧 検診 風邪 めまい 胃が 吐き気 むくみ knee knees chest_pain cough flu dizzy headache headaches migraine blood_pressure sleepless cannot_sleep can_not_sleep wake_at anxiety pills allergy",
        weak: "疼 喘 酸痛 疲倦 疲れ 腰 膝 咳 breath asleep wake tired 病 痛 醫 藥 長壽 減肥 pain heal healing sleep medicine \
            身体 疲勞 unwell",
    },
    Pointers {
        topic: Topic::Study,
        strong: "考試 學業 讀書 唸書 考上 升學 大學 高中 研究所 學校 高考 聯考 學測 會考 統測 國考 成績 留學 論文 畢業 證照 錄取 \
            功課 考研 考公 博士班 碩士 \
            試験 受験 合格 勉強 学業 学校 留学 卒業 資格 入試 進学 \
            exam exams examination study studies studying school university college test tests thesis graduate graduation scholarship degree grades admission \
            功課 期末 期中 學期 學測 指考 補考 及格 榜上 上榜 上台大 志願 轉學 休學 複試 考得 考不 考上 考取 成績 科目 学期 偏差値 浪人 宿題 模試 大学院             homework semester exam_results student students phd midterm finals gpa \
            指導教授 補習 志願 會考 段考 模考 聯招 模試 判定 卒論 論文 bar_exam the_bar entrance curriculum tutor tuition",
        weak: "證書 及第 lecture 學 功名 考 学 pass class teacher 老師 \
            學生 留級 部活",
    },
    Pointers {
        topic: Topic::Moving,
        strong: "搬家 遷居 移居 喬遷 買房 購屋 換房 租屋 租房 入厝 新居 移民 移徙 裝潢 看房 賣房 搬到 搬去 新房 \
            引っ越 引越 転居 移住 家を買 マイホーム 家探し \
            relocate relocating relocation apartment house housing rent renting landlord emigrate immigrate immigration \
            搬遷 換房子 換屋 搬離 搬回 買屋 買家 房東 房租 看屋 新家 風水 引っこし 引越し 新居 賃貸 転入 一人暮らし 物件 move_to move_out move_in moving_to moving_out buy_a_house new_house new_home \
            租約 找房 房仲 頭期款 換地方住 搬出 搬進 住處 租房子 家賃 一軒家 間取り 部屋探し lease flat flats tenant condo",
        weak: "租屋處 漏水 房客 部屋 郊外 house neighbourhood neighborhood landlord 房子 住宅 房 move moving moved home \
            家を",
    },
    Pointers {
        topic: Topic::Travel,
        strong: "旅行 出國 出外 出行 旅遊 遠行 行人 出差 班機 飛機 出遊 環島 \
            海外旅行 出張 旅先 \
            travel travels traveling travelling trip trips journey flight vacation holiday holidays tour \
            去玩 日本玩 度假 自由行 機票 簽證 出境 登機 旅程 行程 海外 旅に 渡航 観光 飛行機 旅行先 flights journeys plane airport visa cruise \
            搭船 坐船 搭機 轉機 渡輪 外島 登山 出海 自駕 訂房 跟團 機位 渡航 登山 船で 船旅 遠出 ferry sailing hike hiking itinerary luggage road_trip backpacking",
        weak: "飯店 行李 hotel typhoon 台風 颱風 外地 國外 海外 旅 abroad overseas visit \
            旅",
    },
    Pointers {
        topic: Topic::Love,
        strong: "感情 愛情 戀 姻緣 婚姻 結婚 出嫁 男友 女友 男朋友 女朋友 老公 老婆 丈夫 太太 妻子 復合 分手 離婚 告白 表白 曖昧 \
            桃花 交往 喜歡的人 正緣 外遇 伴侶 相親 約會 追求 心儀 前任 脫單 單身 求婚 愛我 另一半 緣分 婚事 訂婚 \
            恋 彼氏 彼女 復縁 片思い 片想い 縁結び 婚活 好きな人 付き合 浮気 失恋 運命の人 \
            love loves loved marriage marry married marrying relationship relationships boyfriend girlfriend husband wife crush dating breakup divorce romance romantic soulmate wedding fiance fiancee spouse \
            對的人 对的人 另一伴 真愛 初戀 暗戀 追她 追他 挽回 回頭找我 姻缘 情人 愛人 戀人 曖昧 嫁給 娶她 脫離單身 對象 対象 桃花運 牽手 變心 劈腿 第三者 小三 渣男 已讀不回 正緣 相愛 夫妻 良緣 情路             彼とやり直 よりを戻 やり直せ 元カレ 元カノ 元彼 両想い 両思い 恋人 恋愛 結婚 プロポーズ 運命の相手 良縁 ご縁 離婚 不倫 脈あり 婚約 結ばれ 出会い             soulmates right_person the_one_for_me between_us my_ex fall_in_love in_love love_life my_date first_date a_date bf gf lover lovers cheating divorced engaged engagement valentine girlfriends boyfriends feelings_for \
            已讀 約會 前女友 前男友 反對我們 見家長 復縁 既読 告白 交際 婚約者 ghosted ghosting wed needs_space elope newlywed",
        weak: "約 彼氏と date 喜歡 對象 嫁 娶 婚 緣 愛 他對我 她對我 出会い 別れ 愛し 夫婦 date ex partner proposal single together \
            彼と 彼は 彼が 彼に 彼の 彼を 彼も 複合 男人 女生 恋",
    },
    Pointers {
        topic: Topic::Career,
        strong: "工作 事業 職場 升遷 升職 加薪 轉職 轉行 換工作 跳槽 離職 辭職 面試 求職 找工作 就業 創業 老闆 上司 同事 公司 職業 \
            失業 應徵 職位 升官 開店 裁員 \
            仕事 就職 昇進 会社 起業 退職 内定 就活 キャリア 働 \
            job jobs work working career promotion promoted boss interview company colleague colleagues coworker coworkers resign employer employment hired layoff startup profession workplace \
            上班 下班 加班 辭職 老闆 主管 同事 調職 調薪 薪水 薪資 報到 履歷 錄用 錄取通知 升遷 業績 考績 公務員 辦公室 前途 實習             転職 上司 給料 給与 昇給 年収 同僚 部下 就活 面接 職場 転勤 異動 辞めたい 辞める 独立 残業 パワハラ バイト 採用             a_raise pay_raise interviews resume resignation unemployed unemployment internship jobless careers bosses quit_my my_salary my_manager \
            試用期 續約 約聘 外派 派駐 分公司 功勞 客戶 離開公司 退休 解僱 開除 支社 転勤 定年 契約更新 企画書 取引先 試用期間 probation branch_office my_contract retire retirement client clients freelance laid_off paycheck transferred transfer",
        weak: "offer 合約 契約 credit deadline 合作 主管 計畫 项目 專案 商売 quit office project manager offer fired \
            職 事業 項目 上任 副業",
    },
    Pointers {
        topic: Topic::Wealth,
        strong: "財運 求財 投資 股票 股市 賺錢 金錢 理財 彩券 樂透 房貸 負債 欠錢 借錢 還錢 生意 買賣 收入 發財 偏財 正財 基金 \
            虛擬貨幣 比特幣 破財 財富 \
            金運 お金 株 借金 宝くじ 貯金 儲か 収入 資産 \
            money wealth wealthy invest investing investment investments stock stocks finance finances financial rich debt debts loan lottery income profit crypto bitcoin savings mortgage salary \
            做生意 賺 加密貨幣 房地產 破產 中獎 大樂透 刮刮樂 買股 炒股 賠錢 虧損 獲利 金銭 投資 株価 株式 儲け 破産 ローン 財運 副収入 商売繁盛             earn earning earnings bankruptcy bankrupt dividends shares windfall jackpot funds make_money stock_market \
            作保 擔保 保人 連帶保證 停損 套牢 存款 利息 當沖 房市 保証人 連帯保証 損をし 損した 貯蓄 利子 給付金 guarantor cosign co_sign lend lending borrow borrowed interest_rate pension fund",
        weak: "本金 賠本 損 貸 店面 賺 owe 錢 財 債 business buy sell pay fortune \
            生意 貸款 報酬",
    },
    Pointers {
        topic: Topic::Family,
        strong: "家庭 家人 家宅 家運 父母 爸媽 婆媳 親子 家和 親人 家裡 兄弟 姊妹 姐妹 \
            家族 両親 親子 姉妹 嫁姑 \
            family families parent parents sibling siblings household \
            家人 父母 家族 公婆 親戚 家事             親と 親の 親が 親孝行 夫の実家 兄弟 relatives in_laws grandparents stepmother \
            叛逆 長輩 公公 岳母 岳父 手足 嫂 養父 養母 義母 義父 義理の 実家 娘 反抗期 孫 teenage teenager in_law mother_in_law father_in_law nephew niece cousin",
        weak: "照顧 老人家 奉養 母と 父と kids 爸 媽 父 母 兒子 女兒 小孩 婆婆 祖母 祖父 孫 \
            mother father mom mum dad son daughter child children brother sister grandmother grandfather aunt uncle \
            兒子 女兒 実家 公公 孩子 奶奶 爺爺 外婆 外公 哥哥 弟弟 姐姐 姊姊 妹妹 婆婆 子女 子供 子ども 息子 姑",
    },
];

/// Phrases that hold a word of [`POINTERS`] and mean something else.
const DECOYS: &str = "\
    in_stock out_of_stock will_it_work will_this_work will_that_work work_out works_out working_out up_to_date \
    out_of_date to_date date_of_birth what_date which_date sick_of tired_and_sick tennis_court pass_away pass_out \
    single_day single_time every_single put_together house_of_cards \
    考慮 思考 參考 参考 備考 可愛 牛奶 奶茶 輪胎 墨西哥 芝加哥 毛病 病毒 邊緣 科學 科学 文學 文学 哲學 哲学 廚房 厨房 師父 \
    神父 痛快 痛苦 弟子 老天爺 王爺 月老爺 彼此 體會 体會 團體 大體 具體 全体 具体 大体 団体 主體 媒體 軟體 整體 體驗 体験 體諒 \
    職責 天職 愛好 愛用 有意思 株式会社 火炬";

impl Topic {
    /// What a person calls the topic, in a language.
    pub(crate) fn name(self, language: crate::Language) -> &'static str {
        use crate::Language::{En, Ja, Zh, ZhHans};
        let [zh, zh_hans, en, ja] = match self {
            Self::Love => ["感情", "感情", "love", "恋愛"],
            Self::Career => ["工作", "工作", "work", "仕事"],
            Self::Study => ["學業", "学业", "study", "学業"],
            Self::Wealth => ["財運", "财运", "money", "金運"],
            Self::Health => ["健康", "健康", "health", "健康"],
            Self::Family => ["家庭", "家庭", "family", "家族"],
            Self::Travel => ["出行", "出行", "travel", "旅行"],
            Self::LostThings => ["失物", "失物", "lost things", "失せ物"],
            Self::Lawsuits => ["訴訟", "诉讼", "lawsuits", "訴訟"],
            Self::Childbirth => ["生育", "生育", "childbirth", "出産"],
            Self::Moving => ["搬遷", "搬迁", "moving house", "引っ越し"],
            Self::General => ["運勢", "运势", "in general", "運勢"],
        };
        match language {
            Zh => zh,
            ZhHans => zh_hans,
            En => en,
            Ja => ja,
        }
    }

    /// The topic of a question in any of the languages; `General` if nothing points elsewhere.
    pub fn of(question: &str) -> Self {
        let mut question = folded(question);
        let words: Vec<_> = question
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        let mut words = format!(" {} ", words.join(" "));
        for decoy in DECOY_TABLE.iter() {
            let text = if decoy.is_ascii() {
                &mut words
            } else {
                &mut question
            };
            if text.contains(decoy) {
                *text = text.replace(decoy, " ");
            }
        }
        let mut points: BTreeMap<usize, u32> = BTreeMap::new();
        for pointer in TABLE.iter() {
            let found = if pointer.word.is_ascii() {
                words.contains(&pointer.word)
            } else {
                question.contains(&pointer.word)
            };
            if found {
                *points.entry(pointer.rank).or_default() += pointer.points;
            }
        }
        points
            .into_iter()
            .max_by_key(|(rank, points)| (*points, usize::MAX - rank))
            .map_or(Self::General, |(rank, _)| POINTERS[rank].topic)
    }
}

/// One word of [`POINTERS`], in the form in which text is compared.
struct Pointer {
    word: String,
    rank: usize,
    points: u32,
}

static DECOY_TABLE: LazyLock<Vec<String>> =
    LazyLock::new(|| DECOYS.split_whitespace().map(comparable).collect());

/// A word of a table as it is looked for: an English one between spaces, its own for `_`.
fn comparable(word: &str) -> String {
    let word = folded(word);
    if word.is_ascii() {
        format!(" {} ", word.replace('_', " "))
    } else {
        word
    }
}

static TABLE: LazyLock<Vec<Pointer>> = LazyLock::new(|| {
    let mut table: Vec<Pointer> = Vec::new();
    for (rank, pointers) in POINTERS.iter().enumerate() {
        for (words, points) in [(pointers.strong, 2), (pointers.weak, 1)] {
            for word in words.split_whitespace().map(comparable) {
                // Words that both scripts or both languages share are counted once.
                if !table
                    .iter()
                    .any(|known| known.rank == rank && known.word == word)
                {
                    table.push(Pointer { word, rank, points });
                }
            }
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTIONS: &[(Topic, &str)] = &[
        (Topic::Love, "我和他有緣份嗎？"),
        (Topic::Love, "我跟女朋友會復合嗎"),
        (Topic::Love, "我跟女朋友会复合吗"),
        (Topic::Love, "什麼時候會結婚"),
        (Topic::Love, "彼氏と結婚できますか"),
        (Topic::Love, "片思いの相手に告白すべき？"),
        (Topic::Love, "Will my boyfriend come back to me?"),
        (Topic::Love, "Does she love me"),
        (Topic::Career, "我該換工作嗎"),
        (Topic::Career, "今年会升职吗"),
        (Topic::Career, "面試會不會上"),
        (Topic::Career, "転職したほうがいいですか"),
        (Topic::Career, "Should I quit my job?"),
        (Topic::Career, "I lost my job, what now?"),
        (Topic::Study, "這次考試會過嗎"),
        (Topic::Study, "能考上大学吗"),
        (Topic::Study, "大学受験に合格しますか"),
        (Topic::Study, "Will I pass the exam?"),
        (Topic::Wealth, "今年財運如何"),
        (Topic::Wealth, "股票能赚钱吗"),
        (Topic::Wealth, "宝くじに当たりますか"),
        (Topic::Wealth, "Is this a good investment?"),
        (Topic::Health, "媽媽的病會好嗎"),
        (Topic::Health, "手术会顺利吗"),
        (Topic::Health, "病気は治りますか"),
        (Topic::Health, "Will my surgery go well?"),
        (Topic::Family, "家裡不和怎麼辦"),
        (Topic::Family, "父母身边的事"),
        (Topic::Family, "家族と仲直りできますか"),
        (Topic::Family, "How do I help my brother?"),
        (Topic::Travel, "下個月出國平安嗎"),
        (Topic::Travel, "出差顺利吗"),
        (Topic::Travel, "旅行に行ってもいい？"),
        (Topic::Travel, "Is the trip safe?"),
        (Topic::LostThings, "錢包弄丟了找得到嗎"),
        (Topic::LostThings, "戒指不见了"),
        (Topic::LostThings, "財布をなくした"),
        (Topic::LostThings, "I lost my wallet"),
        (Topic::LostThings, "My keys are missing"),
        (Topic::Lawsuits, "官司會贏嗎"),
        (Topic::Lawsuits, "诉讼结果"),
        (Topic::Lawsuits, "裁判に勝てますか"),
        (Topic::Lawsuits, "Will I win in court?"),
        (Topic::Childbirth, "會懷孕嗎"),
        (Topic::Childbirth, "今年能生孩子吗"),
        (Topic::Childbirth, "赤ちゃんを授かりますか"),
        (Topic::Childbirth, "Can I get pregnant?"),
        (Topic::Moving, "適合搬家嗎"),
        (Topic::Moving, "该买房吗"),
        (Topic::Moving, "引っ越しの時期"),
        (Topic::Moving, "Should we rent the apartment?"),
        (Topic::General, ""),
        (Topic::General, "運勢"),
        (Topic::General, "今年如何"),
        (Topic::General, "運勢はどうですか"),
        (Topic::General, "What does this year hold?"),
        (Topic::General, "🙏"),
    ];

    #[test]
    fn questions_find_their_topic() {
        for (topic, question) in QUESTIONS {
            assert_eq!(Topic::of(question), *topic, "{question}");
        }
    }
}
