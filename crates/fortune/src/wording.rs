//! What the reading says about itself, in the language of the reading.

use crate::{Language, Notice, NoticeKind, Origin, Prepared};

/// What happened to the making of a reading that its reader should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    SectionRewritten,
    SectionUnrepaired,
    ModelSwitched,
    ClassicFilled,
    NothingWritten,
    NoModel,
    TraditionalText,
    SameMatter,
}

impl Event {
    #[expect(
        clippy::too_many_lines,
        reason = "one table of what is said, in four languages"
    )]
    pub(crate) fn notice(self, language: Language) -> Notice {
        let (kind, code, messages) = match self {
            Self::SectionRewritten => (
                NoticeKind::Repair,
                "section_rewritten",
                [
                    "有些段落寫得不完整或未通過檢查，正在重寫。",
                    "有些段落写得不完整或未通过检查，正在重写。",
                    "Some sections were incomplete or did not pass their checks and are being written again.",
                    "一部の段落が不完全だったか確認を通らなかったため、書き直しています。",
                ],
            ),
            Self::SectionUnrepaired => (
                NoticeKind::Repair,
                "section_unrepaired",
                [
                    "有些段落改寫之後仍未通過全部檢查，這裡留下其中最好的一版，並標明未通過之處。",
                    "有些段落改写之后仍未通过全部检查，这里留下其中最好的一版，并标明未通过之处。",
                    "Some sections still did not pass every check after rewriting; the best version of each is kept and marked.",
                    "書き直してもすべての確認を通らなかった段落があります。最もよい文を残し、通らなかった点を示しています。",
                ],
            ),
            Self::ModelSwitched => (
                NoticeKind::Fallback,
                "model_switched",
                [
                    "原先的模型未能寫完，由另一個模型接手續寫。",
                    "原先的模型未能写完，由另一个模型接手续写。",
                    "The first model could not finish; another one goes on from what is written.",
                    "はじめのモデルが書き終えられなかったため、別のモデルが続きを書きます。",
                ],
            ),
            Self::ClassicFilled => (
                NoticeKind::Fallback,
                "classic_filled",
                [
                    "模型未能寫完，其餘段落由籤書原有的註解編成。",
                    "模型未能写完，其余段落由签书原有的注解编成。",
                    "The model could not finish; the remaining sections are composed from the deck's own commentary.",
                    "モデルが書き終えられなかったため、残りの段落はおみくじに付く注から編みました。",
                ],
            ),
            // To programs the same as the last one: models were asked, and classic text filled in.
            Self::NothingWritten => (
                NoticeKind::Fallback,
                "classic_filled",
                [
                    "模型未能寫出解讀，全文由籤書原有的註解編成。",
                    "模型未能写出解读，全文由签书原有的注解编成。",
                    "No model could write; the whole reading is composed from the deck's own commentary.",
                    "モデルが何も書けなかったため、全文をおみくじに付く注から編みました。",
                ],
            ),
            Self::NoModel => (
                NoticeKind::Fallback,
                "no_model",
                [
                    "沒有可用的模型，全文由籤書原有的註解編成。",
                    "没有可用的模型，全文由签书原有的注解编成。",
                    "There is no model to write with; the whole reading is composed from the deck's own commentary.",
                    "利用できるモデルがないため、全文をおみくじに付く注から編みました。",
                ],
            ),
            // As the deck wants it: nothing is missing and nothing has failed.
            Self::TraditionalText => (
                NoticeKind::Fallback,
                "traditional_text",
                [
                    "本宮只提供傳統籤文，全文由籤書原有的文字編成，不使用模型。",
                    "本宫只提供传统签文，全文由签书原有的文字编成，不使用模型。",
                    "This temple offers the traditional text: the whole reading is composed from it, and no model is asked.",
                    "こちらのおみくじは伝統の文だけをお伝えします。全文をもとの文章から編み、モデルは使いません。",
                ],
            ),
            Self::SameMatter => (
                NoticeKind::Rite,
                Prepared::SAME_MATTER,
                [
                    "一事一籤：這件事您在一日之內已抽過籤，仍以那一支為準。",
                    "一事一签：这件事您在一日之内已抽过签，仍以那一支为准。",
                    "One matter, one lot: you drew for this within the last day, and that lot stands.",
                    "一事一籤：この件では一日のうちにすでにおみくじを引いているため、同じ籤をお示しします。",
                ],
            ),
        };
        Notice {
            kind,
            code: code.to_owned(),
            message: choose(language, messages).to_owned(),
        }
    }
}

