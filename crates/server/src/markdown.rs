//! A reading as Markdown, piece by piece, for chat programs that know nothing else.

use kaucim_fortune::{Language, Lot, Notice, NoticeKind};
use kaucim_tasks::TaskResult;

/// Between two pieces.
pub(crate) const GAP: &str = "\n\n";

/// The whole, in the order of the reading.
pub(crate) fn reading(result: &TaskResult) -> String {
    let notices = |kinds: &[NoticeKind]| {
        let wanted = result
            .notices
            .iter()
            .filter(|notice| kinds.contains(&notice.kind));
        wanted.filter_map(notice).collect::<Vec<_>>()
    };
    let mut pieces = notices(&[NoticeKind::Safety, NoticeKind::Rite]);
    pieces.push(lot(&result.lot, result.language));
    pieces.extend(
        result
            .sections
            .iter()
            .map(|written| section(&written.title, &written.text)),
    );
    pieces.extend(notices(&[NoticeKind::Fallback]));
    pieces.push(ending(&result.disclaimer));
    pieces.join(GAP)
}

/// A word to the reader; none where it is about repairs, which show nothing here.
pub(crate) fn notice(notice: &Notice) -> Option<String> {
    match notice.kind {
        NoticeKind::Safety | NoticeKind::Rite | NoticeKind::Fallback => {
            Some(plain(&notice.message).replace('\n', "  \n"))
        }
        NoticeKind::Repair => None,
    }
}

/// The slip: its title, whose it is, and the verse.
pub(crate) fn lot(lot: &Lot, language: Language) -> String {
    let in_language = |names: &std::collections::BTreeMap<Language, String>| {
        let name = names.get(&language).or_else(|| names.values().next());
        plain(name.map(String::as_str).unwrap_or_default())
    };
    let grade = lot.grade.as_deref().map(plain);
    let grade = grade.map(|grade| format!(" · {grade}")).unwrap_or_default();
    let verse: Vec<String> = lot.verse.iter().map(|line| plain(line)).collect();
    format!(
        "# {}{grade}\n\n*{} · {} · {}*\n\n> {}",
        plain(&lot.title),
        in_language(&lot.deity),
        in_language(&lot.deck),
        lot.number,
        verse.join("  \n> "),
    )
}

/// A sealed section under its heading.
pub(crate) fn section(title: &str, text: &str) -> String {
    format!("## {}\n\n{}", plain(title), plain(text))
}

/// What the reading is, in its own words.
pub(crate) fn ending(disclaimer: &str) -> String {
    format!("---\n\n{}", plain(disclaimer).replace('\n', "  \n"))
}

/// Text that is text: no tag, no link and no picture comes of it.
fn plain(text: &str) -> String {
    text.replace('<', "\\<").replace('[', "\\[")
}
