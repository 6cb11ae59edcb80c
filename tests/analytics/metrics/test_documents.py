"""The page of metrics says what the code says."""

from pathlib import Path

from django.conf import settings

from analytics.metrics.definitions import METRICS

PAGE = Path(settings.BASE_DIR) / "docs/reference/metrics.md"


def test_the_page_lists_every_metric_as_it_is_defined():
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    assert rows == [
        f"| `{m.key}` | {m.label} | {m.unit.value} | {m.formula} | {', '.join(m.breakdowns)} |"
        for m in METRICS
    ]
