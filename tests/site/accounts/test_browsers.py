import pytest

from mcps_site.accounts.browsers import name_browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(("user_agent", "expected"), [
    (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/156.0 Safari/537.36", "Chrome on Linux"),
    (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1", "Safari on macOS"),
    (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140 Mobile", "Chrome on Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
    ("curl/8.5.0", "curl/8.5.0"),
    ("", "Unknown"),
])  # fmt: skip
def test_browser_has_a_name(user_agent, expected):
    assert name_browser(user_agent) == expected
