-- How many of a sum's calls have our estimate of what they used, because their provider reported none or not all;
-- NULL: counted before that was kept.
ALTER TABLE totals ADD COLUMN estimated INTEGER;