/// What a reading is.
pub(crate) fn disclaimer(origin: Origin, language: Language) -> &'static str {
    let texts = match origin {
        Origin::Model => [
            "籤詩是傳統文字，解讀由電腦模型寫成，供反思參考，不能代替專業意見。",
            "签诗是传统文字，解读由电脑模型写成，供反思参考，不能代替专业意见。",
            "A traditional text with a machine-written reflection; it does not replace professional advice.",
            "おみくじの詩は伝統の文章で、読み解きは機械が書いた、ふり返りのための文章です。専門家の助言に代わるものではありません。",
        ],
        Origin::Mixed => [
            "籤詩是傳統文字；解讀一部分由電腦模型寫成，其餘由籤書原有的註解編成，供反思參考，不能代替專業意見。",
            "签诗是传统文字；解读一部分由电脑模型写成，其余由签书原有的注解编成，供反思参考，不能代替专业意见。",
            "A traditional text with a reflection that is partly machine-written, partly composed from the deck's own commentary; it does not replace professional advice.",
            "おみくじの詩は伝統の文章で、読み解きの一部は機械が書いた文章、残りはおみくじに付く注から編んだものです。専門家の助言に代わるものではありません。",
        ],
        Origin::Classic => [
            "籤詩是傳統文字；解讀由籤書原有的註解編成，沒有使用模型，供反思參考，不能代替專業意見。",
            "签诗是传统文字；解读由签书原有的注解编成，没有使用模型，供反思参考，不能代替专业意见。",
            "A traditional text, composed from the deck's own commentary without a model; it does not replace professional advice.",
            "おみくじの詩は伝統の文章で、読み解きはモデルを使わず、おみくじに付く注から編んだものです。専門家の助言に代わるものではありません。",
        ],
    };
    choose(language, texts)
}

/// The one of four, in the order of [`Language::ALL`].
pub(crate) fn choose<T>(language: Language, [zh, zh_hans, en, ja]: [T; 4]) -> T {
    match language {
        Language::Zh => zh,
        Language::ZhHans => zh_hans,
        Language::En => en,
        Language::Ja => ja,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::to_simplified;

    #[test]
    fn every_language_says_it_in_its_own_script() {
        for event in [
            Event::SectionRewritten,
            Event::SectionUnrepaired,
            Event::ModelSwitched,
            Event::ClassicFilled,
            Event::NothingWritten,
            Event::NoModel,
            Event::TraditionalText,
            Event::SameMatter,
        ] {
            let [zh, zh_hans, en, ja] =
                Language::ALL.map(|language| event.notice(language).message);
            assert_eq!(to_simplified(&zh), zh_hans);
            assert_eq!(to_simplified(&zh_hans), zh_hans);
            assert!(en.is_ascii() && !ja.is_ascii() && ja != zh);
        }
        for origin in [Origin::Model, Origin::Mixed, Origin::Classic] {
            let [zh, zh_hans, en, ja] = Language::ALL.map(|language| disclaimer(origin, language));
            assert_eq!(to_simplified(zh), zh_hans);
            assert_eq!(to_simplified(zh_hans), zh_hans);
            assert!(en.is_ascii() && !ja.is_ascii() && ja != zh);
        }
    }
}
