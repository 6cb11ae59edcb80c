"""Icons that templates name exist: a wrong name fails only where it is drawn, on some rare page."""

import re

from kernel.ui.icons import icon
from tests.architecture.sources import ROOT

_NAMED = re.compile(r"""\bicon="([a-z0-9-]+)"|\{% icon "([a-z0-9-]+)\"""")


def test_every_icon_of_a_template_exists():
    names = set()
    for template in (ROOT / "templates").rglob("*.html"):
        names |= {one or other for one, other in _NAMED.findall(template.read_text())}
    assert "download" in names
    assert [name for name in sorted(names) if "<svg" not in str(icon(name))] == []
