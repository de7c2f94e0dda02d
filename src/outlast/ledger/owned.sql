-- table: Whose the objects are that a provider keeps; all callers share its account.
CREATE TABLE owned (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  owner TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (provider, id)
) WITHOUT ROWID;

-- claim: A new one; whoever was first stays its owner.
INSERT OR IGNORE INTO owned (provider, id, owner, created) VALUES (?, ?, ?, ?);

-- owners: Whose some are; the ids come as a JSON list.
SELECT id, owner FROM owned WHERE provider = ? AND id IN (SELECT value FROM json_each(?));

-- disown: One is deleted.
DELETE FROM owned WHERE provider = ? AND id = ? AND owner = ?;
