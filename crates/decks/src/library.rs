//! The shelf of decks: who may be asked, and with which lots.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock},
};

use arc_swap::ArcSwap;

use crate::{
    Deck, Language, LookupError, PackFault, Query, Source,
    pack::{self, Fault},
    search,
};

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

#[derive(Debug)]
struct Shelf {
    deities: BTreeMap<String, Arc<Deity>>,
}

/// The decks inside the program: read and indexed once, then shared by every library.
static STARTER: LazyLock<Loaded> = LazyLock::new(|| {
    let mut starter = Loaded::default();
    starter.load(pack::embedded());
    starter
});

impl Library {
    /// Holds the starter deck alone.
    pub fn starter() -> Self {
        let shelf = Shelf::new(&STARTER.decks);
        Self {
            shelf: Arc::new(ArcSwap::from_pointee(shelf)),
        }
    }

    /// Holds the packs in the sub-folders of a folder and the starter deck after them.
    ///
    /// A pack that breaks a rule is left out and told of; the others stand. A folder that does
    /// not exist holds no packs.
    pub fn open(folder_of_packs: &Path) -> (Self, Vec<PackFault>) {
        let (shelf, faults) = Shelf::read(folder_of_packs);
        (
            Self {
                shelf: Arc::new(ArcSwap::from_pointee(shelf)),
            },
            faults,
        )
    }

    /// Reads the folder again and swaps the content, for every clone of this handle.
    ///
    /// To keep what stands when a pack turned bad, [`open`](Self::open) another library and
    /// [`replace`](Self::replace) by it only if it has no faults.
    pub fn reload(&self, folder_of_packs: &Path) -> Vec<PackFault> {
        let (shelf, faults) = Shelf::read(folder_of_packs);
        self.shelf.store(Arc::new(shelf));
        faults
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

    /// Passages of all decks, or of one deity's, that match a query in any of the languages; best
    /// first. An unknown deity has none.
    pub fn search<'a>(
        &self,
        query: impl Into<Query<'a>>,
        deity_id: Option<&str>,
        limit: usize,
    ) -> Vec<Source> {
        let shelf = self.shelf.load();
        let decks: Vec<_> = shelf
            .deities
            .values()
            .filter(|deity| deity_id.is_none_or(|id| id == deity.id))
            .flat_map(|deity| &deity.decks)
            .map(AsRef::as_ref)
            .collect();
        search::search(&decks, &query.into(), limit)
    }

    /// All decks, of whichever deity.
    pub fn decks(&self) -> Vec<Arc<Deck>> {
        let shelf = self.shelf.load();
        let deities = shelf.deities.values();
        deities.flat_map(|deity| &deity.decks).cloned().collect()
    }
}

impl Shelf {
    fn read(folder_of_packs: &Path) -> (Self, Vec<PackFault>) {
        let starter = &*STARTER;
        let mut operators = Loaded {
            owners: starter.owners.clone(),
            ..Loaded::default()
        };
        operators.load(pack::folders(folder_of_packs));
        operators.decks.extend(starter.decks.iter().cloned());
        operators.faults.extend(starter.faults.iter().cloned());
        (Self::new(&operators.decks), operators.faults)
    }

    fn new(decks: &[Arc<Deck>]) -> Self {
        let mut deities: BTreeMap<String, Deity> = BTreeMap::new();
        for deck in decks {
            deities
                .entry(deck.deity_id.clone())
                .or_insert_with(|| Deity {
                    id: deck.deity_id.clone(),
                    name: deck.deity_name.clone(),
                    decks: Vec::new(),
                })
                .decks
                .push(Arc::clone(deck));
        }
        Self {
            deities: deities
                .into_iter()
                .map(|(id, deity)| (id, Arc::new(deity)))
                .collect(),
        }
    }
}

/// Packs that were loaded one after the other.
#[derive(Default)]
struct Loaded {
    decks: Vec<Arc<Deck>>,
    faults: Vec<PackFault>,
    /// Which pack has a deck's id.
    owners: BTreeMap<String, String>,
}

impl Loaded {
    fn load(&mut self, packs: Vec<Result<pack::Files, PackFault>>) {
        for pack in packs {
            if let Err(fault) = pack.and_then(|files| self.add(&files)) {
                self.faults.push(fault);
            }
        }
    }

    fn add(&mut self, files: &pack::Files) -> Result<(), PackFault> {
        let deck = pack::load(files)?;
        if let Some(owner) = self.owners.get(&deck.id) {
            let reason = format!("`{}` is the id of pack `{owner}` already", deck.id);
            return Err(PackFault {
                pack: files.name.clone(),
                faults: vec![Fault::of_deck("id", reason)],
            });
        }
        self.owners.insert(deck.id.clone(), files.name.clone());
        self.decks.push(Arc::new(deck));
        Ok(())
    }
}
