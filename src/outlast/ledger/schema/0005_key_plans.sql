-- The plan of a key: free, plus, business; '' is none. Rollouts reach keys plan by plan.
ALTER TABLE keys ADD COLUMN plan TEXT NOT NULL DEFAULT '';
