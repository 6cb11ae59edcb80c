-- Writes the routes of a version: from each outlet of each node through everything that takes no time, to
-- where people stay, over one split at most.
CREATE FUNCTION campaigns_make_routes(of_version bigint) RETURNS void LANGUAGE sql AS $$
    WITH RECURSIVE way AS (
        SELECT n.node, n.act, p.place, p.next, coalesce(nullif(n.reason, ''), n.outlets[p.place]) AS reason, n.salt,
            CASE n.act WHEN 'split' THEN ARRAY[coalesce(n.bounds[p.place - 1], 0), coalesce(n.bounds[p.place], 10000)]
                ELSE ARRAY[]::int[] END AS bounds,
            CASE WHEN n.act IN ('hold', 'deliver', 'call') THEN p.place = cardinality(n.next)
                WHEN n.act = 'split' THEN true ELSE p.place = 1 END AS is_default
        FROM campaigns_journey_node n CROSS JOIN LATERAL unnest(n.next) WITH ORDINALITY AS p (next, place)
        WHERE n.version_id = of_version
    ), route AS (
        SELECT w.node, w.place, w.act AS left_act, w.is_default, w.salt, w.bounds, w.next AS here, 1 AS moves,
            ARRAY[w.node, w.next] AS nodes, ARRAY[w.reason] AS reasons,
            CASE w.act WHEN 'send' THEN ARRAY[0] ELSE ARRAY[]::int[] END AS messages
        FROM way w
        UNION ALL
        SELECT r.node, r.place, r.left_act, r.is_default, r.salt || w.salt, r.bounds || w.bounds,
            w.next, r.moves + 1, r.nodes || w.next, r.reasons || w.reason,
            CASE w.act WHEN 'send' THEN r.messages || r.moves ELSE r.messages END
        FROM route r JOIN way w ON w.node = r.here
        WHERE w.act IN ('move', 'send') OR w.act = 'split' AND r.salt = ''
    )
    INSERT INTO campaigns_journey_route (version_id, node, place, left_act, is_default, salt, bounds, moves, nodes,
        reasons, messages, here, act, delay)
    SELECT n.version_id, r.node, r.place, r.left_act, r.is_default, r.salt, r.bounds, r.moves, r.nodes, r.reasons,
        CASE n.act WHEN 'deliver' THEN r.messages || r.moves ELSE r.messages END, r.here, n.act,
        CASE WHEN n.act IN ('wait', 'deliver') THEN n.delay END
    FROM route r
    JOIN campaigns_journey_node n ON n.version_id = of_version AND n.node = r.here
    WHERE n.act NOT IN ('move', 'send') AND (n.act <> 'split' OR r.salt <> '')
$$;
SELECT campaigns_make_routes(id) FROM campaigns_journey_version;

-- A batch moves the people of whole pages: each page needs room for as many new rows as it has.
ALTER TABLE campaigns_enrollment SET (fillfactor = 50);
