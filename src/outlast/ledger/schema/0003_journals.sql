-- Several processes record into one database, each from a journal of its own: one place for each journal, known by
-- the journal's name. '' is the one journal of an earlier version, which had no name yet.
CREATE TABLE journal_positions (
  journal TEXT PRIMARY KEY,
  segment INTEGER NOT NULL,
  "offset" INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO journal_positions SELECT '', segment, "offset" FROM journal_position WHERE segment > 0;
DROP TABLE journal_position;

-- How many of a sum's calls never got a row (record = "off"); NULL: counted before that was kept.
ALTER TABLE totals ADD COLUMN unrecorded INTEGER;

-- Calls are deleted and read by their day.
CREATE INDEX exchanges_started ON exchanges (started_ns);

-- What was said may be deleted sooner than its call.
ALTER TABLE bodies ADD COLUMN started_ns INTEGER NOT NULL DEFAULT 0;
UPDATE bodies SET started_ns = ifnull((SELECT started_ns FROM exchanges WHERE exchanges.id = bodies.id), 0);
CREATE INDEX bodies_started ON bodies (started_ns);

-- What retention has deleted so far: calls and bodies that began before these instants, and how many they were.
CREATE TABLE retention (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  calls_before_ns INTEGER NOT NULL,
  bodies_before_ns INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  bodies INTEGER NOT NULL
);
INSERT INTO retention VALUES (1, 0, 0, 0, 0);
