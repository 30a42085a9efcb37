//! What no reading may say in anybody's name: the words of a deity that speaks, of threats, of
//! sales, and of figures that nobody has measured. Patterns as in [`super::words`].

/// The model speaks as the deity.
pub(super) const VOICES: [&str; 11] = [
    r"我(?:月老|月下老人|媽祖|觀音|關帝|關公|註生娘娘)[^,，。]{0,3}(?:已|早|會|將|為|替|來|在|賜|保|給|告)
      | (?:弟子|信女|信士)[,，]?(?:聽[好著令]|[吾本]) | [吾我](?:今日?|特|便)賜[你您汝此] | (?:^|[,，\s])老夫[^,，。]{0,8}(?:紅線|仙|廟|[你您]) | 孩子[,，]我一直[^,，。]{0,6}[看守護保]",
    r"\bmy\s(?:dear\s)?(?:child|son|daughter),?\si\s | \bi\sam\sthe\s(?:old\s)?man\sunder\sthe\smoon\b | \bcome\sto\sme\swith\b | \bi\s(?:will|shall)\shear\syou",
    r"(?:わたくし|私|わし|我)、?(?:月下老人|月老|媽祖|観音)[がはも、] | 我が子よ | (?:わし|我|余|吾)は[^。、]{0,10}[翁神仏](?:である|じゃ|なり) | 汝に(?:告ぐ|命ず)",
    r"(?:^|[,，、：；\s])吾乃[^,，。]{0,8}(?:神|仙|月老|老人|菩薩|娘娘|帝君) | (?:^|[,，、：:；\s])本(?:神|座|尊神|仙)(?:[^社話論奇秘經父州戶明性學職采情]|$)",
    r"(?:^|[,，、：:；\s])[我吾](?:就|便|即|乃)?[是為](?:[你您]的|一位|掌管[^,，。]{0,8}的|本[殿廟宮]之?的?)?
      (?:神明?|神靈|守護神|月老|月下老人|媽祖|天后|天上聖母|觀音|觀世音菩薩|關帝|關公|關聖帝君|註生娘娘)(?:$|[,，。、！!；])",
    r"[我吾](?:已經?|早已|已然)?(?:聽見|聽到|聽聞|知曉|收到)了?[你您汝]的(?:祈求|祈願|祈禱|禱告|心聲|心願|願望)
      | (?:身為|作為)(?:[你您]的)?(?:神明|守護神|月老|月下老人)[,，]?[我吾]",
    r"[我吾](?:會|將|必|必將|自會)(?:賜|庇佑|保佑|護佑|降福)(?:給|予|於)?[你您汝]",
    r"\bi,\s(?:the\s|your\s)?(?:\w+\s){0,2}?(?:god|goddess|deity|yue\slao|mazu|guan\s?yin)\b
      | \bas\s(?:your|the|a)\s(?:god|goddess|deity)(?:\sof\s[a-z\s]{1,30})?,?\si\b",
    r"\bi(?:\sam|'m)\s(?:(?:the|your|a)\s(?:god|goddess|deity)|yue\slao|mazu|guan\s?yin|guan\syu|tin\shau)\b
      | \bi\shave\sheard\syour\s(?:prayer|plea|wish) | \bi\s(?:will|shall)\s(?:bless|protect|watch\sover)\syou\b",
    r"(?:我|吾|われ|わし|余)(?:は|こそ)[^。、]{0,14}(?:神|仏|菩薩|観音|月下老人)(?:である|なり|だ|です|じゃ)",
    r"(?:そなた|汝)に(?:告げ|授け|伝え) | (?:神|仏)である(?:私|我|わ) | 我こそは
      | (?:私|わたし|我)はあなたの(?:祈り|願い)を(?:聞き|聞い|確かに)",
];

