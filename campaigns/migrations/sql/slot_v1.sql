-- Who took the last slot under a cap from a message, and the priorities of both; NULL without such a
-- message. `was_waiting` says whether the loser was due already when the slot was given away.
CREATE FUNCTION campaigns_slot(slot uuid, own_priority smallint, due_at timestamptz)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('message', d.key, 'template', t.name, 'by', coalesce(j.name, b.name),
        'class', d.message_class, 'priority', d.priority, 'own_priority', own_priority, 'at', d.claimed_at,
        'was_waiting', campaigns_slot.due_at <= d.claimed_at)
    FROM campaigns_delivery d
    JOIN campaigns_template_version v ON v.id = d.template_version_id
    JOIN campaigns_template t ON t.id = v.template_id
    LEFT JOIN campaigns_journey j ON j.id = d.journey_id LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
    WHERE d.key = slot
$$;
