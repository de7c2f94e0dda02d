-- insert_exchange: One call; one that is there already stays as it is.
INSERT INTO exchanges (id, started_ns, record) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING;

-- insert_body: What was said in one call.
INSERT INTO bodies (id, started_ns, request, response) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING;

-- insert_observation: One thing seen of a target's life.
INSERT INTO observations (target, surface, event, seen_ns, evidence) VALUES (?, ?, ?, ?, ?);

-- add_totals: A batch's sums of one hour, added to what the hour has.
INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (hour, requested, virtual, served, key, instead) DO UPDATE SET
  calls = calls + excluded.calls,
  failed = failed + excluded.failed,
  unpriced = unpriced + excluded.unpriced,
  redirected = redirected + excluded.redirected,
  soft_gone = soft_gone + excluded.soft_gone,
  micro_usd = micro_usd + excluded.micro_usd + (pico_usd + excluded.pico_usd) / 1000000,
  pico_usd = (pico_usd + excluded.pico_usd) % 1000000,
  input_tokens = input_tokens + excluded.input_tokens,
  cached_tokens = cached_tokens + excluded.cached_tokens,
  cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
  output_tokens = output_tokens + excluded.output_tokens,
  reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
  unrecorded = unrecorded + excluded.unrecorded,
  estimated = ifnull(estimated, 0) + excluded.estimated;

-- position: Up to where a journal is in the database.
SELECT segment, "offset" FROM journal_positions WHERE journal = ?;

-- set_position: The same, after a batch.
INSERT INTO journal_positions VALUES (?, ?, ?)
ON CONFLICT (journal) DO UPDATE SET segment = excluded.segment, "offset" = excluded."offset";

-- adopt_position: The place in the one journal of an earlier version, which had no name, is this journal's.
UPDATE OR IGNORE journal_positions SET journal = ? WHERE journal = '';

-- usage: Calls between two hours, the second excluded, added up by one dimension or altogether.
SELECT
  CASE :by
    WHEN 'model' THEN requested
    WHEN 'served' THEN served
    WHEN 'key' THEN key
    WHEN 'day' THEN date(hour * 3600, 'unixepoch')
    ELSE ''
  END AS name,
  sum(calls), sum(failed), sum(unpriced), ifnull(sum(estimated), 0), sum(micro_usd), sum(pico_usd),
  sum(input_tokens), sum(cached_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens)
FROM totals
WHERE (:first IS NULL OR hour >= :first) AND (:end IS NULL OR hour < :end)
GROUP BY name;

-- seen: What was asked for since an hour, and who was called for it.
SELECT
  requested, virtual, served,
  sum(redirected), sum(soft_gone), json_group_array(DISTINCT instead) FILTER (WHERE instead <> ''),
  sum(calls), sum(failed), sum(unpriced), ifnull(sum(estimated), 0), sum(micro_usd), sum(pico_usd),
  sum(input_tokens), sum(cached_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens)
FROM totals
WHERE hour >= :first
GROUP BY requested, virtual, served
ORDER BY requested, virtual, served;

-- seen_by_key: The same for each key.
SELECT
  key, requested, virtual, served,
  sum(redirected), sum(soft_gone), json_group_array(DISTINCT instead) FILTER (WHERE instead <> ''),
  sum(calls), sum(failed), sum(unpriced), ifnull(sum(estimated), 0), sum(micro_usd), sum(pico_usd),
  sum(input_tokens), sum(cached_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens)
FROM totals
WHERE hour >= :first
GROUP BY key, requested, virtual, served
ORDER BY key, requested, virtual, served;

-- observations: Everything seen of targets' lives, oldest first.
SELECT target, surface, event, seen_ns, evidence FROM observations ORDER BY seen_ns, seq;

-- exchanges: A page of calls behind a place, oldest first; days of the first and behind the last as instants.
SELECT seq, started_ns, record FROM exchanges
WHERE (started_ns, seq) > (:started, :seq) AND started_ns >= :first AND started_ns < :end
ORDER BY started_ns, seq LIMIT :page;

-- body: What was said in one call.
SELECT request, response FROM bodies WHERE id = ?;

-- old_bodies: The oldest bodies that began before an instant, with their size.
SELECT id, ifnull(length(request), 0) + ifnull(length(response), 0) FROM bodies
WHERE started_ns < ? ORDER BY started_ns LIMIT ?;

-- delete_body: What was said in one call goes.
DELETE FROM bodies WHERE id = ?;

-- delete_calls: The oldest calls that began before an instant go.
DELETE FROM exchanges WHERE seq IN (SELECT seq FROM exchanges WHERE started_ns < ? ORDER BY started_ns LIMIT ?);

-- note_pruned: What was deleted, and up to which instants.
UPDATE retention SET
  calls_before_ns = max(calls_before_ns, ?), bodies_before_ns = max(bodies_before_ns, ?),
  calls = calls + ?, bodies = bodies + ?;

-- positions: Up to where every journal is in the database.
SELECT journal, segment, "offset" FROM journal_positions;

-- calls_deleted_before: Calls that began before this instant may have been deleted.
SELECT calls_before_ns FROM retention;

-- hours: Every hour that has sums.
SELECT DISTINCT hour FROM totals ORDER BY hour;

-- totals_of: The sums of one hour.
SELECT * FROM totals WHERE hour = ?;

-- stray_bodies: What was said in calls that are not there.
SELECT count(*) FROM bodies WHERE NOT EXISTS (SELECT 1 FROM exchanges WHERE exchanges.id = bodies.id);

-- summary: How many calls and bodies there are and were, and the first and last call's beginning.
SELECT
  (SELECT count(*) FROM exchanges), (SELECT count(*) FROM bodies),
  (SELECT min(started_ns) FROM exchanges), (SELECT max(started_ns) FROM exchanges),
  calls, bodies
FROM retention;
