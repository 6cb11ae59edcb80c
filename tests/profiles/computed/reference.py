"""Computed traits by plain Python, written without the product's code, to compare with."""

from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

UNITS = {"days": timedelta(days=1)}


def expected(definition, touches, now):
    """Return the value of one person, or `None`; touches are (id, event, at, revenue, properties)."""
    picked = [
        one
        for one in sorted(touches, key=lambda one: (one[2], one[0]))
        if one[1] == definition["event"]
        and _in_window(definition["window"], one[2], now)
        and all(one[4].get(f["property"]) in f["test"]["values"] for f in definition["where"])
    ]
    measure = definition["measure"]
    if measure == "count":
        return len(picked) or None
    values = [_read(one, definition["property"]) for one in picked]
    values = [one for one in values if one is not None]
    if not values:
        return None
    if measure in {"sum", "average", "minimum", "maximum"}:
        return _number(measure, [Decimal(str(one)) for one in values])
    texts = [str(one) for one in values]
    if measure == "most_frequent":
        counted = Counter(texts)
        return min(text for text in counted if counted[text] == max(counted.values()))
    return {
        "first": texts[0],
        "last": texts[-1],
        "unique_count": len(set(texts)),
        "unique_list": sorted(set(texts)),
    }[measure]


def _number(measure, numbers):
    with localcontext() as context:
        context.prec = 60
        if measure == "average":
            mean = sum(numbers) / len(numbers)
            return mean.quantize(Decimal("0.000001"), ROUND_HALF_UP)
        return {"sum": sum, "minimum": min, "maximum": max}[measure](numbers)


def _read(one, name):
    return one[3] if name == "revenue" else one[4].get(name)


def _in_window(window, at, now):
    if window["kind"] == "ever":
        return True
    if window["kind"] == "last":
        return at > now - timedelta(days=window["span"]["amount"])
    near, far = window["nearest"]["amount"], window["farthest"]["amount"]
    return now - timedelta(days=far) < at <= now - timedelta(days=near)
