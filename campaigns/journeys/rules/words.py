"""What staff read about a node: a title, a note, an icon. Also the palette of steps."""

from dataclasses import dataclass
from typing import Any, Final

from campaigns.channels.words import channel_label
from campaigns.contracts import Channel
from campaigns.extension_points import journey_node_types
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.documents import DraftNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of step as staff choose it; `blank` is what a new one holds."""

    type: str
    label: str
    note: str
    icon: str
    tile: str
    blank: dict[str, Any]


_HALVES = [{"name": "A", "percent": 50, "next": "?"}, {"name": "B", "percent": 50, "next": "?"}]

KINDS: Final = (
    Kind(type="entry", label="Entry", note="What lets people in", icon="zap", tile="trigger", blank={}),
    Kind(type="send", label="Send a message", note="From a template, on its channel", icon="mail",
         tile="email", blank={"template": "", "next": "?"}),
    Kind(type="wait", label="Wait", note="For a length of time", icon="clock", tile="wait",
         blank={"seconds": 86_400, "next": "?"}),
    Kind(type="condition", label="Ask yes or no", note="What they did, or who they are", icon="split",
         tile="split", blank={"happened_since_entry": {"event": "", "match": [], "at_least": 1},
                              "yes": "?", "no": "?"}),
    Kind(type="split", label="Split by chance", note="The same person always goes the same way",
         icon="flask-conical", tile="split", blank={"branches": _HALVES}),
    Kind(type="hold", label="Hold until", note="Until something happens, or the time is over",
         icon="hourglass", tile="wait",
         blank={"branches": [{"name": "happened", "event": "", "match": [], "next": "?"}],
                "seconds": 86_400, "since": "arrival", "timeout": "?"}),
    Kind(type="wait_until", label="Wait until", note="A time of day, on their own clock",
         icon="alarm-clock", tile="wait", blank={"at": "10:00", "weekdays": [], "zone": "UTC", "next": "?"}),
    Kind(type="wait_days", label="Wait for days", note="Days of the calendar, then a time of day",
         icon="calendar-days", tile="wait", blank={"days": 1, "at": "10:00", "zone": "UTC", "next": "?"}),
    Kind(type="wait_date", label="Wait for a date", note="A date among their attributes",
         icon="calendar-clock", tile="wait",
         blank={"trait": "", "offset_days": 0, "at": "10:00", "zone": "UTC", "yearly": False,
                "next": "?", "otherwise": "?"}),
    Kind(type="throttle", label="Throttle", note="So many people in a length of time", icon="gauge",
         tile="wait", blank={"people": 100, "seconds": 60, "next": "?"}),
    Kind(type="reach", label="Choose the channel", note="The preferred one that reaches them",
         icon="route", tile="split",
         blank={"branches": [{"name": "email", "next": "?"}, {"name": "push", "next": "?"}],
                "trait": "preferred_channel", "topic": "", "otherwise": "?"}),
    Kind(type="loop", label="Go round again", note="Back to an earlier step, so many times",
         icon="repeat", tile="split", blank={"most": 3, "again": "?", "next": "?"}),
    Kind(type="update", label="Set attributes", note="Of the person", icon="user-pen", tile="push",
         blank={"settings": [], "next": "?"}),
    Kind(type="webhook", label="Call a server", note="And keep what it answers", icon="webhook",
         tile="push", blank={"url": "", "traits": [], "next": "?", "failed": "?"}),
    Kind(type="choose", label="Choose by rules", note="Several ways; the first that fits",
         icon="list-tree", tile="split",
         blank={"branches": [{"name": "first", "segment": "", "next": "?"}], "otherwise": "?"}),
    Kind(type="emit", label="Record an event", note="For segments and other journeys", icon="radio",
         tile="push", blank={"event": "", "next": "?"}),
    Kind(type="exit", label="Exit", note="The way ends here", icon="flag", tile="exit", blank={}),
)  # fmt: skip
CHANNEL_ICONS: Final = {
    Channel.EMAIL: "mail",
    Channel.SMS: "message-square-text",
    Channel.WHATSAPP: "message-circle",
    Channel.PUSH: "bell",
    Channel.WEBPUSH: "app-window",
    Channel.INAPP: "inbox",
    Channel.WEBHOOK: "webhook",
    Channel.AUDIENCE: "megaphone",
    Channel.TASK: "store",
}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KIND_BY_TYPE: Final = {kind.type: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How one node is shown."""

    title: str
    note: str
    icon: str
    tile: str


