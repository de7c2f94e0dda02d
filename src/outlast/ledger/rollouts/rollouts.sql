-- version: Grows with every step, pin and window; the only thing that a process at rest asks for.
CREATE TABLE version (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL);

-- first_version: Of a new file.
INSERT INTO version VALUES (1, 1);

-- rollouts: One row for each, with its newest state; plans and states are JSON.
CREATE TABLE rollouts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  phase TEXT NOT NULL,
  stage INTEGER NOT NULL,
  number INTEGER NOT NULL,
  keep_days INTEGER NOT NULL,
  plan BLOB NOT NULL,
  state BLOB NOT NULL
);

-- one_live: Whoever is second to begin is refused by the file itself.
CREATE UNIQUE INDEX one_live ON rollouts (model) WHERE phase IN ('running', 'paused');

-- steps: The history, as JSON.
CREATE TABLE steps (rollout TEXT NOT NULL, number INTEGER NOT NULL, taken BLOB NOT NULL, PRIMARY KEY (rollout, number))
WITHOUT ROWID;

-- pins: One for each model, key and user.
CREATE TABLE pins (model TEXT NOT NULL, key TEXT NOT NULL, user TEXT NOT NULL, pin BLOB NOT NULL, PRIMARY KEY (model, key, user))
WITHOUT ROWID;

-- windows: Brown-outs by requested name.
CREATE TABLE windows (name TEXT PRIMARY KEY, windows BLOB NOT NULL) WITHOUT ROWID;

-- assignments: Which model a conversation has. The stage is NULL where it was not chance.
CREATE TABLE assignments (
  rollout TEXT NOT NULL,
  conversation BLOB NOT NULL,
  arm TEXT NOT NULL,
  stage INTEGER,
  used_day INTEGER NOT NULL,
  PRIMARY KEY (rollout, conversation)
) WITHOUT ROWID;

-- by_use: What was not used for longest.
CREATE INDEX assignments_used ON assignments (rollout, used_day);

-- units: Users and keys that have B.
CREATE TABLE units (rollout TEXT NOT NULL, unit BLOB NOT NULL, used_day INTEGER NOT NULL, PRIMARY KEY (rollout, unit))
WITHOUT ROWID;

-- units_by_use: What was not used for longest.
CREATE INDEX units_used ON units (rollout, used_day);

-- measured: What is observed of one unit in one stage; counted where turns are NULL, so that nothing counts twice.
CREATE TABLE measured (
  rollout TEXT NOT NULL,
  stage INTEGER NOT NULL,
  mark BLOB NOT NULL,
  conversation BLOB,
  first_ns INTEGER NOT NULL,
  turns BLOB,
  PRIMARY KEY (rollout, stage, mark)
) WITHOUT ROWID;

-- by_first: What is observed still.
CREATE INDEX measured_open ON measured (rollout, first_ns) WHERE turns IS NOT NULL;

-- boards: The guards of each stage, as JSON; those of earlier stages stay as evidence.
CREATE TABLE boards (rollout TEXT NOT NULL, stage INTEGER NOT NULL, board BLOB NOT NULL, PRIMARY KEY (rollout, stage))
WITHOUT ROWID;

-- spending: Of shadows, in picodollars.
CREATE TABLE spending (rollout TEXT PRIMARY KEY, pico_usd INTEGER NOT NULL) WITHOUT ROWID;

-- get_version: The number.
SELECT number FROM version;

-- bump: Every process looks again.
UPDATE version SET number = number + 1;

-- newest: The newest rollout of each model.
SELECT id, plan, state FROM rollouts WHERE seq IN (SELECT max(seq) FROM rollouts GROUP BY model) ORDER BY model;

-- live: The rollout of a model that is under way.
SELECT id FROM rollouts WHERE model = ? AND phase IN ('running', 'paused');

