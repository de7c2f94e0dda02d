-- Requests that may be asked again, redacted before they came here.
CREATE TABLE items (
  seq INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  item BLOB NOT NULL,  -- msgpack
  UNIQUE (model, id)
);

-- Answers: begun before they are asked for, kept when they are there. Begun and not kept: perhaps paid, lost in flight.
CREATE TABLE draws (
  item TEXT NOT NULL,
  target TEXT NOT NULL,
  number INTEGER NOT NULL,
  expected INTEGER,  -- picodollars, as expected when it was begun
  draw BLOB,  -- msgpack
  PRIMARY KEY (item, target, number)
) WITHOUT ROWID;
CREATE INDEX draws_by_target ON draws (target);

-- What was declared before anything was compared.
CREATE TABLE plans (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  plan BLOB NOT NULL  -- JSON
);

-- What came of a plan, each time it was decided.
CREATE TABLE results (
  seq INTEGER PRIMARY KEY,
  plan TEXT NOT NULL REFERENCES plans (hash),
  decided_ns INTEGER NOT NULL,
  result BLOB NOT NULL  -- msgpack: a bound may be infinite
);
CREATE INDEX results_by_plan ON results (plan);
