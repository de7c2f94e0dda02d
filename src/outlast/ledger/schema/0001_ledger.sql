-- Every call whose record was not turned off, one row each. The record is the exchange's JSON array as the journal
-- had it: writing a row costs a third of what writing thirty columns costs.
CREATE TABLE exchanges (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started_ns INTEGER NOT NULL,
  record TEXT NOT NULL
);

-- The same with a name for each place in the record, computed when it is read.
CREATE VIEW calls AS SELECT
  seq,
  id,
  started_ns,
  json_extract(record, '$[2]') AS requested,
  json_extract(record, '$[3]') AS virtual,
  json_extract(record, '$[4]') AS served,
  json_extract(record, '$[5]') AS answered,
  json_extract(record, '$[6]') AS reason,
  json_extract(record, '$[7]') AS key,
  json_extract(record, '$[8]') AS path,
  json_extract(record, '$[9]') AS streamed,
  json_extract(record, '$[10]') AS status,
  json_extract(record, '$[11]') AS outcome,
  json_extract(record, '$[12]') AS error,
  json_extract(record, '$[14]') AS cost_pico_usd,
  json_extract(record, '$[15]') AS priced_as,
  json_extract(record, '$[16]') AS first_byte_us,
  json_extract(record, '$[17]') AS total_us,
  json_extract(record, '$[18]') AS finish,
  json_extract(record, '$[19]') AS adapted,  -- JSON: rule ids
  json_extract(record, '$[20]') AS signals,  -- JSON: words
  json_extract(record, '$[21]') AS attempts,  -- JSON: [target, reason, status, error, elapsed_us] each
  json_extract(record, '$[25]') AS estimated,
  json_extract(record, '$[13][0]') AS input_tokens,
  json_extract(record, '$[13][1]') AS cached_tokens,
  json_extract(record, '$[13][2]') AS cache_write_tokens,
  json_extract(record, '$[13][3]') AS output_tokens,
  json_extract(record, '$[13][4]') AS reasoning_tokens,
  json_extract(record, '$[13][5]') AS audio_input_tokens,
  json_extract(record, '$[13][6]') AS audio_output_tokens
FROM exchanges;

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
