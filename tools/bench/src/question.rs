//! Questions that nobody else asks, and who asked what the model was asked.

use std::fmt::Display;

use serde_json::Value;

const BEFORE_NAME: &str = "緣分何時到？（問者";
const BEHIND_NAME: &str = "）";

/// A question with a name in it.
pub(crate) fn of(name: impl Display) -> String {
    format!("{BEFORE_NAME}{name}{BEHIND_NAME}")
}

/// The name in a request to the model.
pub(crate) fn name(request: &Value) -> Option<String> {
    let request = request.to_string();
    let (_, rest) = request.split_once(BEFORE_NAME)?;
    let (name, _) = rest.split_once(BEHIND_NAME)?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_asked_is_read_from_what_the_model_was_asked() {
        let request =
            json!({"messages": [{"content": format!("<question>{}</question>", of("1-7"))}]});
        assert_eq!(name(&request).as_deref(), Some("1-7"));
        assert_eq!(name(&json!({"messages": []})), None);
    }
}
