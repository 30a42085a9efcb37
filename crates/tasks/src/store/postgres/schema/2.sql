-- The reading that a question follows: it is asked of the same lot, knows that reading, and goes with
-- it. Nodes of the version before know nothing of that: one that takes up such a question reads it
-- as any other, and one that erases the first erases this with it, also while it is being read.
ALTER TABLE tasks ADD COLUMN follows text COLLATE "C";
-- No question follows one yet, so that no row has to be looked at.
ALTER TABLE tasks ADD CONSTRAINT tasks_follows_fkey
    FOREIGN KEY (follows) REFERENCES tasks ON DELETE CASCADE NOT VALID;
-- A reading has one such question, not counting those that came to no reading.
CREATE UNIQUE INDEX tasks_followed_once ON tasks (follows)
    WHERE follows IS NOT NULL AND status NOT IN ('cancelled', 'failed');
CREATE INDEX tasks_by_followed ON tasks (follows) WHERE follows IS NOT NULL;