-- begin: A new rollout.
INSERT INTO rollouts (id, model, phase, stage, number, keep_days, plan, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- add_step: A step of its number, which is taken once.
INSERT INTO steps (rollout, number, taken) VALUES (?, ?, ?);

-- number: How many steps were taken.
SELECT number FROM rollouts WHERE id = ?;

-- step: The state after it.
UPDATE rollouts SET phase = ?, stage = ?, number = ?, state = ? WHERE id = ?;

-- of_model: Every rollout of a model, the newest first.
SELECT id, plan, state FROM rollouts WHERE model = ? ORDER BY seq DESC;

-- steps_of: Its steps in their order.
SELECT taken FROM steps WHERE rollout = ? ORDER BY number;

-- get_pins: All of them.
SELECT model, pin FROM pins ORDER BY model, key, user;

-- set_pin: In the place of an earlier one.
INSERT OR REPLACE INTO pins (model, key, user, pin) VALUES (?, ?, ?, ?);

-- drop_pin: Gone.
DELETE FROM pins WHERE model = ? AND key = ? AND user = ?;

-- get_windows: All of them.
SELECT name, windows FROM windows ORDER BY name;

-- set_windows: In the place of earlier ones.
INSERT OR REPLACE INTO windows (name, windows) VALUES (?, ?);

-- drop_windows: None is left.
DELETE FROM windows WHERE name = ?;

-- get_assignment: Of one conversation.
SELECT arm, stage, used_day FROM assignments WHERE rollout = ? AND conversation = ?;

-- get_unit: Whether this user or key has B.
SELECT 1 FROM units WHERE rollout = ? AND unit = ?;

-- assign: Whoever was first stays.
INSERT OR IGNORE INTO assignments (rollout, conversation, arm, stage, used_day) VALUES (?, ?, ?, ?, ?);

-- assign_unit: This user or key has B, and uses it.
INSERT INTO units (rollout, unit, used_day) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET used_day = max(used_day, excluded.used_day);

-- use: A day on which it was used.
UPDATE assignments SET used_day = max(used_day, ?) WHERE rollout = ? AND conversation = ?;

-- use_unit: The same of a user or key.
UPDATE units SET used_day = max(used_day, ?) WHERE rollout = ? AND unit = ?;

-- under_way: What a turn is measured against.
SELECT plan, stage, phase FROM rollouts WHERE id = ?;

-- observed: What was seen of a unit in a stage.
SELECT conversation, first_ns, turns FROM measured WHERE rollout = ? AND stage = ? AND mark = ?;

-- observe: The first turn of a unit in a stage.
INSERT INTO measured (rollout, stage, mark, conversation, first_ns, turns) VALUES (?, ?, ?, ?, ?, ?);

-- observe_more: A further turn.
UPDATE measured SET turns = ? WHERE rollout = ? AND stage = ? AND mark = ?;

-- due: What has been observed for long enough, in order; a clock that was set back keeps nothing open.
SELECT stage, mark, turns FROM measured
WHERE rollout = ?1 AND turns IS NOT NULL AND (first_ns <= ?2 OR first_ns > ?3)
ORDER BY first_ns, mark LIMIT ?4;

-- count: It counts no second time.
UPDATE measured SET turns = NULL, conversation = NULL WHERE rollout = ? AND stage = ? AND mark = ?;

-- get_board: Of one stage.
SELECT board FROM boards WHERE rollout = ? AND stage = ?;

-- set_board: After more conversations.
INSERT OR REPLACE INTO boards (rollout, stage, board) VALUES (?, ?, ?);

-- spend: And what it is by now.
INSERT INTO spending (rollout, pico_usd) VALUES (?1, ?2)
ON CONFLICT DO UPDATE SET pico_usd = pico_usd + excluded.pico_usd;

-- spent: In picodollars.
SELECT pico_usd FROM spending WHERE rollout = ?;

-- phases: What a sweep goes by.
SELECT id, phase, stage, keep_days FROM rollouts;

-- forget_assignments: Some that were not used since.
DELETE FROM assignments WHERE rollout = ?1 AND conversation IN (
  SELECT conversation FROM assignments WHERE rollout = ?1 AND used_day < ?2 LIMIT ?3
);

-- forget_units: The same of users and keys.
DELETE FROM units WHERE rollout = ?1 AND unit IN (
  SELECT unit FROM units WHERE rollout = ?1 AND used_day < ?2 LIMIT ?3
);

-- forget_measured: Some of earlier stages.
DELETE FROM measured WHERE rollout = ?1 AND (stage, mark) IN (
  SELECT stage, mark FROM measured WHERE rollout = ?1 AND stage < ?2 LIMIT ?3
);
