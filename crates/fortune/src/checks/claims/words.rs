//! The words of claims, and of what turns one around: patterns over a sentence in lower case. They
//! are turned into Simplified characters as the sentences are.

/// Words of certainty. 一定要 is advice.
pub(super) const CERTAIN: &str = r"
    一定(?:能|會|可以) | (?:就|將|也|都|終|便)一定 | 必定 | 必然 | 必能 | 必會 | 必將 | 肯定(?:能|會|可以)
    | 絕對(?:能|會|可以) | 註定(?:能|會|要)? | 注定(?:能|會|要)? | 毫無疑問 | 百分之百 | 百分百 | 鐵定 | 包準 | 保準
    | \b(?:will|shall|'ll|going\sto)\s(?:certainly|definitely|surely|absolutely|undoubtedly|inevitably|without\s(?:an?y?\s)?doubt)\b
    | \b(?:certainly|definitely|undoubtedly|without\s(?:an?y?\s)?doubt|no\sdoubt),?\s(?:\w+\s){0,3}(?:will|going\sto)\b
    | \b(?:is|are|be|'re)\s(?:certain|sure|bound|guaranteed|destined)\sto\b
    | 必ず | 絶対に | 間違いなく | 確実に | 疑いなく";

/// What everybody wishes for.
pub(super) const WISHED: &str = r"
    成功 | 實現 | 如願 | 順利 | 圓滿 | 得到(?:他|她|所|想) | 復合 | 和好 | 結婚 | 成婚 | 發財 | 升職 | 升遷 | 考上 | 錄取
    | 上榜 | 中榜 | 贏 | 勝 | 賺 | 成真 | 好轉 | 回心 | 回頭 | 回到[你您] | 回來 | 達成 | 幸福 | 心想事成 | 大吉 | 無憂 | 過關
    | 通過 | 化解 | 解決 | 找到 | 成就 | 有結果 | 有好 | 轉運 | 平安 | 得償所願 | 所願 | 在一起 | 修成正果
    | \b(?:succeed|success|win|get\smarried|marry|come\sback|return\sto\syou|come\strue|be\shappy|happiness|get\sthe\s(?:\w+\s)?job|come\sto\syou|get\srich|be\srich
      |wealth|prosper|pass|work\sout|be\sfine|be\sall\sright|be\swell|turn\sout\swell|find\s(?:love|true|your|a|him|her|the)|love\syou|get\swhat
      |achieve|fulfil|reconcile|end\swell|go\swell|be\spromoted|get\spromoted)
    | 叶 | かない | かなう | 実現 | 結ばれ | 復縁 | 合格 | うまくい | 勝て | 儲か | 幸せ | 良くな | よくな | 手に入 | 戻って | 報われ
    | 出世 | 昇進 | 恵まれ";

/// What stands between a certainty and an outcome, and makes it advice or its contrary.
pub(super) const TURNED: &str = r"
    [不沒難未非無須先別] | ^要 | ^得[先要] | 要(?:先|看|靠|等) | \b(?:not|no|never|fail|need|have\sto|must|without|before|how)\b | n't
    | ^しも | ない | ません";

/// Whole promises.
pub(super) const PROMISES: [&str; 12] = [
    r"保證(?:[你您]|會|能|成功|可以|讓) | 包[你您] | 向[你您]保證 | [敢可]以?保證",
    r"非[你您]莫屬 | 放心[,，][^,，。]{0,6}(?:圓滿|順利|沒事|沒問題|好起來|如願) | 好運(?:馬上|很快|即將|就要)就?[到來降]
      | 終[究會將]+回到?[你您]身邊",
    r"\beverything\s(?:will|is\sgoing\sto)\s(?:work\sout|be\s(?:fine|all\sright|well)|go\s(?:well|smoothly)) | \bnothing\s(?:can|will|could)\sgo\swrong\b
      | \bthe\s(?:job|house|prize|place|post|position)\sis\s(?:already\s)?yours\b",
    r"(?:すべて|全て|何もかも|万事)が?(?:うまく|上手く|順調に|良く|よく)(?:いきます|行きます|運びます|なります) | 願い[はが](?:叶い|かない|成就し)ます(?:[。！、よ]|$)",
    r"穩賺 | 萬無一失 | 百分之?百(?:會|能|成功|沒) | 只賺不賠 | 必勝 | 必成 | 必中 | 心想必成 | [絕決]不會失敗 | 不可能失敗",
    r"\bi\s(?:can\s)?(?:promise|guarantee|assure\syou) | \bwe\sguarantee\b",
    r"\b(?:success|happiness|victory|a\sgood\soutcome|the\soutcome|your\swish)\s(?:is|will\sbe|are)\s(?:guaranteed|assured|certain)\b",
    r"\bguaranteed\s(?:success|win|result|outcome|profit) | \b(?:is|are)\sguaranteed\b",
    r"\b(?:cannot|can't|will\snot|won't)\s(?:possibly\s)?(?:fail|go\swrong|lose)\b | \bno\sway\s(?:you|it)\s(?:can|could)\sfail",
    r"\b(?:100|one\shundred)\s?(?:%|percent|per\scent)\s(?:certain|sure|chance|success)",
    r"(?:成功|成就|幸せ|結果|結婚|合格|勝利|復縁)を?お?(?:保証|約束)(?:し|いた|でき)",
    r"お?(?:約束|保証)(?:します|いたします|できます|されています) | 失敗(?:する|は)(?:こと)?は?(?:あり|絶対)(?:得|え)?ません",
];

/// What nobody knows from a lot: life and death, illness, birth, verdicts.
pub(super) const PROGNOSES: [&str; 31] = [
    r"[撐熬挨]不過(?:今年|明年|這個?|[春夏秋冬]) | (?:腫瘤|腫塊|硬塊|瘤)[^,，。]{0,3}是?[良惡]性
      | 只剩下?[幾數一二兩三四五六七八九十0-9]+個?(?:月|天|日|年|週|星期)的?(?:時間|日子|壽命|命) | 不久於人世 | (?:官司|訴訟|案子)穩[贏勝]",
    r"\b(?:illness|disease|cancer|tumou?r|sickness|pain)\swill\s(?:soon\s)?(?:be\sgone|vanish|heal) | \btumou?rs?\s(?:is|are|will\sbe)\s(?:benign|malignant)\b
      | \b(?:has|have)\sonly\s(?:\w+\s){1,2}(?:days|weeks|months|years)\sleft(?:[,.;!]|$)
      | \b(?:treatment|operation|surgery|therapy)\sis\sgoing\sto\s(?:succeed|fail|work|go\swell)
      | \b(?:father|mother|husband|wife|son|daughter|child)\s(?:passes\saway|dies)\ssoon",
    r"腫瘍は(?:良性|悪性) | (?:裁判官|判事|裁判所)[はが][^。]{0,10}(?:勝訴|敗訴|有罪|無罪)",
    r"(?:會|必|快要|就要|[你您妳他她][^，。]{0,3}將)死(?:[^心守纏結板不活記背角灰命路巷裡]|$) | 必死無疑 | 難逃一死 | 死期 | 大限[已將快到]",
    r"活不(?:過[^來]|過$|長|久|下來) | 命不久 | (?:性命|生命)(?:難保|不保|危在) | 壽命[只將不剩已] | 陽壽 | [你您妳他她會必恐][^，。]{0,3}短命
      | [會將](?:早逝|去世|過世|病逝|喪命|喪生|離世)",
    r"[治醫救]不[好了] | 無藥可 | 不治之症
      | (?:^|[^心])病[情症痛]?(?:一定|必定|必|很快|就|終|終究|不久|最後|自然)*(?:會|能|可以|將)(?:很快|逐漸|慢慢|完全|自然)*
        (?:好|痊癒|康復|惡化|加重|轉壞|轉好|復發|好轉|消失|拖|變)",
    r"[會能可必將定](?:很快|早日|完全|自然|慢慢|逐漸)*(?:痊癒|康復|病癒|治癒)
      | (?:身體|健康|病體)(?:一定|必定|很快|就)*[會能將](?:好|康復|恢復|惡化|變壞|轉好|出問題)",
    r"(?:會|將|恐|恐怕會|可能會)(?:得|患|患上|罹患|得了)上?(?:癌|重病|大病|絕症|惡疾|病) | 手術(?:一定|必|必定)*[會能將](?:成功|失敗|順利)",
    r"[會將恐](?:流產|早產|難產|小產|不孕) | (?:胎兒|孩子|寶寶|胎)[會將]?保不住 | [懷生]不[上了](?:孩子|$|[,，。]) | 不會懷孕
      | (?:一定|必|必定|會|將|能|很快就?會|[你您她]會)(?:懷孕|懷上|有喜|得子|得男|得女)",
    r"[會將必定]生(?:男|女|兒子|女兒|個男|個女) | (?:懷的|肚子裡|腹中)(?:是|會是)[男女]",
    r"(?:官司|訴訟|案子|案件|這一審)(?:一定|必定|必|最後|終|就)*[會能將]?(?:贏|打贏|勝訴|敗訴|輸|打輸|判贏|判輸|得勝)",
    r"[會將必定](?:勝訴|敗訴|被判|判刑|坐牢|入獄|無罪|被定罪) | 法官[會將]判",
    r"\b(?:will|'ll|going\sto|shall)\s(?:soon\s|certainly\s|probably\s|surely\s|definitely\s)?(?:die|pass\saway|perish|be\sdead)\b",
    r"\b(?:will\snot|won't|not\sgoing\sto|cannot|can't)\s(?:live|survive|last)\s(?:long|much\slonger|past|beyond|the) | \b(?:will\snot|won't)\ssurvive\b",
    r"\b(?:has|have|had)\s(?:\w+\s){0,4}(?:days|weeks|months|years)\s(?:left\s)?to\slive | \bdays\sare\snumbered | \bdeath\sis\s(?:near|close|coming|at\shand)",
    r"\b(?:will|'ll|going\sto)\s(?:soon\s|fully\s|surely\s|certainly\s|definitely\s|completely\s|never\s|not\s)*
      (?:recover|be\scured|be\shealed|heal|get\swell|get\sbetter|go\sinto\sremission)\b",
    r"\b(?:illness|disease|cancer|tumou?r|sickness|condition|health)\s(?:will|is\sgoing\sto)\s(?:\w+\s)?
      (?:worsen|get\sworse|return|spread|disappear|go\saway|improve|end|deteriorate|fail|pass)",
    r"\b(?:incurable|terminal\sillness|cannot\sbe\scured|can't\sbe\scured|no\scure)\b",
    r"\b(?:will|'ll|going\sto)\s(?:\w+\s)?(?:miscarry|lose\s(?:the|your)\sbaby|get\scancer|have\scancer|fall\sill|be\sinfertile|have\sa\smiscarriage)",
    r"\b(?:will|'ll|going\sto)\s(?:\w+\s)?(?:get\spregnant|become\spregnant|be\spregnant|conceive|have\sa\s(?:boy|girl|son|daughter|healthy\sbaby)
      |give\sbirth\sto\sa\s(?:boy|girl|son|daughter|healthy))",
    r"\bthe\s(?:surgery|operation|treatment)\swill\s(?:\w+\s)?(?:succeed|fail|be\ssuccessful|be\sa\ssuccess|work|go\swell)",
    r"\b(?:will|'ll|going\sto)\s(?:\w+\s)?(?:win|lose)\s(?:the|your|this|his|her|that)\s(?:case|lawsuit|suit|trial|appeal|claim)
      | \b(?:judge|court|jury)\swill\s(?:\w+\s)?(?:rule|find|decide|side|convict|acquit)",
    r"\b(?:will|'ll|going\sto)\s(?:\w+\s)?(?:go\sto\s(?:jail|prison)|be\s(?:convicted|acquitted|sentenced|jailed|found\s(?:guilty|innocent|not\sguilty)))",
    r"死にます | 死ぬでしょう | 死ぬことに | 命を落と(?:します|すで|すこと) | 亡くな(?:ります|るで|ることに) | 余命は | 長くは?(?:ない|生きられ)
      | 命は(?:短い|長くない|助かりません) | 助かりません",
    r"(?:病気|病状|病|症状|がん|癌|持病|体調|お体|身体|体)[もはが][^。、]{0,10}
      (?:治ります|治りません|治るでしょう|治らないでしょう|完治し|快復し|回復しま|回復するで|悪化しま|悪化するで|良くなります|よくなります|再発しま)",
    r"手術[もはが][^。、]{0,8}(?:成功し|失敗し|うまくいき) | (?:流産|早産|難産)(?:します|する(?:で|こと))",
    r"(?:妊娠|懐妊)(?:します|できます|できません|するで|しません) | (?:男の子|女の子)(?:が生まれ|を授か|です) | 子宝に恵まれま",
    r"(?:裁判|訴訟|示談|控訴)(?:も|は|に|には|で)[^。、]{0,8}(?:勝ちます|勝て(?:ます|るで)|負けます|負けるで|勝訴し|敗訴し)
      | (?:有罪|無罪)[にと]なり | 逮捕され(?:ます|るで)",
    r"[這此]一?胎[^,，。]{0,8}(?:生下?|是|為)個?(?:男孩|女孩|男嬰|女嬰|男的|女的|兒子|女兒|[男女]$) | [會將必][^,，。]{0,4}生下?(?:一)?個?(?:男孩|女孩|男嬰|女嬰|兒子|女兒|千金)",
    r"\b(?:will\snot|won't|not\sgoing\sto)\slive\s(?:to\ssee|through|until|till) | \b(?:baby|child|unborn|it)\swill\sbe\sa\s(?:\w+\s)?(?:boy|girl|son|daughter)\b",
    r"(?:冬|春|夏|秋|年|月|夜)を越せ(?:ません|ないで|ない。) | (?:お腹の子|赤ちゃん|お子様)は[^。、]{0,6}(?:男の子|女の子)(?:です|でしょう)",
];

/// Words before a claim that deny it, ask about it, or give it to a story.
pub(super) const BEFORE: &str = r"
    [不沒未非別莫勿無]$ | (?:不必|不用|不要|不需要?|無須|無需|毋須)$ | 別[^,，]{0,6}$ | 避免 | 免[於去得受] | 遠離 | 躲過 | 任何[^,，]{0,6}$ | 不代表 | 不等於 | 不保證 | 不能 | 無法 | 不意味 | 不表示 | 不是 | 並非 | 不必擔心 | 不用擔心 | 沒有人 | 沒人 | [誰谁][也都] | 難以 | 不敢
    | 不會 | 不預[言測] | 不論斷 | 不斷[言定] | 不判斷 | 不說 | 沒有說 | 未說 | 未必 | 不一定 | 不見得 | 以為 | 別指望 | 是否 | [能會可]否 | 會不會
    | 能不能 | 若是 | 如果 | 假如 | 倘若 | 萬一 | 即使 | 懷疑 | 擔心 | 害怕 | 恐懼 | 憂慮 | [別要]相信 | 從前 | 古時 | 聽[人說聞] | 傳說 | 據說 | 相傳 | 故事裡 | 典故
    | という(?:話|のは) | もし | たとえ | 必ずしも | 昔 | 故事";
pub(super) const BEFORE_IN_LATIN: &str = r"
    \b(?:not|no|never|nor|nobody|none|nothing|neither|cannot|without|unless|if|whether|lest|hardly|even\sif|afraid|fear|worry|worried|wonder
      |in\sthe\s(?:story|tale|legend)|once\supon|the\sold\s(?:story|tale))\b | n't\b";
/// Words before it that wish for it.
pub(super) const WISHES: &str = r"
    希望 | 但願 | 願(?:[你您他她]|家|早|一切) | 祝 | 盼 | 祈 | \b(?:hope|hoping|wish|pray|may)\b";
/// Words after a claim in its sentence that deny it or ask.
pub(super) const AFTER: &str = r"
    ^(?:嗎|麼|呢|與否|或不) | ^[^,，。]{0,6}[嗎呢][？?。]?$ | 的(?:想法|念頭|期待|保證|說法|幻想|僥倖) | 這樣的話 | 是不可能 | 並不 | 未必 | 不切實際
    | とは(?:限|言え|言い|いえ|かぎ|申し|断) | わけでは | ではあり | ではな | と(?:思わ|思い込まず|考え|信じ) | か(?:どう|否) | でしょうか | ますか
    | 願って | 祈って | よう(?:に|、) | \b(?:is\snot|isn't|nobody|no\sone|cannot\sbe|can't\sbe)\b";