def list_steps() -> list[Kind]:
    """Return the steps staff may add: our own, then those that other apps bring, then the exit."""
    own = [kind for kind in KINDS if kind.type not in {"entry", "exit"}]
    brought = [_brought(key) for key, _ in journey_node_types.items()]
    return [*own, *filter(None, brought), _KIND_BY_TYPE["exit"]]


def find_kind(type_: str) -> Kind | None:
    """Return a type of step, also one that another app brings, by its key."""
    return _KIND_BY_TYPE.get(type_) or _brought(type_)


def _brought(key: str) -> Kind | None:
    kind = journey_node_types.find(key)
    if kind is None:
        return None
    ways = [{"name": outlet, "next": "?"} for outlet in kind.outlets]
    blank = {
        "id": key.rpartition(".")[2],
        "type": "plugin",
        "kind": key,
        "settings": {},
        "branches": ways,
    }
    return Kind(
        type=key, label=kind.label, note=kind.note, icon=kind.icon, tile="push", blank=blank
    )


def blank_node(type_: str) -> DraftNode:
    """Return a new node of a type; its ways are not led anywhere yet."""
    kind = find_kind(type_)
    return {"id": type_, "type": type_, **(kind.blank if kind else {})}


def describe(node: DraftNode, known: Known) -> Words:
    """Say what a node does, as far as it is filled in."""
    kind = find_kind(str(node.get("kind") or node["type"]))
    if kind is None:
        return Words(title=node["id"], note=node["type"], icon="puzzle", tile="split")
    title, note = _TITLES.get(node["type"], _plugin)(node, known)
    icon, tile = _look(node, known) or (kind.icon, kind.tile)
    return Words(title=title, note=node.get("note") or note, icon=icon, tile=tile)


def _look(node: DraftNode, known: Known) -> tuple[str, str] | None:
    """Return icon and color of a message by its channel."""
    channel = known.channels.get(str(node.get("template") or ""))
    if channel is None:
        return None
    return CHANNEL_ICONS[Channel(channel)], "email" if channel == Channel.EMAIL else "push"


