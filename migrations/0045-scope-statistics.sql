-- How many rows a scope has, for the planner: without it row level security is taken to leave one row in two hundred, and joins go row by row.
CREATE STATISTICS pathway_scope ON (ledger * 1000 + pack) FROM pathway;
CREATE STATISTICS entry_scope ON (ledger * 1000 + pack) FROM entry;
CREATE STATISTICS work_scope ON (ledger * 1000 + pack) FROM work;
