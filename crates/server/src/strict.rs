//! Walks a JSON body before it is read, and refuses what serde would let pass although no client
//! can mean it.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// An object in which no name stands twice and no text holds what cannot be shown, at any depth.
pub(crate) struct StrictObject;

/// Any value of such an object.
struct StrictValue;

struct Walk;

impl<'de> Deserialize<'de> for StrictObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Walk).map(|()| Self)
    }
}

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk).map(|()| Self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            refuse_what_cannot_be_shown(&name)?;
            map.next_value::<StrictValue>()?;
            if let Some(name) = names.replace(name) {
                return Err(A::Error::custom(format_args!("`{name}` stands twice")));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element::<StrictValue>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        refuse_what_cannot_be_shown(text)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// NUL ends strings elsewhere; the two overrides make text look like other text.
fn refuse_what_cannot_be_shown<E: Error>(text: &str) -> Result<(), E> {
    match text.find(['\0', '\u{202d}', '\u{202e}']) {
        None => Ok(()),
        Some(_) => Err(E::custom("a text holds a character that cannot be shown")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::error::Category;

    use super::*;

    #[track_caller]
    fn check(json: &str, refused: Option<Category>) {
        let read = serde_json::from_str::<StrictObject>(json);
        assert_eq!(read.err().map(|error| error.classify()), refused, "{json}");
    }

    #[test]
    fn objects_are_walked_to_the_bottom() {
        check(
            r#"{"a": [1, -1, 0.5, true, null, {"b": "x"}, {"b": "y"}], "b": {}}"#,
            None,
        );
        check(r#"{"a": 1, "a": 1}"#, Some(Category::Data));
        check(r#"{"x": [{"a": 1, "\u0061": 2}]}"#, Some(Category::Data));
        check(r#"{"x": ["a\u0000b"]}"#, Some(Category::Data));
        check(r#"{"a\u202eb": 1}"#, Some(Category::Data));
        check(r#"["a"]"#, Some(Category::Data));
        check(r#""a""#, Some(Category::Data));
        check(r#"{"x": "\ud800"}"#, Some(Category::Syntax));
        check(r#"{"x": NaN}"#, Some(Category::Syntax));
        check("", Some(Category::Eof));
        let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
        check(&deep, Some(Category::Syntax));
    }
}