def length(seconds: float) -> str:
    """Say a length of time in its largest whole unit: “2 hours”."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds and seconds % size == 0:
            count = int(seconds // size)
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "no time"


def _entry(node: DraftNode, known: Known) -> tuple[str, str]:
    told = [_trigger(trigger, known) for trigger in node.get("triggers") or []]
    again = "May enter again" if node.get("reentry") == "after_exit" else "Once for each person"
    if node.get("key"):
        again = f"{again}, a way for each {node['key']}"
    return (" or ".join(told) or "Choose what lets people in", again)


def _trigger(trigger: dict[str, Any], known: Known) -> str:
    segment = known.segments.get(trigger.get("segment_id") or 0)
    named = f"“{segment}”" if segment else "a segment"
    kind = trigger.get("kind")
    if kind in {"segment_entered", "segment_left"}:
        return f"{'Enters' if kind == 'segment_entered' else 'Leaves'} {named}"
    if kind == "schedule":
        return f"Everybody in {named}, {trigger.get('rrule') or 'on a schedule'}"
    if kind == "date_trait":
        return f"{say_offset(int(trigger.get('offset_days') or 0))} “{trigger.get('trait') or '…'}”"
    if kind == "api":
        return "A program calls"
    filtered = " (filtered)" if trigger.get("match") else ""
    return f"{trigger.get('event') or 'An event'}{filtered}"


def say_offset(days: int) -> str:
    """Say how far from a date: “3 days before”."""
    if not days:
        return "On"
    count = abs(days)
    return f"{count} day{'' if count == 1 else 's'} {'before' if days < 0 else 'after'}"


def _send(node: DraftNode, known: Known) -> tuple[str, str]:
    template = str(node.get("template") or "")
    name, channel = known.templates.get(template), known.channels.get(template)
    waits = any(node.get(way) for way in ("opened", "clicked"))
    said = channel_label(channel) if channel else "Message"
    note = f"{said}, {length(node.get('within') or 259_200)} to react" if waits else said
    return name or "Choose a template", note


def _wait(node: DraftNode, _known: Known) -> tuple[str, str]:
    return f"Wait {length(node.get('seconds') or 0)}", "Then go on"


def _condition(node: DraftNode, _known: Known) -> tuple[str, str]:
    happened = node.get("happened_since_entry")
    if happened is None:
        about = "the event or an answer" if node.get("context") else "the person"
        return "Matches a rule?", f"About {about}"
    times = int(happened.get("at_least") or 1)
    event = happened.get("event") or "An event"
    return f"{event} since entry?", "Condition" if times == 1 else f"At least {times} times"


def _split(node: DraftNode, _known: Known) -> tuple[str, str]:
    shares = " / ".join(f"{branch.get('percent', 0):g}" for branch in node.get("branches") or [])
    return "Split by chance", shares


def _hold(node: DraftNode, _known: Known) -> tuple[str, str]:
    events = " or ".join(branch.get("event") or "…" for branch in node.get("branches") or [])
    return f"Hold until {events}", f"At most {length(node.get('seconds') or 0)}"


def _wait_until(node: DraftNode, _known: Known) -> tuple[str, str]:
    days = " ".join(DAYS[day] for day in node.get("weekdays") or [])
    return f"Wait until {node.get('at') or '…'}", days or "Any day, their own time"


def _choose(node: DraftNode, known: Known) -> tuple[str, str]:
    names = [
        known.segment_keys.get(str(branch.get("segment")), branch.get("name") or "…")
        for branch in node.get("branches") or []
    ]
    return "Choose by rules", ", ".join(names)


def _emit(node: DraftNode, _known: Known) -> tuple[str, str]:
    return f"Record “{node.get('event') or '…'}”", "Event"


def _wait_days(node: DraftNode, _known: Known) -> tuple[str, str]:
    days = int(node.get("days") or 1)
    told = "tomorrow" if days == 1 else f"{days} days later"
    return f"Wait until {told}", f"At {node.get('at')}, their own time"


def _wait_date(node: DraftNode, _known: Known) -> tuple[str, str]:
    offset = say_offset(int(node.get("offset_days") or 0))
    return f"Wait until {offset[:1].lower()}{offset[1:]} “{node.get('trait') or '…'}”", (
        f"At {node.get('at')}, their own time"
    )


def _throttle(node: DraftNode, _known: Known) -> tuple[str, str]:
    return (
        f"{int(node.get('people') or 0):,} people in {length(node.get('seconds') or 0)}",
        "Throttle",
    )


def _reach(node: DraftNode, _known: Known) -> tuple[str, str]:
    names = [str(branch.get("name")) for branch in node.get("branches") or []]
    return "Choose the channel", ", ".join(names)


def _loop(node: DraftNode, _known: Known) -> tuple[str, str]:
    times = int(node.get("most") or 0)
    return "Go round again", f"At most {times} time{'' if times == 1 else 's'}"


def _update(node: DraftNode, _known: Known) -> tuple[str, str]:
    names = [str(setting.get("trait")) for setting in node.get("settings") or []]
    return f"Set {', '.join(names) or '…'}", "Attributes of the person"


def _webhook(node: DraftNode, _known: Known) -> tuple[str, str]:
    host = str(node.get("url") or "").partition("//")[2].partition("/")[0]
    return f"Call {host or 'a server'}", "And keep the answer"


def _plugin(node: DraftNode, _known: Known) -> tuple[str, str]:
    kind = journey_node_types.get(node["kind"])
    said = ", ".join(str(value) for value in (node.get("settings") or {}).values())
    return kind.label, said or kind.note


def _exit(_node: DraftNode, _known: Known) -> tuple[str, str]:
    return "Exit", "The way ends here"


_TITLES: Final = {
    "entry": _entry,
    "send": _send,
    "wait": _wait,
    "condition": _condition,
    "split": _split,
    "hold": _hold,
    "wait_until": _wait_until,
    "choose": _choose,
    "emit": _emit,
    "wait_days": _wait_days,
    "wait_date": _wait_date,
    "throttle": _throttle,
    "reach": _reach,
    "loop": _loop,
    "update": _update,
    "webhook": _webhook,
    "exit": _exit,
}
