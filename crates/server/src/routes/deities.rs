//! Who may be asked, with which decks, and what the decks hold.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use kaucim_decks::{
    Blocks, Deck as DeckOfLots, Deity as DeityOfLibrary, Entry, Grade, How, Language, Readings,
    Redraw, Topic,
};
use kaucim_fortune::{Lot, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App,
    auth::MayRead,
    parameters::{Path, Query},
    problem::Problem,
};

const SEARCH_CHARACTERS: usize = 200;
const SEARCH_RESULTS: usize = 20;

/// All deities.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deities {
    deities: Vec<Deity>,
}

/// A deity and its decks, the first of which is asked when none is named.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deity {
    id: String,
    name: BTreeMap<Language, String>,
    decks: Vec<Deck>,
}

/// One edition of a set of lots.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deck {
    deck_id: String,
    name: BTreeMap<Language, String>,
    /// Name of the temple, where the deck has one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    temple: BTreeMap<Language, String>,
    edition: String,
    source: String,
    licence: String,
    version: String,
    /// Lots are numbered from 1 to this.
    count: u32,
    language: Language,
    /// How often moon blocks are thrown after a draw; always to be left to the asker.
    blocks: Blocks,
    /// Who writes the readings.
    readings: Readings,
    /// Whether the same matter is shown the same lot for a day.
    redraw: Redraw,
    /// Best first, with how many lots have each; empty where the deck has none.
    grades: Vec<Grade>,
    /// Topics with a verdict in the deck.
    topics: Vec<Topic>,
}

/// The lots that an entry may mean, the likeliest first; none where it means no lot.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Entries {
    deck_id: String,
    version: String,
    entries: Vec<Candidate>,
}

/// A lot that may be meant.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Candidate {
    number: u32,
    how: How,
    /// 1 where the entry says exactly this lot and no other.
    score: f64,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// The first line of the verse, to recognise the slip by.
    line: String,
}

/// What a search found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Found {
    results: Vec<Source>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeckQuery {
    deck_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FindQuery {
    q: Option<String>,
    deck_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SearchQuery {
    q: Option<String>,
    deity_id: Option<String>,
}

pub(super) async fn deities(State(app): State<App>) -> Json<Deities> {
    let deities = app.fortune.library().deities();
    Json(Deities {
        deities: deities.iter().map(|deity| show(deity)).collect(),
    })
}

pub(super) async fn deity(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Deity>, Problem> {
    Ok(Json(show(&*app.fortune.library().deity(&id)?)))
}

pub(super) async fn lot(
    State(app): State<App>,
    Path((id, number)): Path<(String, String)>,
    Query(query): Query<DeckQuery>,
) -> Result<Json<Lot>, Problem> {
    let deck = app.fortune.library().deck(&id, query.deck_id.as_deref())?;
    let number = number
        .parse()
        .map_err(|_| Problem::UnknownLot("a lot is named by its number".to_owned()))?;
    Ok(Json(Lot::clone(&*deck.lot(number)?)))
}

pub(super) async fn find(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<FindQuery>,
) -> Result<Json<Entries>, Problem> {
    let text = query.q.unwrap_or_default();
    if !(1..=SEARCH_CHARACTERS).contains(&text.trim().chars().count()) {
        return Err(Problem::Invalid(format!(
            "`q` has 1 to {SEARCH_CHARACTERS} characters"
        )));
    }
    let deck = app.fortune.library().deck(&id, query.deck_id.as_deref())?;
    let candidate = |Entry { number, how, score }| {
        let lot = deck.lot(number).ok()?;
        Some(Candidate {
            number,
            how,
            score,
            title: lot.title.clone(),
            grade: lot.grade.clone(),
            line: lot.verse.first().cloned().unwrap_or_default(),
        })
    };
    Ok(Json(Entries {
        deck_id: deck.id.clone(),
        version: deck.version.clone(),
        entries: deck.find(&text).into_iter().filter_map(candidate).collect(),
    }))
}

pub(super) async fn search(
    State(app): State<App>,
    MayRead(_): MayRead,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Found>, Problem> {
    let text = query.q.unwrap_or_default();
    if !(1..=SEARCH_CHARACTERS).contains(&text.trim().chars().count()) {
        return Err(Problem::Invalid(format!(
            "`q` has 1 to {SEARCH_CHARACTERS} characters"
        )));
    }
    let deity_id = query.deity_id.as_deref();
    if let Some(id) = deity_id {
        app.fortune.library().deity(id)?;
    }
    let results = app.fortune.search(&text, deity_id, SEARCH_RESULTS).await;
    Ok(Json(Found { results }))
}

fn show(deity: &DeityOfLibrary) -> Deity {
    Deity {
        id: deity.id.clone(),
        name: deity.name.clone(),
        decks: deity.decks.iter().map(show_deck).collect(),
    }
}

fn show_deck(deck: &Arc<DeckOfLots>) -> Deck {
    Deck {
        deck_id: deck.id.clone(),
        name: deck.name.clone(),
        temple: deck.temple.clone(),
        edition: deck.edition.clone(),
        source: deck.source.clone(),
        licence: deck.licence.clone(),
        version: deck.version.clone(),
        count: deck.count(),
        language: deck.language,
        blocks: deck.blocks,
        readings: deck.readings,
        redraw: deck.redraw,
        grades: deck.grades().to_vec(),
        topics: deck.topics().into_iter().collect(),
    }
}
