//! The deity's voice, threats, sales, and figures that nobody has measured.

use super::*;

#[test]
fn the_deity_does_not_speak_in_chinese() {
    fails(
        VOICE,
        Language::Zh,
        &[
            "吾乃本殿之神，今日親口告訴你：耐心等待。",
            "我是神明，我已經聽見了你的祈求。",
            "先看清楚腳下再走。吾乃本殿之神，今日親口告訴你。",
            "我是月下老人，紅線在我手中。",
            "身為月老，我勸你放下。",
            "我會保佑你，不必害怕。",
            "本神今日有話要說。",
        ],
    );
    passes(
        VOICE,
        Language::Zh,
        &[
            "月老的紅線，這一籤裡並沒有繫上。",
            "把你的心願說給月老聽，也說給自己聽。",
            "「我是月下老人」，故事裡的老人這樣回答。",
            "日本神社裡也有這樣的籤。",
            "根本神情恍惚的時候，先睡一覺。",
            "我不是神明，籤詩也不是命令。",
        ],
    );
}

#[test]
fn the_deity_does_not_speak_in_english() {
    fails(
        VOICE,
        Language::En,
        &[
            "I, the god of this temple, tell you this myself: wait.",
            "As your deity, I have heard your prayer.",
            "I am Yue Lao, and I tie the threads.",
            "I am the goddess of this hall.",
            "I have heard your prayer, child.",
            "Be calm, for I will bless you.",
        ],
    );
    passes(
        VOICE,
        Language::En,
        &[
            "Yue Lao ties threads, and the verse lets one go.",
            "“I am the old man under the moon,” he says in the tale.",
            "The deity of this temple is said to be patient.",
            "Tell Yue Lao your wish, and then tell a friend.",
            "No line says that I am the god of anything.",
            "As a god of marriage, Yue Lao is often asked this.",
        ],
    );
}

#[test]
fn the_deity_does_not_speak_in_japanese() {
    fails(
        VOICE,
        Language::Ja,
        &[
            "我はこの社の神である。",
            "そなたに告げる、待つがよい。",
            "汝に授けるのは忍耐である。",
            "神である私がお答えします。",
            "我こそは縁を結ぶ者。",
            "私はあなたの願いを聞き届けました。",
        ],
    );
    passes(
        VOICE,
        Language::Ja,
        &[
            "月下老人は縁結びの神です。",
            "「我は縁の神である」と老人は語りました。",
            "あなたの願いを言葉にしてみましょう。",
            "この社の神は縁を司ると言われます。",
            "私は、と話し始めてみるのもよいでしょう。",
            "神にすがるより、まず休みましょう。",
        ],
    );
}

#[test]
fn nobody_is_threatened_in_chinese() {
    fails(
        THREAT,
        Language::Zh,
        &[
            "若不聽從，必有大禍臨頭。",
            "您今年難逃血光之災。",
            "再不悔改，會遭報應。",
            "神明將降罪於你。",
            "厄運即將降臨。",
            "這是天命，你在劫難逃。",
        ],
    );
    passes(
        THREAT,
        Language::Zh,
        &[
            "這支籤不是說你會大禍臨頭。",
            "籤詩並非預告血光之災，別嚇自己。",
            "別擔心厄運會找上門，先把眼前的事做好。",
            "舊情難逃時間的沖淡，慢慢來。",
            "這是提醒，不是懲罰。",
            "會不會大禍臨頭？籤詩沒有這樣說。",
        ],
    );
}

#[test]
fn nobody_is_threatened_in_english() {
    fails(
        THREAT,
        Language::En,
        &[
            "If you do not obey, disaster will strike you.",
            "You cannot escape ruin this year.",
            "Misfortune will surely find you in the autumn.",
            "You will be punished for this.",
            "The gods will curse the house.",
            "You are doomed, whatever you try.",
        ],
    );
    passes(
        THREAT,
        Language::En,
        &[
            "The lot is a warning, and no punishment.",
            "Nothing here says that disaster will strike you.",
            "If you fear that misfortune will find you, rest first.",
            "You cannot escape the feeling at once, and need not.",
            "The evening will find you calmer.",
            "Nobody is cursed by a verse.",
        ],
    );
}

#[test]
fn nobody_is_threatened_in_japanese() {
    fails(
        THREAT,
        Language::Ja,
        &[
            "従わなければ、必ず災いが降りかかります。",
            "今年は破滅を免れません。",
            "天罰が下ります。",
            "このままでは祟りがあります。",
            "来年には不幸が訪れます。",
            "罰が当たりますよ。",
        ],
    );
    passes(
        THREAT,
        Language::Ja,
        &[
            "災いが降りかかるとは限りません。",
            "この籤は罰を告げるものではありません。",
            "災いという字に驚かないでください。",
            "不幸が訪れるわけではありません。",
            "祟りを恐れる必要はありません。",
            "静かな時が訪れます。",
        ],
    );
}

