-- name: ping
-- Answers when the database does.
SELECT 1

-- name: describe_database
-- Says how the server is doing. The oldest transaction holds back every reader of facts.
SELECT
    split_part(current_setting('server_version'), ' ', 1) AS version,
    pg_postmaster_start_time() AS started_at,
    pg_database_size(current_database()) AS bytes,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::int AS most_connections,
    (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    ) AS oldest_transaction_at

-- name: list_tables
-- Returns the largest tables with their indexes; a partitioned one with all its partitions.
-- Reads the system catalog only; the numbers of rows are the planner's estimates.
SELECT
    parent.relname::text AS name,
    sum(pg_total_relation_size(part.oid))::bigint AS bytes,
    sum(greatest(part.reltuples, 0))::bigint AS row_estimate,
    (count(*) FILTER (WHERE part.relispartition AND part.relkind = 'r'))::int AS partitions,
    min(part.relname::text) FILTER (WHERE part.relispartition AND pg_get_expr(part.relpartbound, part.oid) <> 'DEFAULT')
        AS first_partition,
    max(part.relname::text) FILTER (WHERE part.relispartition AND pg_get_expr(part.relpartbound, part.oid) <> 'DEFAULT')
        AS last_partition
FROM pg_class AS parent
LEFT JOIN LATERAL pg_partition_tree(parent.oid) AS tree ON true
INNER JOIN pg_class AS part ON part.oid = coalesce(tree.relid, parent.oid)
WHERE
    parent.relnamespace = current_schema()::regnamespace
    AND parent.relkind IN ('r', 'p')
    AND NOT parent.relispartition
GROUP BY parent.oid, parent.relname
ORDER BY bytes DESC, name
LIMIT %(most)s::int
