//! Packs that were loaded one after the other, and what they add up to.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, LazyLock},
};

use crate::{
    Deck, Deity, Fault, PackFault, Reload,
    lint::{self, Verses},
    pack::{self, Files, Folder, Loaded},
};

/// Packs in the order in which they answer, and the deities that they answer for.
#[derive(Debug)]
pub(super) struct Shelf {
    packs: Vec<Arc<Shelved>>,
    pub(super) deities: BTreeMap<String, Arc<Deity>>,
}

/// A pack that is served.
#[derive(Debug)]
struct Shelved {
    name: String,
    /// Whether it is inside the program.
    is_starter: bool,
    /// Hash of its files.
    digest: [u8; 32],
    /// The deck, once for each deity that it answers for.
    decks: Vec<Arc<Deck>>,
    warnings: Vec<Fault>,
    verses: Verses,
}

/// The packs inside the program: read and indexed once, then shared by every library.
static STARTER: LazyLock<Vec<Arc<Shelved>>> = LazyLock::new(|| {
    let mut packs: Vec<Arc<Shelved>> = Vec::new();
    for files in pack::embedded() {
        match Shelved::load(&files, &packs) {
            Ok(pack) => packs.push(Arc::new(pack)),
            Err(fault) => tracing::error!(%fault, "a pack of the program itself is refused"),
        }
    }
    packs
});

impl Shelf {
    /// The packs inside the program.
    pub(super) fn starter() -> Self {
        Self::new(STARTER.clone())
    }

    fn new(packs: Vec<Arc<Shelved>>) -> Self {
        let mut deities: BTreeMap<String, Deity> = BTreeMap::new();
        for deck in packs.iter().flat_map(|pack| &pack.decks) {
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
            packs,
            deities: deities
                .into_iter()
                .map(|(id, deity)| (id, Arc::new(deity)))
                .collect(),
        }
    }

    /// The shelf as it is with what lies in a folder now, the starter deck last.
    pub(super) fn read(&self, folder_of_packs: &Path) -> (Self, Reload) {
        let mut reload = Reload::default();
        let folders = match pack::folders(folder_of_packs) {
            Ok(folders) => folders,
            Err(fault) => {
                reload.kept = self.operators().map(|pack| pack.name.clone()).collect();
                reload.faults.push(fault);
                return (Self::new(self.packs.clone()), reload);
            }
        };
        // The starter's ids are taken before any operator's.
        let mut packs: Vec<Arc<Shelved>> = STARTER.clone();
        for folder in &folders {
            let before = self.operators().find(|pack| pack.name == folder.name);
            match Shelved::read(folder, before, &packs) {
                Ok(pack) => {
                    let version = |pack: &Shelved| pack.decks[0].version.clone();
                    if before.is_none_or(|before| version(before) != version(&pack)) {
                        reload.changed.push(folder.name.clone());
                    }
                    packs.push(pack);
                }
                Err(fault) => {
                    reload.faults.push(fault);
                    let stands =
                        before.filter(|before| before.verses.taken_by(verses(&packs)).is_none());
                    if let Some(before) = stands {
                        reload.kept.push(folder.name.clone());
                        packs.push(Arc::clone(before));
                    }
                }
            }
        }
        let names: BTreeSet<&str> = packs.iter().map(|pack| pack.name.as_str()).collect();
        let gone = self
            .operators()
            .filter(|pack| !names.contains(pack.name.as_str()));
        reload.gone = gone.map(|pack| pack.name.clone()).collect();
        let starters = packs.iter().filter(|pack| pack.is_starter).count();
        packs.rotate_left(starters);
        (Self::new(packs), reload)
    }

    /// Every deck under its own deity.
    pub(super) fn decks(&self) -> impl Iterator<Item = &Arc<Deck>> {
        self.packs.iter().filter_map(|pack| pack.decks.first())
    }

    /// What somebody should look at, by the name of the pack.
    pub(super) fn warnings(&self) -> BTreeMap<String, Vec<Fault>> {
        let ids: BTreeSet<&str> = self
            .packs
            .iter()
            .map(|pack| pack.verses.deck_id())
            .collect();
        self.packs
            .iter()
            .map(|pack| {
                let mut warnings = pack.warnings.clone();
                warnings.extend(lint::missing_links(&pack.verses, &ids));
                (pack.name.clone(), warnings)
            })
            .filter(|(_, warnings)| !warnings.is_empty())
            .collect()
    }

    fn operators(&self) -> impl Iterator<Item = &Arc<Shelved>> {
        self.packs.iter().filter(|pack| !pack.is_starter)
    }
}

impl Shelved {
    /// Reads a pack, unless it is the one that was read before.
    fn read(
        folder: &Folder,
        before: Option<&Arc<Self>>,
        others: &[Arc<Self>],
    ) -> Result<Arc<Self>, PackFault> {
        let files = folder.read()?;
        match before {
            // It may have been alone before, and has others beside it now.
            Some(before) if before.digest == files.digest() && before.stands_beside(others) => {
                Ok(Arc::clone(before))
            }
            Some(_) | None => Self::load(&files, others).map(Arc::new),
        }
    }

    fn load(files: &Files, others: &[Arc<Self>]) -> Result<Self, PackFault> {
        let Loaded {
            decks,
            mut warnings,
            verses,
        } = pack::load(files)?;
        let (fault, more) = lint::between(&verses, self::verses(others));
        let fault = verses.taken_by(self::verses(others)).or(fault);
        if let Some(fault) = fault {
            return Err(PackFault {
                pack: files.name.clone(),
                faults: vec![fault],
            });
        }
        warnings.extend(more);
        Ok(Self {
            name: files.name.clone(),
            is_starter: files.is_starter,
            digest: files.digest(),
            decks,
            warnings,
            verses,
        })
    }

    fn stands_beside(&self, others: &[Arc<Self>]) -> bool {
        let (fault, _) = lint::between(&self.verses, verses(others));
        self.verses.taken_by(verses(others)).or(fault).is_none()
    }
}

fn verses(packs: &[Arc<Shelved>]) -> impl Iterator<Item = &Verses> {
    packs.iter().map(|pack| &pack.verses)
}
