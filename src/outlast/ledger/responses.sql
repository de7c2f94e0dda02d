-- heads: One row for each kept response; what was said lies apart, so that a change of its end rewrites little.
CREATE TABLE responses (
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  previous TEXT NOT NULL,
  provider TEXT NOT NULL,
  body INTEGER NOT NULL UNIQUE,
  PRIMARY KEY (owner, id)
) WITHOUT ROWID;

-- by_end: What ends first.
CREATE INDEX responses_expires ON responses (expires);

-- bodies: What was said.
CREATE TABLE bodies (number INTEGER PRIMARY KEY, input BLOB NOT NULL, response BLOB NOT NULL);

-- add_body: What was said in a new response.
INSERT INTO bodies (input, response) VALUES (?, ?);

-- drop_body: What was said in a response that is given up.
DELETE FROM bodies WHERE number = (SELECT body FROM responses WHERE owner = ? AND id = ?);

-- add: A new response, in the place of one of the same id and owner.
INSERT OR REPLACE INTO responses (owner, id, created, expires, previous, provider, body) VALUES (?, ?, ?, ?, ?, ?, ?);

-- prolong: Those that a response went on from are kept as long as it is.
WITH RECURSIVE before(id, depth) AS (
  SELECT ?2, 1
  UNION ALL
  SELECT responses.previous, before.depth + 1
  FROM before JOIN responses ON responses.owner = ?1 AND responses.id = before.id
  WHERE before.depth < ?3
)
UPDATE responses SET expires = ?4 WHERE owner = ?1 AND expires < ?4 AND id IN (SELECT id FROM before);

-- find: A response of its owner that has not expired.
SELECT responses.id, owner, created, expires, previous, provider, input, response
FROM responses JOIN bodies ON bodies.number = responses.body
WHERE owner = ? AND responses.id = ? AND expires > ?;

-- size: How large it is, and what it went on from.
SELECT length(input) + length(response), previous
FROM responses JOIN bodies ON bodies.number = responses.body
WHERE owner = ? AND responses.id = ? AND expires > ?;

-- drop: A response is given up.
DELETE FROM responses WHERE owner = ? AND id = ?;

-- expired: Some that have expired.
SELECT owner, id FROM responses WHERE expires <= ? ORDER BY expires LIMIT ?;
