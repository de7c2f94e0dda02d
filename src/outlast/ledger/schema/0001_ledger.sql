-- Every call whose record was not turned off, one row each.
CREATE TABLE exchanges (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started_ns INTEGER NOT NULL,
  requested TEXT NOT NULL,
  virtual INTEGER NOT NULL,
  served TEXT NOT NULL,
  answered TEXT NOT NULL,
  reason TEXT NOT NULL,
  key TEXT NOT NULL,
  path TEXT NOT NULL,
  streamed INTEGER NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT NOT NULL,
  cost_pico_usd INTEGER,
  priced_as TEXT NOT NULL,
  first_byte_us INTEGER NOT NULL,
  total_us INTEGER NOT NULL,
  finish TEXT NOT NULL,
  estimated INTEGER NOT NULL,
  adapted TEXT NOT NULL,   -- JSON: rule ids
  signals TEXT NOT NULL,   -- JSON: words
  attempts TEXT NOT NULL,  -- JSON: [target, reason, status, error, elapsed_us] each
  -- NULL: the provider reported no usage.
  input_tokens INTEGER,
  cached_tokens INTEGER,
  cache_write_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  audio_input_tokens INTEGER,
  audio_output_tokens INTEGER
);

-- What was said, under record = "full" only: apart, so that a scan of the calls never reads it.
CREATE TABLE bodies (
  id TEXT PRIMARY KEY,
  request BLOB,
  response BLOB
) WITHOUT ROWID;

-- Every call of an hour added up, those with record = "off" too: usage and horizon read these alone, so that
-- their time does not grow with the number of calls. A sum of money is micro_usd * 1e6 + pico_usd picodollars
-- with pico_usd below 1e6: one 64-bit number would overflow at nine million dollars.
CREATE TABLE totals (
  hour INTEGER NOT NULL,  -- since the epoch, UTC
  requested TEXT NOT NULL,
  virtual INTEGER NOT NULL,
  served TEXT NOT NULL,
  key TEXT NOT NULL,
  instead TEXT NOT NULL,  -- the model that answered in place of the one asked for, or ''
  calls INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  redirected INTEGER NOT NULL,
  soft_gone INTEGER NOT NULL,
  micro_usd INTEGER NOT NULL,
  pico_usd INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  PRIMARY KEY (hour, requested, virtual, served, key, instead)
) WITHOUT ROWID;

-- What the gateway saw of a target's life.
CREATE TABLE observations (
  seq INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  surface TEXT NOT NULL,
  event TEXT NOT NULL,
  seen_ns INTEGER NOT NULL,
  evidence TEXT NOT NULL
);

-- Up to where the journal is in these tables: written with the rows, so that each record counts once.
CREATE TABLE journal_position (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  segment INTEGER NOT NULL,
  "offset" INTEGER NOT NULL
);
INSERT INTO journal_position VALUES (1, 0, 0);
