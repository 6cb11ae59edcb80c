-- name: find_segments
-- Segments by name or key, whatever their status. Changes nothing.
SELECT n.name AS asked, s.key::text AS key, s.name, s.status
FROM unnest(%(names)s::text[]) AS n (name)
JOIN profiles_segment s ON s.name = n.name OR s.key::text = n.name
