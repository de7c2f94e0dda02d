-- version: How often keys were changed.
SELECT version FROM keys_version;

-- moved: The same, after a change.
UPDATE keys_version SET version = version + 1;

-- keys: Every key, in the order of their names.
SELECT
  name, owner, team, tags, models,
  requests_per_minute, tokens_per_minute, concurrent, day_pico_usd, month_pico_usd,
  created_ns, expires_ns, revoked_ns, plan
FROM keys ORDER BY name;

-- keys_without_plans: The same of a file that an earlier version made and no gateway has opened since.
SELECT
  name, owner, team, tags, models,
  requests_per_minute, tokens_per_minute, concurrent, day_pico_usd, month_pico_usd,
  created_ns, expires_ns, revoked_ns
FROM keys ORDER BY name;

-- secrets: Every secret's digest with its key's name, the newest last.
SELECT key, digest, prefix, created_ns, expires_ns, revoked_ns FROM key_secrets ORDER BY created_ns, prefix;

-- insert_key: A new key.
INSERT INTO keys (
  owner, team, tags, models,
  requests_per_minute, tokens_per_minute, concurrent, day_pico_usd, month_pico_usd,
  expires_ns, plan, created_ns, name
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- update_key: What may change of a key.
UPDATE keys SET
  owner = ?, team = ?, tags = ?, models = ?,
  requests_per_minute = ?, tokens_per_minute = ?, concurrent = ?, day_pico_usd = ?, month_pico_usd = ?,
  expires_ns = ?, plan = ?
WHERE name = ?;

-- revoke_key: A key as a whole, for good.
UPDATE keys SET revoked_ns = ? WHERE name = ?;

-- insert_secret: A new secret of a key.
INSERT INTO key_secrets (key, digest, prefix, created_ns) VALUES (?, ?, ?, ?);

-- end_secrets: A key's secrets at an instant, where none of them ends earlier.
UPDATE key_secrets SET expires_ns = min(coalesce(expires_ns, ?1), ?1) WHERE key = ?2;

-- revoke_secret: One secret, for good.
UPDATE key_secrets SET revoked_ns = ? WHERE digest = ? AND revoked_ns IS NULL;