#[test]
fn nothing_is_sold_in_chinese() {
    fails(
        SALE,
        Language::Zh,
        &[
            "只要三千元，即可請購本廟開光符咒，化解此劫。",
            "若要化解，只要三千元便可請購本廟的平安符。",
            "訂購開光手串，今日特價。",
            "點光明燈一盞六百元，可保平順。",
            "匯款之後，我們為您辦法會。",
            "平安符一個五百元，請下單。",
        ],
    );
    passes(
        SALE,
        Language::Zh,
        &[
            "到廟裡走走，求個平安符，心也安些。",
            "不必購買符咒，先好好睡一覺。",
            "申請購屋貸款的事，再等一等。",
            "三千元的禮物不如一封信。",
            "先付費的事，問清楚再說。",
            "把心裡的燈點亮。",
        ],
    );
}

#[test]
fn nothing_is_sold_in_english() {
    fails(
        SALE,
        Language::En,
        &[
            "Buy our blessed charm for 300 dollars to lift this fate.",
            "Our amulet costs $50 and turns the year around.",
            "A blessed bracelet, at a special price, helps.",
            "Purchase our ritual today.",
            "The charm is yours for only 30 euros.",
            "Order our yearly blessing.",
        ],
    );
    passes(
        SALE,
        Language::En,
        &[
            "A gift for 30 dollars says less than a letter.",
            "Nobody needs to buy a charm for this.",
            "Her charm is not for sale.",
            "In order to rest, put the phone away.",
            "A kind word costs nothing.",
            "Light a candle if you like.",
        ],
    );
}

#[test]
fn nothing_is_sold_in_japanese() {
    fails(
        SALE,
        Language::Ja,
        &[
            "祈祷済みのお守りを三万円でお求めいただければ、厄は祓われます。",
            "お札は一枚5000円です。",
            "当寺の護符をお求めください。",
            "三千円で祈祷をいたします。",
            "当店のお守りをご購入ください。",
            "数珠は2万円からございます。",
        ],
    );
    passes(
        SALE,
        Language::Ja,
        &[
            "お守りを身につけるのもよいでしょう。",
            "神社でお守りを買ってみるのも気分転換です。",
            "三千円の贈り物より、一通の手紙です。",
            "祈る気持ちを大切にしましょう。",
            "買い物は少し待ちましょう。",
            "お札に頼らず、まず休みましょう。",
        ],
    );
}

#[test]
fn no_figure_is_made_up_in_chinese() {
    fails(
        CONFIDENCE,
        Language::Zh,
        &[
            "此籤應驗的機率為92%。",
            "準確度：九成八。",
            "你們有八成的機會復合。",
            "成功率高達百分之九十。",
            "我有90%的把握。",
            "這支籤應驗的機率是92%，可以參考看看。",
        ],
    );
    passes(
        CONFIDENCE,
        Language::Zh,
        &[
            "籤詩不談機率，只談眼前。",
            "把工作減去兩成，多睡一會兒。",
            "沒有人能說機率是92%。",
            "十之八九的煩惱，來自心急。",
            "準確的話，往往很短。",
            "先做好八成，再求完美。",
        ],
    );
}

#[test]
fn no_figure_is_made_up_in_english() {
    fails(
        CONFIDENCE,
        Language::En,
        &[
            "Confidence: 92%.",
            "The accuracy of this reading is 98 percent.",
            "There is a 70% chance that he returns.",
            "The probability is about 80 %.",
            "It is 90 percent certain.",
            "The odds are 60 per cent.",
        ],
    );
    passes(
        CONFIDENCE,
        Language::En,
        &[
            "No verse can say that the chance is 92%.",
            "Save 10% of what you earn.",
            "Have confidence in 3 small steps.",
            "Take the chance to rest.",
            "A lot has no odds.",
            "Half of it is patience.",
        ],
    );
}

#[test]
fn no_figure_is_made_up_in_japanese() {
    fails(
        CONFIDENCE,
        Language::Ja,
        &[
            "的中率は92%です。",
            "復縁の可能性は八割です。",
            "成功率は90パーセントです。",
            "信頼度：95％",
            "80%の確率で会えます。",
            "確率は七割ほどです。",
        ],
    );
    passes(
        CONFIDENCE,
        Language::Ja,
        &[
            "おみくじに確率はありません。",
            "仕事を二割減らして休みましょう。",
            "可能性は、歩きながら見えてきます。",
            "腹八分目が体によいのです。",
            "信頼は一日では育ちません。",
            "一割でも余裕を残しましょう。",
        ],
    );
}
