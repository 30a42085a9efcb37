//! Puts tables into a document, between the marks that stand there for them.

use std::{fs, path::Path};

use anyhow::Context;

/// Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a file.
///
/// # Errors
/// The file cannot be read or written, or has no such marks.
pub fn write_between(path: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let file = || path.display().to_string();
    let document = fs::read_to_string(path).with_context(file)?;
    let written = between(&document, name, text)
        .with_context(|| format!("{} has no marks for `{name}`", file()))?;
    fs::write(path, written).with_context(file)
}

fn between(document: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = document.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!(
        "{before}{open}\n\n{}\n\n{close}{after}",
        text.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let document = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->";
        let written = between(document, "x", "new\n").unwrap();
        assert_eq!(
            written,
            "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->"
        );
        assert_eq!(between(document, "z", "new"), None);
    }
}
