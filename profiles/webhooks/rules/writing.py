"""JSON as people read it: what fits stands on one line, the rest is indented."""

import json
from typing import Any

_WIDTH = 76
_STEP = "  "


def write_json(value: Any, *, indent: str = "", used: int = 0) -> str:
    """Return JSON of short lines; `used` letters stand before it on its first line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + used + len(flat) <= _WIDTH:
        return flat
    inner = indent + _STEP
    if isinstance(value, list):
        parts = [inner + write_json(item, indent=inner) for item in value]
        return "[\n" + ",\n".join(parts) + f"\n{indent}]"
    members = [
        f"{inner}{key}: {write_json(item, indent=inner, used=len(key) + 2)}"
        for key, item in (
            (json.dumps(name, ensure_ascii=False), item) for name, item in value.items()
        )
    ]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
