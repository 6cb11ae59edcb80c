"""Times of events, as whole microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Events of the next minutes come from clocks that are a little fast; later ones are wrong.
FUTURE_TOLERANCE = 5 * 60 * 1_000_000
# Nothing a person did on a connected device is older; such times come from unset clocks.
OLDEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
# What Python can hold, in any zone: a day within the years 1 to 9999.
_FIRST = int(datetime(1, 1, 2, tzinfo=UTC).timestamp()) * 1_000_000
_LAST = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp()) * 1_000_000
# Below this a number counts seconds, above it milliseconds (1973 in milliseconds, 5138 in seconds).
_MILLISECONDS_FROM = 100_000_000_000


def to_micros(moment: datetime) -> int:
    """Return a time as microseconds; one without a zone counts as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return microseconds as a time in UTC."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


def parse_instant(value: object) -> int | None:
    """Read a time as SDKs send it: ISO 8601 text, or epoch seconds or milliseconds.

    `None` and empty text are no time.

    Raises:
        ValueError: when it is anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        micros = to_micros(datetime.fromisoformat(value))
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        micros = int(value * (1_000_000 if abs(value) < _MILLISECONDS_FROM else 1_000))
    else:
        raise ValueError("not a time")
    if not _FIRST <= micros <= _LAST:
        raise ValueError("not a time that can be shown")
    return micros


def correct_skew(original: int | None, sent: int | None, received: int) -> int:
    """Return when an event happened by our clock, though the device's clock may be wrong.

    `received - (sent - original)`, as the Segment specification has it. Without `sent` the
    original is trusted, without both it happened when we received it. Times in the future or
    before 1990 cannot be: they become the time of receipt, and the original time stays beside it.
    """
    if original is None:
        return received
    at = original if sent is None else received - (sent - original)
    return at if OLDEST <= at <= received + FUTURE_TOLERANCE else received
