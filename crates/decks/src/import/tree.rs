//! Values of JSON and YAML, read within limits on their number, depth and size.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Values in all that a source may have: fifty for each of ten thousand lots.
pub(super) const MAX_VALUES: usize = 500_000;

/// Values may lie so many deep inside each other.
pub(super) const MAX_DEPTH: usize = 32;

/// Bytes of text in all; more than a file has, and less than aliases could make of it.
const MAX_TEXT: usize = 64 << 20;

/// What may still be read of one source.
#[derive(Debug)]
pub(super) struct Limits {
    values: Cell<usize>,
    text: Cell<usize>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            values: Cell::new(MAX_VALUES),
            text: Cell::new(MAX_TEXT),
        }
    }

    /// What reads one value.
    pub(super) fn value(&self) -> Tree<'_> {
        Tree {
            limits: self,
            depth: 0,
        }
    }
}

/// Reads one value. A key that stands twice in one object is refused: one of them would be lost.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    limits: &'a Limits,
    depth: usize,
}

impl Tree<'_> {
    fn take<E: Error>(self, text: usize) -> Result<(), E> {
        let left = |cell: &Cell<usize>, taken| {
            let left = cell.get().checked_sub(taken);
            cell.set(left.unwrap_or(0));
            left.is_some()
        };
        if !left(&self.limits.values, 1) {
            return Err(E::custom(format!("more than {MAX_VALUES} values")));
        }
        if !left(&self.limits.text, text) {
            return Err(E::custom("more than 64 MiB of text"));
        }
        Ok(())
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH {
            return Err(E::custom(format!("nested more than {MAX_DEPTH} deep")));
        }
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.take(0).map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.take(0).map(|()| Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.take(0).map(|()| Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.take(0)?;
        let number = Number::from_f64(value);
        number.map_or_else(
            || Err(E::custom("a number that is none")),
            |number| Ok(Value::Number(number)),
        )
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.take(value.len())
            .map(|()| Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.take(0).map(|()| Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Value, A::Error> {
        self.take(0)?;
        let deeper = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = parts.next_element_seed(deeper)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.take(0)?;
        let deeper = self.deeper()?;
        let mut fields = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.take(key.len())?;
            let value = entries.next_value_seed(deeper)?;
            if fields.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "`{key}` stands twice in one object"
                )));
            }
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}
