-- The log of steps has one row for each route that somebody took, however many nodes lie on it: the route
-- says which, and why. What takes no route (entering, leaving, being moved) says so in the row itself.
CREATE TABLE campaigns_step_log (
    enrollment_id bigint NOT NULL,
    version_id bigint NOT NULL,
    at timestamptz NOT NULL,
    route_id bigint,
    step_no integer NOT NULL,
    node smallint NOT NULL,
    next_node smallint,
    reason text NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX campaigns_step_log_enrollment ON campaigns_step_log (enrollment_id);
CREATE TABLE campaigns_step_log_default PARTITION OF campaigns_step_log DEFAULT;
SELECT profiles_make_partitions('campaigns_step_log', 'month', now() - interval '1 month', now() + interval '3 months');
INSERT INTO campaigns_step_log (enrollment_id, version_id, at, step_no, node, next_node, reason)
SELECT enrollment_id, version_id, at, step_no, node, next_node, reason FROM campaigns_step;
DROP TABLE campaigns_step;

-- Every step, also those inside a route. The reason in a row is why its first step was taken, where the
-- route does not know it.
CREATE VIEW campaigns_step AS
SELECT s.enrollment_id, (s.step_no + m.place - 1)::integer AS step_no, s.version_id, m.node, m.next_node,
    CASE WHEN m.place = 1 AND s.reason <> '' THEN s.reason ELSE m.reason END AS reason, s.at
FROM campaigns_step_log s
LEFT JOIN campaigns_journey_route r ON r.id = s.route_id
CROSS JOIN LATERAL unnest(
    coalesce(r.nodes[:r.moves], ARRAY[s.node]), coalesce(r.nodes[2:], ARRAY[s.next_node]), coalesce(r.reasons, ARRAY[s.reason])
) WITH ORDINALITY AS m (node, next_node, reason, place);
