//! What goes into a statement and comes out of a row, whichever database it is.

use std::{borrow::Cow, error::Error, str::FromStr};

use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{self, IsNull, Type, to_sql_checked};

use super::StoreError;
use crate::{AccountId, DrawId, TaskId};

/// A value in either database.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

/// A row of an answer. Its columns are counted from 0.
pub(super) enum Row<'a> {
    Embedded(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    fn value(&self, column: usize) -> Result<Value<'_>, StoreError> {
        let value = match self {
            Self::Embedded(row) => match row.get_ref(column)? {
                ValueRef::Null => Some(Value::Null),
                ValueRef::Integer(number) => Some(Value::Number(number)),
                ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::from),
                ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
                ValueRef::Real(_) => None,
            },
            Self::Postgres(row) => of_postgres(row, column),
        };
        value.ok_or(StoreError::Misread(column))
    }

    pub(super) fn maybe_number<T: TryFrom<i64>>(
        &self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Number(number) => match T::try_from(number) {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(StoreError::Misread(column)),
            },
            Value::Text(_) | Value::Bytes(_) => Err(StoreError::Misread(column)),
        }
    }

    pub(super) fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        self.maybe_number(column)?
            .ok_or(StoreError::Misread(column))
    }

    pub(super) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.number::<i64>(column)? != 0)
    }

    pub(super) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.into_owned())),
            Value::Number(_) | Value::Bytes(_) => Err(StoreError::Misread(column)),
        }
    }

    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.maybe_text(column)?.ok_or(StoreError::Misread(column))
    }

    /// A text that means something.
    pub(super) fn parsed<T>(
        &self,
        column: usize,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        match self.value(column)? {
            Value::Text(text) => parse(&text),
            Value::Null | Value::Number(_) | Value::Bytes(_) => None,
        }
        .ok_or(StoreError::Misread(column))
    }

    /// A text that is read as its type reads itself, such as an identifier.
    pub(super) fn id<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.parsed(column, |text| text.parse().ok())
    }

    pub(super) fn maybe_id<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        let id = self.maybe_text(column)?.map(|text| text.parse());
        id.transpose().map_err(|_| StoreError::Misread(column))
    }

    pub(super) fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.to_vec())),
            Value::Number(_) | Value::Text(_) => Err(StoreError::Misread(column)),
        }
    }

    pub(super) fn maybe_hash(&self, column: usize) -> Result<Option<[u8; 32]>, StoreError> {
        let bytes = self.maybe_bytes(column)?;
        let hash = bytes.map(<[u8; 32]>::try_from).transpose();
        hash.map_err(|_| StoreError::Misread(column))
    }

    pub(super) fn hash(&self, column: usize) -> Result<[u8; 32], StoreError> {
        self.maybe_hash(column)?.ok_or(StoreError::Misread(column))
    }
}

/// Absent: it is of a kind that no statement of ours asks for.
fn of_postgres(row: &tokio_postgres::Row, column: usize) -> Option<Value<'_>> {
    let kind = row.columns().get(column)?.type_();
    let value = if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(column)
            .ok()?
            .map(Value::Number)
    } else if *kind == Type::INT4 {
        let number = row.try_get::<_, Option<i32>>(column).ok()?;
        number.map(|number| Value::Number(number.into()))
    } else if *kind == Type::BOOL {
        let flag = row.try_get::<_, Option<bool>>(column).ok()?;
        flag.map(Value::from)
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<&[u8]>>(column)
            .ok()?
            .map(Value::Bytes)
    } else {
        row.try_get::<_, Option<&str>>(column)
            .ok()?
            .map(Value::from)
    };
    Some(value.unwrap_or(Value::Null))
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl types::ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            // The statement says which of its numbers it means.
            Self::Number(number) if *kind == Type::INT4 => {
                i32::try_from(*number)?.to_sql(kind, out)
            }
            Self::Number(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        // Nothing that is counted here gets that far.
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Number(flag.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8; 32]> for Value<'a> {
    fn from(hash: &'a [u8; 32]) -> Self {
        Self::Bytes(hash)
    }
}

impl From<TaskId> for Value<'_> {
    fn from(task_id: TaskId) -> Self {
        task_id.to_string().into()
    }
}

impl From<AccountId> for Value<'_> {
    fn from(account_id: AccountId) -> Self {
        account_id.to_string().into()
    }
}

impl From<DrawId> for Value<'_> {
    fn from(draw_id: DrawId) -> Self {
        draw_id.to_string().into()
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