/// Somebody is threatened.
pub(super) const THREATS: [&str; 7] = [
    r"若不(?:聽從|聽|信|照做|遵)[^。]{0,12}(?:災禍|禍事|災難|報應|惡報|厄運|大禍) | \bsomething\s(?:terrible|awful|dreadful|horrible)\s(?:will|is\sgoing\sto)\shappen",
    r"(?:必[有將]?|將[有會]|[會恐]有|就?要|就會|即將|難逃|[你您][^,，。]{0,4})大禍臨頭 | (?:難逃|必有|會有|將有|恐有)?血光之災 | 在劫難逃 | [遭受](?:到)?天譴 | 天打雷劈 | [必會將](?:遭|受)(?:到|受)?(?:報應|橫禍|大難|災禍|詛咒)
      | 難逃[^,，。]{0,4}(?:災|厄|劫|禍|報應)",
    r"[會將必](?:大難|災禍|厄運|橫禍)(?:臨頭|降臨|纏身) | (?:大難|災禍|厄運|惡運|災難|災厄)(?:將|會|必|就要|即將|便會|終將)(?:至|到|來|臨|降|找上|纏上)
      | (?:神明?|神靈|上天|菩薩|月老)[會將必](?:降罪|發怒|懲罰|責罰|報復)",
    r"\b(?:disaster|ruin|misfortune|calamity|tragedy|doom|catastrophe|evil)\s(?:will|shall|is\sgoing\sto)\s(?:\w+\s)?
      (?:strike|befall|find|follow|overtake|fall\s(?:up)?on|come\s(?:to|upon))\s(?:you|your)\b | \bruin\sawaits",
    r"\b(?:cannot|can't|will\snot|won't)\sescape\s(?:\w+\s){0,2}?(?:ruin|disaster|doom|misfortune|calamity|punishment)\b
      | \b(?:you|your\s(?:family|house|child|children))(?:\s(?:will|shall)|'ll)\sbe\s(?:cursed|punished|ruined|doomed)\b
      | \byou(?:\sare|'re)\s(?:cursed|doomed)\b | \b(?:gods?|goddess|heaven|deity)\swill\s(?:punish|curse|strike)",
    r"災い[がは]?[^。、]{0,4}(?:降りかかります|降りかかるで|降りかかる。|襲います|訪れます|及びます) | 天罰[がを](?:下ります|下るで|受けます|くだります)",
    r"祟り(?:が|に)(?:あります|遭います|あいます|起きます) | 破滅(?:を|は)(?:免れ|避けられ) | 破滅します | 罰が(?:当たり|あたり)ます | 不幸が(?:訪れ|襲い)ます",
];

/// Something is sold.
pub(super) const SALES: [&str; 9] = [
    r"本[店廟殿宮寺堂][^,，。]{0,6}[請求購買][^,，。]{0,12}(?:改運|化解|開運|消災|轉運) | 香油錢[^,，。]{0,2}[就便即可][^,，。]{0,3}(?:化解|消災|改運|轉運)
      | (?:法事|法會)[^。]{0,8}[0-9一二三四五六七八九十百千萬]+元 | 燈[^,，。]{0,3}(?:即可|就能|便能|便可)(?:消災|解厄|化解|改運)",
    r"\bat\sour\s(?:shop|store|stall)\b | \bdonat(?:e|ion|ing)\b[^.]{0,40}\b(?:luck|fate|fortune)\b | \bfor\sa\s(?:small|modest)\sfee\b
      | \bavailable\s(?:online|now|here)\sfor\b | \b(?:dispel|lift|break|remove)\s(?:the|this|your|that)\s(?:curse|bad\sluck|hex)\b",
    r"当[店社寺院]の[^。]{0,16}(?:買|購|お求め) | お布施[^。]{0,6}(?:厄|運|災い) | (?:ブレスレット|数珠|水晶|お守り)[^。]{0,24}(?:今なら|限定) | 今なら[0-9〇一二三四五六七八九十百千万]+円",
    r"(?:^|[^申])請購(?:[^買屋房車置]|$) | 只[要需][0-9,一二三四五六七八九十百千萬兩]+(?:元|塊|圓|美元|港幣|台幣)[^。]{0,8}可?[^。]{0,8}(?:請|化解|改運|消災|點燈|符|開光)",
    r"(?:購買|購入|選購|訂購|加購|付費|匯款|轉帳|結緣價|特價|優惠價)[^。]{0,10}(?:符咒|符令|開光|法會|護身符|平安符|手串|佛牌|法器|光明燈|改運|消災)",
    r"(?:符咒|符令|開光|法會|護身符|平安符|佛牌|改運|消災|光明燈|香油錢)[^。]{0,14}(?:[0-9一二三四五六七八九十百千萬]+(?:元|塊錢|美元|港幣|台幣)|訂購|下單|匯款)",
    r"\b(?:buy|purchase|order)\sour\b | \b(?:blessed|consecrated)\s(?:charm|amulet|talisman|bracelet)s?\b[^.]{0,40}(?:\$|dollars|euros|pounds|price|buy|purchase)",
    r"\b(?:charm|amulet|talisman|ritual|blessing|offering)s?\b[^.]{0,30}\s(?:for|at|costs?|only|just)\s(?:only\s|just\s)?
      (?:(?:us)?\$\s?[0-9]+|[0-9,]+\s(?:dollars|euros|pounds|yuan|yen)\b)",
    r"(?:お守り|お札|御札|護符|祈祷|数珠|開運グッズ)[^。]{0,20}[0-9,〇一二三四五六七八九十百千万]+円 | [0-9,〇一二三四五六七八九十百千万]+円[^。]{0,20}(?:お守り|お札|御札|護符|祈祷|数珠|開運)
      | (?:当社|当寺|当店|当院|私ども)の(?:お守り|お札|御札|護符|祈祷)[^。]{0,12}(?:お求め|購入|お申し込み)",
];

/// A figure that nobody has measured.
pub(super) const FIGURES: [&str; 5] = [
    r"[一二三四五六七八九]成[一二三四五六七八九半]的?(?:機率|概率|機會|把握|勝算|可能) | 十之八九[會能可將] | \bodds\sare\s(?:\w+\s){1,2}in\s\w+ | \b(?:accuracy|confidence|probability):[^.]{0,16}?[01]\. | 十中八九",
    r"(?:機率|概率|幾率|準確[度率]|可信度|信心指數|應驗率|成功率|勝算|把握|命中率|靈驗度)[^,，。]{0,6}?
      (?:[0-9]+\s?[%％成]|百分之[0-9一二三四五六七八九十百]+|[一二三四五六七八九]成)",
    r"[0-9]+\s?[%％成](?:以上)?的?(?:機率|概率|幾率|機會|把握|可能|勝算) | (?:百分之[一二三四五六七八九十]+|[一二三四五六七八九]成)(?:以上)?的?(?:機率|概率|機會|把握|勝算|可能)",
    r"\b(?:confidence|accuracy|accurate|probability|likelihood|chances?|odds|certainty)\b[^.]{0,30}?[0-9]+\s?(?:%|percent\b|per\scent\b)
      | \b[0-9]+\s?(?:%|percent|per\scent)\s(?:chance|probability|likelihood|certain|confiden|accura|sure|likely)",
    r"(?:的中率|確率|信頼度|成功率|可能性|精度)[^。、]{0,5}?[0-9〇一二三四五六七八九十百]+\s?(?:%|％|パーセント|割) | [0-9]+\s?(?:%|％|パーセント)の(?:確率|可能性)",
];
