-- Every key that was ever created. None is deleted: records carry its name, and a call with a revoked one is told so.
CREATE TABLE keys (
  name TEXT PRIMARY KEY COLLATE NOCASE,  -- two names that differ in case alone would be taken for each other
  owner TEXT NOT NULL,
  team TEXT NOT NULL,
  tags TEXT NOT NULL,  -- JSON: words
  models TEXT NOT NULL,  -- JSON: patterns; none: every model
  requests_per_minute INTEGER,  -- this and the next four: null is no limit
  tokens_per_minute INTEGER,
  concurrent INTEGER,
  day_pico_usd INTEGER,
  month_pico_usd INTEGER,
  created_ns INTEGER NOT NULL,
  expires_ns INTEGER,
  revoked_ns INTEGER
) WITHOUT ROWID;

-- What opens a key: the SHA-256 of each secret, never the secret. A rotation adds one and gives the others an end.
CREATE TABLE key_secrets (
  digest BLOB PRIMARY KEY,
  key TEXT NOT NULL REFERENCES keys (name),
  prefix TEXT NOT NULL UNIQUE,  -- names one secret to people: two that began alike would be revoked for each other
  created_ns INTEGER NOT NULL,
  expires_ns INTEGER,
  revoked_ns INTEGER
) WITHOUT ROWID;

-- Moves with every change of the two: what a running gateway looks at, four times a second.
CREATE TABLE keys_version (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version INTEGER NOT NULL
);
INSERT INTO keys_version VALUES (1, 0);
