//! The words that call for care, and what is said then.

/// A matter on which a lot gives no prognosis.
pub(super) struct Matter {
    pub(super) code: &'static str,
    pub(super) words: Words,
    /// In the order of `Language::ALL`.
    pub(super) messages: [&'static str; 4],
}

/// Words that point to a matter. Chinese is listed in Traditional characters and found in both.
pub(super) struct Words {
    /// Chinese and Japanese, found wherever they stand; words in katakana only as whole words.
    pub(super) east: &'static str,
    /// Phrases that hold one of the words and mean something else.
    pub(super) east_not: &'static str,
    /// English, found as whole words and phrases.
    pub(super) west: &'static str,
}

/// The gravest first.
pub(super) const MATTERS: [Matter; 5] = [
    Matter {
        code: "self_harm",
        words: Words {
            east: "自殺 自殘 自傷 自盡 輕生 尋死 尋短 想死 不想活 活不下去 結束生命 了結生命 結束自己 \
                割腕 跳樓 死了算了 去死一死 \
                死にたい 死のうと 消えてしまいたい 生きていたくない 生きるのがつらい 生きるのが辛い 命を絶 \
                リストカット リスカ",
            east_not: "想死你 想死妳 想死他 想死她 想死我",
            west: "suicide, suicidal, kill myself, killing myself, end my life, ending my life, take my own life, \
                want to die, wanna die, wish i was dead, wish i were dead, better off dead, self-harm, self harm, \
                harm myself, hurt myself, cut myself, don't want to live, do not want to live, \
                don't want to be alive, no reason to live",
        },
        messages: [
            "如果你正有傷害自己的念頭，請先別獨自承受：現在就聯絡當地的緊急救援電話、自殺防治或心理支持專線，或告訴身邊信任的人。你的安全比任何籤都重要。",
            "如果你正有伤害自己的念头，请先别独自承受：现在就联系当地的紧急救援电话、自杀防治或心理支持热线，或告诉身边信任的人。你的安全比任何签都重要。",
            "If you are thinking of harming yourself, please do not stay alone with it: call your local emergency number or a crisis line now, or tell someone you trust. Your safety matters more than any lot.",
            "もし自分を傷つけたい気持ちがあるなら、一人で抱えないでください。今すぐ地域の緊急電話や相談窓口に連絡するか、信頼できる人に話してください。あなたの安全は、どんなおみくじよりも大切です。",
        ],
    },
    Matter {
        code: "illness",
        words: Words {
            east: "疾病 生病 病情 病況 病重 重病 得病 患病 治病 養病 看病 病人 癌 腫瘤 手術 開刀 住院 化療 放療 \
                診斷 治療 醫治 痊癒 康復 憂鬱症 糖尿病 中風 心臟病 身體會好 \
                病気 病院 入院 診断 うつ病 腫瘍 病状 病が 難病 持病 乳がん 肺がん 胃がん 大腸がん がん治療 がん検診",
            east_not: "毛病 動手術刀",
            west: "illness, disease, cancer, tumor, tumour, surgery, hospital, hospitalized, chemo, chemotherapy, \
                diagnosis, diagnosed, is sick, is ill, am ill, i'm ill, seriously ill, very sick, fall ill, \
                fell ill, medical treatment, medication, clinical depression, diabetes, heart attack, recover from",
        },
        messages: [
            "籤詩不能診斷病情，也不預言病情好壞。健康的事請以醫師的意見為準；情況緊急時請立即就醫。",
            "签诗不能诊断病情，也不预言病情好坏。健康的事请以医生的意见为准；情况紧急时请立即就医。",
            "A lot cannot diagnose an illness or foretell its course. Please rely on a doctor, and seek medical help at once if it is urgent.",
            "おみくじは病気を診断することも、経過を予言することもできません。健康のことは医師に相談し、急を要するときはすぐに受診してください。",
        ],
    },
    Matter {
        code: "pregnancy",
        words: Words {
            east: "懷孕 懷上 身孕 有孕 孕婦 備孕 受孕 不孕 孕期 胎兒 安胎 流產 分娩 臨盆 產檢 剖腹產 試管嬰兒 \
                墮胎 求子 生小孩 生孩子 \
                妊娠 妊活 不妊 流産 出産 安産 中絶 子宝 子授かり",
            east_not: "",
            west: "pregnant, pregnancy, miscarriage, ivf, trying to conceive, childbirth, abortion, \
                have a baby, having a baby, infertile, infertility",
        },
        messages: [
            "懷孕與生產的事，籤詩不作任何預言。請按時產檢，並以醫師或助產師的意見為準。",
            "怀孕与生产的事，签诗不作任何预言。请按时产检，并以医生或助产士的意见为准。",
            "A lot foretells nothing about pregnancy or birth. Please keep your check-ups and rely on your doctor or midwife.",
            "妊娠や出産について、おみくじは何も予言しません。健診を受け、医師や助産師の意見に従ってください。",
        ],
    },
    Matter {
        code: "law",
        words: Words {
            east: "官司 訴訟 律師 法院 起訴 提告 被告 原告 開庭 判刑 坐牢 上訴 刑事 監護權 贍養費 \
                裁判 弁護士 起訴 逮捕 示談 慰謝料 親権 告訴され",
            east_not: "",
            west: "lawsuit, lawsuits, lawyer, lawyers, attorney, litigation, in court, to court, court case, \
                court hearing, sued, suing, sue him, sue her, sue them, sue my, sue the, custody, prosecuted, \
                prosecution, criminal charges, go to jail, go to prison",
        },
        messages: [
            "籤詩不能預言官司的結果，也不是法律意見。請諮詢律師或當地的法律扶助機構。",
            "签诗不能预言官司的结果，也不是法律意见。请咨询律师或当地的法律援助机构。",
            "A lot cannot foretell the outcome of a legal matter and is no legal advice. Please ask a lawyer or a legal aid office.",
            "おみくじは裁判などの結果を予言できず、法律上の助言でもありません。弁護士や法律相談の窓口に相談してください。",
        ],
    },
    Matter {
        code: "money",
        words: Words {
            east: "投資 股票 股市 炒股 期貨 當沖 基金 借錢 借貸 貸款 房貸 負債 欠債 債務 破產 加密貨幣 虛擬貨幣 \
                比特幣 賭博 賭錢 彩券 樂透 \
                株を 株価 株式投資 借金 破産 宝くじ 仮想通貨 ローン ギャンブル",
            east_not: "",
            west: "invest, investing, investment, investments, stocks, stock market, buy stock, sell stock, \
                shares of, loan, loans, debt, debts, mortgage, bankrupt, bankruptcy, crypto, cryptocurrency, \
                bitcoin, lottery, gamble, gambling",
        },
        messages: [
            "籤詩不是理財建議，也不保證任何盈虧。涉及投資、借貸或債務的決定，請諮詢合格的專業人士，量力而為。",
            "签诗不是理财建议，也不保证任何盈亏。涉及投资、借贷或债务的决定，请咨询合格的专业人士，量力而为。",
            "A lot is no financial advice and promises neither gain nor loss. Before you invest, borrow or deal with debt, please ask a qualified adviser.",
            "おみくじは金銭上の助言ではなく、損益を保証しません。投資や借入、負債については、資格のある専門家に相談してください。",
        ],
    },
];
