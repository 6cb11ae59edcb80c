-- The slot into which a message counts for a volume limit, and after which slot the running period
-- begins. Minutes and hours roll on by tenths, rounded so that no rolling period ever holds more than
-- the limit; days, weeks and months are those of the calendar of a zone.
CREATE FUNCTION campaigns_volume_window(period text, zone text, at timestamptz)
RETURNS TABLE (slot timestamptz, after timestamptz) LANGUAGE sql STABLE AS $$
    SELECT CASE period
            WHEN 'minute' THEN date_bin('6 seconds', at, timestamptz 'epoch')
            WHEN 'hour' THEN date_bin('6 minutes', at, timestamptz 'epoch')
            ELSE date_trunc(period, at AT TIME ZONE zone) AT TIME ZONE zone END,
        CASE period
            WHEN 'minute' THEN at - interval '66 seconds'
            WHEN 'hour' THEN at - interval '66 minutes'
            ELSE date_trunc(period, at AT TIME ZONE zone) AT TIME ZONE zone - interval '1 microsecond' END
$$;
