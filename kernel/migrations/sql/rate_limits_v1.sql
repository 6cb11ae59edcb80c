-- One row for each caller. A crash may empty it, which only forgives the last seconds; so it is
-- not logged. Rows are changed in place, which the free space of each page is for.
CREATE UNLOGGED TABLE kernel_rate (
    name text PRIMARY KEY,
    spent_until timestamp with time zone NOT NULL
) WITH (fillfactor = 50);
