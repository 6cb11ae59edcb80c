"""JSON with numbers exactly as the database wrote them."""

import json
from decimal import Decimal
from typing import Any


def loads_exact(text: str) -> Any:
    """Read JSON; fractions become `Decimal`, never float."""
    return json.loads(text, parse_float=Decimal)
