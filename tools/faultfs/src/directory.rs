//! Which names there are, and which of them outlive a power loss.
//!
//! As in file systems with a journal, changes of names reach the disk in the order in which they
//! were made: a power loss takes back the latest ones, however many, and never one before another.

use std::collections::BTreeMap;

use crate::random::Random;

/// Which file a name stands for; a name that is deleted and made again is another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId(pub(crate) u64);

#[derive(Debug, Default)]
pub(crate) struct Directory {
    durable: BTreeMap<String, FileId>,
    seen: BTreeMap<String, FileId>,
    unsynced: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    name: String,
    /// Absent when the name was deleted.
    file: Option<FileId>,
}

impl Directory {
    pub(crate) fn find(&self, name: &str) -> Option<FileId> {
        self.seen.get(name).copied()
    }

    /// The names that programs see, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, FileId)> {
        self.seen.iter().map(|(name, file)| (name.as_str(), *file))
    }

    pub(crate) fn set(&mut self, name: &str, file: Option<FileId>) {
        let change = Change {
            name: name.to_owned(),
            file,
        };
        change.apply(&mut self.seen);
        self.unsynced.push(change);
    }

    /// Makes every change durable.
    pub(crate) fn sync(&mut self) {
        self.settle(self.unsynced.len());
    }

    /// Makes durable that `file` was made, with all that came before.
    pub(crate) fn sync_creation(&mut self, file: FileId) {
        let made = |change: &Change| change.file == Some(file);
        if let Some(at) = self.unsynced.iter().position(made) {
            self.settle(at + 1);
        }
    }

    /// Takes back the changes that chance says, as a power loss does.
    pub(crate) fn cut(&mut self, random: &mut Random) {
        self.settle(random.below(self.unsynced.len() + 1));
        self.unsynced.clear();
        self.seen.clone_from(&self.durable);
    }

    /// Whether a name stands for `file`, or could after a power loss.
    pub(crate) fn reaches(&self, file: FileId) -> bool {
        self.seen.values().any(|seen| *seen == file)
            || self.durable.values().any(|durable| *durable == file)
            || self.unsynced.iter().any(|made| made.file == Some(file))
    }

    fn settle(&mut self, count: usize) {
        for change in self.unsynced.drain(..count) {
            change.apply(&mut self.durable);
        }
    }
}

impl Change {
    fn apply(&self, to: &mut BTreeMap<String, FileId>) {
        match self.file {
            Some(file) => to.insert(self.name.clone(), file),
            None => to.remove(&self.name),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: FileId = FileId(1);
    const SECOND: FileId = FileId(2);

    /// The files that stand after a power loss, for many seeds.
    fn after_power_loss(sync: impl Fn(&mut Directory)) -> Vec<[bool; 2]> {
        let lives = (0..100).map(|seed| {
            let mut directory = Directory::default();
            directory.set("first", Some(FIRST));
            directory.set("second", Some(SECOND));
            directory.set("first", None);
            sync(&mut directory);
            directory.cut(&mut Random::new(seed));
            ["first", "second"].map(|name| directory.find(name).is_some())
        });
        let mut found: Vec<_> = lives.collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn the_latest_changes_are_taken_back_and_none_before_another() {
        let found = after_power_loss(|_| {});
        let expected = [[false, false], [false, true], [true, false], [true, true]];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_synced_file_keeps_its_name_and_what_came_before() {
        let found = after_power_loss(|directory| directory.sync_creation(SECOND));
        assert_eq!(found, [[false, true], [true, true]]);
    }

    #[test]
    fn a_synced_folder_keeps_all() {
        assert_eq!(after_power_loss(Directory::sync), [[false, true]]);
    }
}
