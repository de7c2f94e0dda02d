-- make_accounts: Who may log in.
CREATE TABLE accounts (
  name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
  role TEXT NOT NULL,
  plan TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  password_ns INTEGER NOT NULL
) WITHOUT ROWID;

-- make_sessions: Logins; a token is kept as its digest.
CREATE TABLE sessions (
  digest BLOB NOT NULL PRIMARY KEY,
  account TEXT NOT NULL COLLATE NOCASE,
  began_ns INTEGER NOT NULL,
  expires_ns INTEGER NOT NULL
) WITHOUT ROWID;

-- make_sessions_by_account: Those of one account.
CREATE INDEX sessions_by_account ON sessions (account);

-- make_sessions_by_end: What ends first.
CREATE INDEX sessions_by_end ON sessions (expires_ns);

-- make_attempts: Passwords that were tried, each under the digests of all that it counts against.
CREATE TABLE attempts (subject BLOB NOT NULL, at_ns INTEGER NOT NULL, attempt BLOB NOT NULL);

-- make_attempts_by_subject: What counts against one.
CREATE INDEX attempts_by_subject ON attempts (subject, at_ns);

-- make_attempts_by_time: What counts no more.
CREATE INDEX attempts_by_time ON attempts (at_ns);

-- make_attempts_by_id: Those of one attempt.
CREATE INDEX attempts_by_id ON attempts (attempt);

-- any: Whether there is an account.
SELECT EXISTS (SELECT 1 FROM accounts);

-- all: Every account.
SELECT name, role, plan, created_ns, password_ns FROM accounts ORDER BY name;

-- one: One.
SELECT name, role, plan, created_ns, password_ns FROM accounts WHERE name = ?;

-- hash: What its password is compared with.
SELECT hash FROM accounts WHERE name = ?;

-- add: A new one.
INSERT INTO accounts (name, role, plan, hash, created_ns, password_ns) VALUES (?, ?, ?, ?, ?, ?);

-- give_role: Another role.
UPDATE accounts SET role = ? WHERE name = ?;

-- give_plan: Another plan.
UPDATE accounts SET plan = ? WHERE name = ?;

-- give_password: Another password.
UPDATE accounts SET hash = ?, password_ns = ? WHERE name = ?;

-- rehash: The same password, hashed as it is done today.
UPDATE accounts SET hash = ? WHERE name = ? AND hash = ?;

-- remove: It is gone.
DELETE FROM accounts WHERE name = ?;

-- begin: A session.
INSERT INTO sessions (digest, account, began_ns, expires_ns) VALUES (?, ?, ?, ?);

-- session: What a token stands for.
SELECT name, role, plan, created_ns, password_ns, began_ns, expires_ns
FROM sessions JOIN accounts ON accounts.name = sessions.account WHERE digest = ? AND expires_ns > ?;

-- end: One session.
DELETE FROM sessions WHERE digest = ?;

-- end_all: All of an account.
DELETE FROM sessions WHERE account = ?;

-- expired: What has ended by itself.
DELETE FROM sessions WHERE expires_ns <= ?;

-- tried: How often, and since when.
SELECT count(*), coalesce(min(at_ns), 0) FROM attempts WHERE subject = ? AND at_ns > ?;

-- try: An attempt.
INSERT INTO attempts (subject, at_ns, attempt) VALUES (?, ?, ?);

-- right: It was the right password, and does not count.
DELETE FROM attempts WHERE attempt = ?;

-- over: What counts no more.
DELETE FROM attempts WHERE at_ns <= ?;
