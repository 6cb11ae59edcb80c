-- name: find_campaign
-- What the links of one message are marked with; no row where they are not marked. Changes nothing.
-- Leans on the primary keys and the one row of campaigns_sending_rule.
SELECT r.utm_source, d.channel, coalesce(nullif(t.utm_campaign, ''), j.name, b.name, t.name) AS campaign
FROM campaigns_delivery d
JOIN campaigns_sending_rule r ON r.is_on AND r.adds_utm
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id AND t.takes_utm
LEFT JOIN campaigns_journey j ON j.id = d.journey_id
LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
WHERE d.id = %(delivery_id)s::bigint
