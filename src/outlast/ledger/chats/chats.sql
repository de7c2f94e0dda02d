-- make_owners: Whose conversations are; a name that is NULL has left, and what was theirs is about to go.
CREATE TABLE owners (number INTEGER PRIMARY KEY, name TEXT UNIQUE, persona TEXT);

-- make_conversations: One row each, without its messages.
CREATE TABLE conversations (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner INTEGER NOT NULL,
  title TEXT NOT NULL,
  model TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  updated_ns INTEGER NOT NULL,
  leaf TEXT,
  persona TEXT,
  archived INTEGER NOT NULL,
  told TEXT NOT NULL
);

-- make_by_change: A person's, the last changed first.
CREATE INDEX conversations_by_change ON conversations (owner, archived, updated_ns, id);

-- make_messages: One row each; the text of a running answer lies in its pieces.
CREATE TABLE messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL,
  parent TEXT,
  role TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  phase TEXT NOT NULL,
  text TEXT NOT NULL,
  attachments TEXT NOT NULL,
  served TEXT NOT NULL,
  by TEXT,
  error TEXT NOT NULL,
  thumb TEXT NOT NULL,
  reason TEXT NOT NULL
);

-- make_by_conversation: A conversation's, in the order in which they were added.
CREATE INDEX messages_by_conversation ON messages (conversation, number);

-- make_by_thumb: What was rated, by who answered.
CREATE INDEX messages_by_thumb ON messages (served, thumb) WHERE thumb <> '';

-- make_running: Answers that are being written, and by which process.
CREATE TABLE running (
  message INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  writer TEXT NOT NULL,
  length INTEGER NOT NULL,
  stop INTEGER NOT NULL
);

-- make_pieces: The text of running answers; start is a count of characters.
CREATE TABLE pieces (
  message INTEGER NOT NULL,
  start INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (message, start)
) WITHOUT ROWID;

-- make_files: What messages brought; several branches may show the same one.
CREATE TABLE files (
  conversation INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  left_out TEXT NOT NULL,
  text TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (conversation, id)
);

-- make_choices: Which of two answers was preferred; one is the smaller id of the two.
CREATE TABLE choices (
  conversation INTEGER NOT NULL,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  chosen TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (conversation, one, other)
) WITHOUT ROWID;

-- make_said: The words of messages, folded by chat.words; the tokenizer only splits at spaces.
CREATE VIRTUAL TABLE said USING fts5 (whose, words, tokenize = 'ascii', columnsize = 0);

-- make_titled: The same of titles, by the conversation's number.
CREATE VIRTUAL TABLE titled USING fts5 (whose, words, tokenize = 'ascii', columnsize = 0);

-- make_forgotten: Since when the indexes hold words of what was deleted; at most one row.
CREATE TABLE forgotten (one INTEGER PRIMARY KEY CHECK (one = 1), since_ns INTEGER NOT NULL);

-- owner: The number of a person who has anything here.
SELECT number FROM owners WHERE name = ?;

-- add_owner: Somebody's first.
INSERT INTO owners (name) VALUES (?) ON CONFLICT (name) DO NOTHING;

-- create: A new conversation.
INSERT INTO conversations (id, owner, title, model, created_ns, updated_ns, leaf, persona, archived, told)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- known: Whether an id is taken by anybody.
SELECT 1 FROM conversations WHERE id = ?;

-- find: One of its owner.
SELECT conversations.number, id, owners.name, title, model, created_ns, updated_ns, leaf, conversations.persona,
  archived, told
FROM conversations JOIN owners ON owners.number = conversations.owner
WHERE owners.name = ? AND id = ?;

-- by_number: One, whose ever it is.
SELECT conversations.number, id, owners.name, title, model, created_ns, updated_ns, leaf, conversations.persona,
  archived, told
FROM conversations JOIN owners ON owners.number = conversations.owner
WHERE conversations.number = ?;

-- change: What a person may change of it.
UPDATE conversations SET title = ?, model = ?, updated_ns = ?, leaf = ?, persona = ?, archived = ?, told = ?
WHERE number = ?;

-- newest: A page of a person's.
SELECT conversations.number, id, owners.name, title, model, created_ns, updated_ns, leaf, conversations.persona,
  archived, told
