//! The shelf of decks: who may be asked, and with which lots.

mod shelf;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use arc_swap::ArcSwap;

use self::shelf::Shelf;
use crate::{Deck, Fault, Language, LookupError, PackFault, Query, Source, search};

/// All decks of this process; a cheap handle whose content can be swapped as one.
///
/// Clones share the content. What a reader took (an `Arc<Deck>`) stays as it was.
#[derive(Debug, Clone)]
pub struct Library {
    shelf: Arc<ArcSwap<Shelf>>,
}

/// Who is asked, and the decks that answer for them.
#[derive(Debug, Clone)]
pub struct Deity {
    pub id: String,
    pub name: BTreeMap<Language, String>,
    /// The first one is used when a question names none.
    pub decks: Vec<Arc<Deck>>,
}

/// What became of the packs when their folder was read again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reload {
    /// Packs that break a rule now.
    pub faults: Vec<PackFault>,
    /// Of those, the packs whose last good version is still served.
    pub kept: Vec<String>,
    /// Packs that are served in another version than before, or for the first time.
    pub changed: Vec<String>,
    /// Packs that are served no more.
    pub gone: Vec<String>,
}

impl Library {
    /// Holds the starter deck alone.
    pub fn starter() -> Self {
        Self::of(Shelf::starter())
    }

    /// Holds the packs in the sub-folders of a folder and the starter deck after them.
    ///
    /// A pack that breaks a rule is left out and told of; the others stand. A folder that does
    /// not exist holds no packs.
    pub fn open(folder_of_packs: &Path) -> (Self, Vec<PackFault>) {
        let (shelf, reload) = Shelf::starter().read(folder_of_packs);
        (Self::of(shelf), reload.faults)
    }

    /// Reads the folder again and swaps the content, for every clone of this handle.
    ///
    /// A pack that turned bad keeps its last good version; one that is gone goes. What has not
    /// changed is not read a second time. Where the folder itself cannot be read, all stays.
    pub fn reload(&self, folder_of_packs: &Path) -> Reload {
        let (shelf, reload) = self.shelf.load().read(folder_of_packs);
        self.shelf.store(Arc::new(shelf));
        self.warm_up();
        reload
    }

    /// Swaps the content for that of another library, for every clone of this handle.
    pub fn replace(&self, other: &Self) {
        self.shelf.store(other.shelf.load_full());
    }

    /// All deities, in the order of their ids.
    pub fn deities(&self) -> Vec<Arc<Deity>> {
        self.shelf.load().deities.values().cloned().collect()
    }

    /// The deity of that id.
    pub fn deity(&self, id: &str) -> Result<Arc<Deity>, LookupError> {
        let shelf = self.shelf.load();
        shelf
            .deities
            .get(id)
            .cloned()
            .ok_or_else(|| LookupError::UnknownDeity(id.to_owned()))
    }

    /// The named deck of a deity, or its first one.
    pub fn deck(&self, deity: &str, deck: Option<&str>) -> Result<Arc<Deck>, LookupError> {
        let found = self.deity(deity)?;
        let mut decks = found.decks.iter();
        let chosen = match deck {
            Some(id) => decks.find(|deck| deck.id == id),
            None => decks.next(),
        };
        chosen.cloned().ok_or_else(|| LookupError::UnknownDeck {
            deity: deity.to_owned(),
            deck: deck.unwrap_or_default().to_owned(),
        })
    }

    /// The decks that a deck links to, as far as they are there; under their own deities.
    pub fn linked(&self, deck: &Deck) -> Vec<Arc<Deck>> {
        let shelf = self.shelf.load();
        let find = |id: &String| shelf.decks().find(|other| other.id == *id).cloned();
        deck.links.iter().filter_map(find).collect()
    }

    /// What somebody should look at in the packs that are served, by the name of the pack; those
    /// without any are not among them.
    pub fn warnings(&self) -> BTreeMap<String, Vec<Fault>> {
        self.shelf.load().warnings()
    }

    /// Passages of all decks, or of one deity's, that match a query in any of the languages; best
    /// first. An unknown deity has none.
    pub fn search<'a>(
        &self,
        query: impl Into<Query<'a>>,
        deity_id: Option<&str>,
        limit: usize,
    ) -> Vec<Source> {
        let shelf = self.shelf.load();
        let mut seen = BTreeSet::new();
        let decks: Vec<_> = shelf
            .deities
            .values()
            .filter(|deity| deity_id.is_none_or(|id| id == deity.id))
            .flat_map(|deity| &deity.decks)
            // A deck that answers for several deities is one deck here.
            .filter(|deck| seen.insert(&deck.id))
            .map(AsRef::as_ref)
            .collect();
        search::search(&decks, &query.into(), limit)
    }

    /// Makes what searches need that is not made yet, which else the first search does. Takes a
    /// second of one processor for some ten thousand passages.
    pub fn warm_up(&self) {
        for deck in self.shelf.load().decks() {
            deck.index.warm_up();
        }
    }

    /// All decks, of whichever deity.
    pub fn decks(&self) -> Vec<Arc<Deck>> {
        let shelf = self.shelf.load();
        let deities = shelf.deities.values();
        deities.flat_map(|deity| &deity.decks).cloned().collect()
    }

    fn of(shelf: Shelf) -> Self {
        Self {
            shelf: Arc::new(ArcSwap::from_pointee(shelf)),
        }
    }
}
