"""What a visitor of the public page may do. Pure."""

import re

# Links that chat programs and crawlers fetch to show a preview; a look by one is not a visit.
ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|fetch|scan|facebookexternalhit|whatsapp|embedly|"
    r"skypeuripreview|python-|curl/|wget/|go-http|headless|monitor",
    re.IGNORECASE,
)
# One network may try this often an hour: enough for a classroom, too little for a script.
ATTEMPTS_AN_HOUR = 30
# A form that was opened longer ago is shown again instead of accepted.
TOKEN_SECONDS = 12 * 3_600


def is_robot(user_agent: str) -> bool:
    """Say whether a browser names itself a robot, or names nothing at all."""
    return not user_agent.strip() or ROBOTS.search(user_agent) is not None


def frame_policy(allowed_sites: tuple[str, ...]) -> str:
    """Return the content security policy of the page: framed by the program's sites only."""
    ancestors = " ".join(("'self'", *allowed_sites))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action 'self'; frame-ancestors {ancestors}"
    )