FROM conversations JOIN owners ON owners.number = conversations.owner
WHERE owner = (SELECT number FROM owners WHERE name = ?1) AND archived = ?2 AND (updated_ns, id) < (?3, ?4)
ORDER BY updated_ns DESC, id DESC LIMIT ?5;

-- moved: It was written into.
UPDATE conversations SET leaf = ?, updated_ns = max(updated_ns, ?) WHERE number = ?;

-- messages: All of a conversation.
SELECT messages.number, id, parent, role, text, created_ns, phase, attachments, by, error, thumb, reason
FROM messages WHERE conversation = ? ORDER BY number;

-- message: One of a conversation.
SELECT messages.number, id, parent, role, text, created_ns, phase, attachments, by, error, thumb, reason
FROM messages WHERE conversation = ? AND id = ?;

-- count: How many there are.
SELECT count(*) FROM messages WHERE conversation = ?;

-- taken: Those of some ids, as a JSON list, that are used already.
SELECT id FROM messages WHERE id IN (SELECT value FROM json_each(?));

-- among: Those of some ids, as a JSON list, that are in a conversation.
SELECT id FROM messages WHERE id IN (SELECT value FROM json_each(?)) AND conversation = ?;

-- add: A message.
INSERT INTO messages
  (id, conversation, parent, role, created_ns, phase, text, attachments, served, by, error, thumb, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- begin: It is being written.
INSERT INTO running (message, conversation, writer, length, stop) VALUES (?, ?, ?, ?, 0);

-- running_one: How far an answer is that is being written, by the message's id.
SELECT running.message, running.length, running.stop
FROM messages JOIN running ON running.message = messages.number WHERE messages.id = ?;

-- running_of: Those of a conversation.
SELECT message, writer FROM running WHERE conversation = ?;

-- running_all: Those of everybody.
SELECT message, writer FROM running;

-- piece: Some more.
INSERT INTO pieces (message, start, text) VALUES (?, ?, ?);

-- grown: Its new length.
UPDATE running SET length = ? WHERE message = ?;

-- pieces: From the piece in which a character is.
SELECT start, text FROM pieces
WHERE message = ?1 AND start >= coalesce((SELECT max(start) FROM pieces WHERE message = ?1 AND start <= ?2), 0)
ORDER BY start;

-- settle: An answer has come to its end.
UPDATE messages SET text = ?, phase = ?, served = ?, by = ?, error = ? WHERE number = ?;

-- answering: Who writes it has become known.
UPDATE messages SET served = ?, by = ? WHERE number = ?;

-- interrupt: Nobody writes an answer any more; who was asked and who was answering stay.
UPDATE messages SET text = ?, phase = 'interrupted' WHERE number = ?;

-- drop_running: It is not written any more.
DELETE FROM running WHERE message = ?;

-- drop_pieces: They have been put together.
DELETE FROM pieces WHERE message = ?;

-- stop: Whoever writes it is asked to stop.
UPDATE running SET stop = 1 WHERE message = ?;

-- whose: The owner's number of a message's conversation.
SELECT conversations.owner FROM messages JOIN conversations ON conversations.number = messages.conversation
WHERE messages.number = ?;

-- rate: A thumb.
UPDATE messages SET thumb = ?, reason = ? WHERE number = ?;

-- choose: A choice; of the same two, the last one.
INSERT OR REPLACE INTO choices (conversation, one, other, chosen, created_ns, reason) VALUES (?, ?, ?, ?, ?, ?);

-- choices: Those of a conversation.
SELECT one, other, chosen, created_ns, reason FROM choices WHERE conversation = ? ORDER BY created_ns, one, other;

-- thumbs: How often each model was rated.
SELECT served, sum(thumb = 'good'), sum(thumb = 'bad') FROM messages WHERE thumb <> '' AND served <> '' GROUP BY served;

-- won: How often each model was chosen, and was not.
SELECT messages.served, sum(messages.id = choices.chosen), sum(messages.id <> choices.chosen)
FROM choices JOIN messages ON messages.id IN (choices.one, choices.other)
WHERE messages.served <> '' GROUP BY messages.served;

-- spoken: The beginnings of each model's newest answers, ?3 of each, among the newest ?2 of all; a backward walk of rows.
SELECT messages.served, substr(messages.text, 1, ?1) FROM messages JOIN (
  SELECT number, row_number() OVER (PARTITION BY served ORDER BY number DESC) AS place FROM (
    SELECT number, served FROM messages
    WHERE role = 'assistant' AND phase = 'complete' AND served <> '' ORDER BY number DESC LIMIT ?2
  )
) AS newest ON newest.number = messages.number
WHERE newest.place <= ?3 ORDER BY messages.number DESC;

-- add_file: What a message brought.
INSERT INTO files (conversation, id, name, media_type, size, left_out, text, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- files: Those of a conversation without their bytes.
SELECT id, name, media_type, size, text, left_out FROM files WHERE conversation = ?;

-- file: One with its bytes.
SELECT id, name, media_type, size, text, left_out, bytes FROM files WHERE conversation = ? AND id = ?;

-- weight: Their bytes together.
SELECT coalesce(sum(size), 0) FROM files WHERE conversation = ?;

-- persona: How somebody wishes to be talked to.
SELECT persona FROM owners WHERE name = ?;

-- keep_persona: The same, from now on.
UPDATE owners SET persona = ? WHERE name = ?;

-- index: The words of a message.
INSERT INTO said (rowid, whose, words) VALUES (?, ?, ?);

-- index_title: The words of a title.
INSERT OR REPLACE INTO titled (rowid, whose, words) VALUES (?, ?, ?);

-- search: Messages with these words, the last added first.
SELECT said.rowid, messages.conversation FROM said JOIN messages ON messages.number = said.rowid
WHERE said MATCH ? ORDER BY said.rowid DESC;

-- search_titles: Conversations with these words in their title, the last created first.
SELECT rowid FROM titled WHERE titled MATCH ? ORDER BY rowid DESC LIMIT ?;

-- hit: What is shown of a message that was found.
SELECT id, text FROM messages WHERE number = ?;

-- unindex: A conversation's messages are not found any more.
DELETE FROM said WHERE rowid IN (SELECT number FROM messages WHERE conversation = ?);

-- unindex_title: Nor its title.
DELETE FROM titled WHERE rowid = ?;

-- drop_all_pieces: A conversation is deleted.
DELETE FROM pieces WHERE message IN (SELECT message FROM running WHERE conversation = ?);

-- drop_all_running: A conversation is deleted.
DELETE FROM running WHERE conversation = ?;

-- drop_choices: A conversation is deleted.
DELETE FROM choices WHERE conversation = ?;

-- drop_files: A conversation is deleted.
DELETE FROM files WHERE conversation = ?;

-- drop_messages: A conversation is deleted.
DELETE FROM messages WHERE conversation = ?;

-- drop: A conversation is deleted.
DELETE FROM conversations WHERE number = ?;

-- remember: From now on the indexes hold words of what was deleted.
INSERT OR IGNORE INTO forgotten (one, since_ns) VALUES (1, ?);

-- remembered: Since when they do.
SELECT since_ns FROM forgotten;

-- forget: They do not any more.
DELETE FROM forgotten;

-- merge: A step towards an index without what was deleted; so many pages.
INSERT INTO said (said, rank) VALUES ('merge', ?);

-- merge_titles: The same of titles.
INSERT INTO titled (titled, rank) VALUES ('merge', ?);

-- left: Conversations of those who have left.
SELECT conversations.number FROM conversations JOIN owners ON owners.number = conversations.owner
WHERE owners.name IS NULL LIMIT ?;

-- leave: Somebody leaves, with everything of theirs.
UPDATE owners SET name = NULL, persona = NULL WHERE name = ?;

-- drop_left: Those who have left and have nothing here any more.
DELETE FROM owners WHERE name IS NULL AND NOT EXISTS (SELECT 1 FROM conversations WHERE owner = owners.number);

-- inherit: What was nobody's, before the first account, becomes somebody's.
UPDATE owners SET name = ? WHERE name = '' AND NOT EXISTS (SELECT 1 FROM owners WHERE name = ?);

-- everybody: Names of those who have anything here.
SELECT name FROM owners WHERE name IS NOT NULL ORDER BY name;

-- whose_is: The owner of a conversation.
SELECT owners.name FROM conversations JOIN owners ON owners.number = conversations.owner
WHERE id = ? AND owners.name IS NOT NULL;
