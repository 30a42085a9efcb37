//! Keeps the decks of a running server as their folder is: when files change, and on SIGHUP.

use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    convert::Infallible,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use kaucim_decks::{Library, PackFault, Reload};
use kaucim_tasks::{Accounts, Act};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::{JoinError, spawn_blocking},
    time::{Instant, sleep},
};

pub(crate) mod settings;

/// How often the folder is looked at, at least …
const LOOK: Duration = Duration::from_secs(2);
/// … and so many times as long as a look takes: a great many files are looked at less often.
const REST: u32 = 50;

/// A change is taken when nothing has changed for so long: somebody may still be copying …
const STILL: Duration = Duration::from_millis(500);
/// … and after so many looks whatever comes.
const MOST_LOOKS: u32 = 60;

/// Folders below the folder of packs that are looked into: packs, and their lots.
const DEPTH: u32 = 2;

/// Watches the folder of packs.
pub(crate) struct Watch {
    folder: PathBuf,
    hangup: Signal,
    seen: u64,
    /// What was told about packs that are still as bad.
    told: BTreeSet<String>,
}

impl Watch {
    /// Begins to watch; to be called before the decks are read, so that no change is missed.
    pub(crate) fn begin(folder: PathBuf) -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            seen: fingerprint(&folder),
            told: BTreeSet::new(),
            folder,
        })
    }

    /// Tells what was found at the start: refused packs for people, warnings for the log.
    pub(crate) fn tell_first(&mut self, library: &Library, faults: &[PackFault]) {
        for fault in faults {
            crate::output::tell(&format!(
                "a deck is refused, the others are served: {fault}"
            ));
        }
        self.told = faults.iter().map(ToString::to_string).collect();
        tell_warnings(library);
    }

    /// Reads the decks again whenever they have changed, or when it is told to. It never ends by
    /// itself; whoever drops it stops it.
    pub(crate) async fn run(
        mut self,
        library: Library,
        accounts: Accounts,
    ) -> Result<Infallible, JoinError> {
        let mut pause = LOOK;
        loop {
            let is_told = tokio::select! {
                told = self.hangup.recv() => told.is_some(),
                () = sleep(pause) => false,
            };
            let before = Instant::now();
            let mut now = self.look().await?;
            pause = LOOK.max(before.elapsed() * REST);
            if now == self.seen && !is_told {
                continue;
            }
            if !is_told {
                now = self.until_still(now).await?;
            }
            self.seen = now;
            let changed = self.reload(&library).await?;
            if let Some(changed) = changed {
                let actor = if is_told { "SIGHUP" } else { "the folder" };
                let recorded = accounts.record(Act::DecksReloaded, actor, &changed).await;
                if let Err(error) = recorded {
                    tracing::warn!(error = %error, "that decks were read again is not recorded");
                }
            }
        }
    }

    async fn look(&self) -> Result<u64, JoinError> {
        let folder = self.folder.clone();
        spawn_blocking(move || fingerprint(&folder)).await
    }

    async fn until_still(&self, mut now: u64) -> Result<u64, JoinError> {
        for _ in 0..MOST_LOOKS {
            sleep(STILL).await;
            let next = self.look().await?;
            if next == now {
                break;
            }
            now = next;
        }
        Ok(now)
    }

    /// Reads the decks again; says which have changed or are gone, if any.
    async fn reload(&mut self, library: &Library) -> Result<Option<String>, JoinError> {
        let (folder, handle) = (self.folder.clone(), library.clone());
        let reload = spawn_blocking(move || handle.reload(&folder)).await?;
        self.tell_faults(&reload);
        let Reload {
            faults: _,
            kept: _,
            changed,
            gone,
        } = reload;
        if changed.is_empty() && gone.is_empty() {
            return Ok(None);
        }
        let (changed, gone) = (changed.join(", "), gone.join(", "));
        tracing::info!(
            packs.changed = changed,
            packs.gone = gone,
            "decks were read again; new questions get them (changed: [{changed}], gone: [{gone}])"
        );
        tell_warnings(library);
        Ok(Some(format!("changed: [{changed}], gone: [{gone}]")))
    }

    /// Logs what is wrong with packs, once for as long as it stays the same.
    fn tell_faults(&mut self, reload: &Reload) {
        let mut told = BTreeSet::new();
        for fault in &reload.faults {
            let words = fault.to_string();
            if !self.told.contains(&words) {
                let kept = reload.kept.contains(&fault.pack);
                let so = if kept {
                    "its last good version is served"
                } else {
                    "it is left out"
                };
                let first = fault.faults.first();
                tracing::warn!(
                    pack.name = fault.pack,
                    pack.file = first.map_or("", |first| &first.file),
                    pack.kept = kept,
                    "{words}\n  {so}"
                );
            }
            told.insert(words);
        }
        self.told = told;
    }
}

fn tell_warnings(library: &Library) {
    let warnings = library.warnings();
    let count: usize = warnings.values().map(Vec::len).sum();
    if count > 0 {
        let packs = warnings.len();
        tracing::info!(
            warnings = count,
            packs,
            "{count} warnings about {packs} of the packs; `kaucim deck lint` shows them"
        );
    }
}

/// A number that changes with the names, sizes and times of the files below a folder.
fn fingerprint(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    add(folder, DEPTH, &mut hasher);
    hasher.finish()
}

fn add(folder: &Path, depth: u32, hasher: &mut DefaultHasher) {
    let Ok(entries) = folder.read_dir() else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        path.hash(hasher);
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            // The time of a folder changes with files that are no part of a pack.
            if depth > 0 {
                add(&path, depth - 1, hasher);
            }
        } else {
            metadata.len().hash(hasher);
            metadata.modified().ok().hash(hasher);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_fingerprint_changes_with_every_file_of_a_pack() {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("decks/lamps");
        let decks = folder.path().join("decks");
        assert_eq!(fingerprint(&decks), fingerprint(&decks), "no folder");
        fs::create_dir_all(pack.join("lots")).unwrap();
        let mut before = fingerprint(&decks);
        let mut changed = |what: &str| {
            let now = fingerprint(&decks);
            assert_ne!(now, before, "{what}");
            before = now;
        };
        fs::write(pack.join("deck.toml"), "1").unwrap();
        changed("a new file");
        fs::write(pack.join("lots/001.toml"), "1").unwrap();
        changed("a new lot");
        fs::write(pack.join("lots/001.toml"), "12").unwrap();
        changed("another size");
        let file = fs::File::options()
            .write(true)
            .open(pack.join("lots/001.toml"))
            .unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        changed("another time");
        fs::rename(&pack, decks.join("candles")).unwrap();
        changed("another name");
        fs::remove_dir_all(decks.join("candles")).unwrap();
        changed("gone");
    }
}
