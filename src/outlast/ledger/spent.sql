-- spent: What each key spent in the hours of a month, and of the day that begins in it; no key that is a stranger's.
SELECT
  key,
  coalesce(sum(micro_usd) FILTER (WHERE hour >= :day), 0), coalesce(sum(pico_usd) FILTER (WHERE hour >= :day), 0),
  sum(micro_usd), sum(pico_usd)
FROM totals
WHERE hour >= :month AND key <> '' AND key NOT LIKE 'key:%'
GROUP BY key;
