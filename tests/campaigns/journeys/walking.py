"""What must become of one person in a journey, worked out in plain Python, one instant at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kernel.buckets import bucket

PLAIN = {"entry": "entered", "send": "message_planned", "emit": "event_emitted"}


@dataclass
class Walker:
    """A person on their way through a definition. `events` are name and instant, as recorded."""

    nodes: dict[str, dict]
    salt: str
    key: str
    entered_at: datetime
    node: str = "entry"
    since: datetime | None = None
    state: str = "active"
    trail: list[str] = field(default_factory=lambda: ["entered"])
    events: list[tuple[str, datetime]] = field(default_factory=list)
    passes: dict[str, int] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)

    def decided(self, now: datetime) -> None:
        """The message whose outcome is awaited was sent."""
        if self.state == "active" and self._is_deliver():
            self._go(self.nodes[self.node]["sent"], "message_sent", now)

    def does(self, event: str, now: datetime) -> None:
        """The person does something; a goal ends the way, an awaited event moves on."""
        self.events.append((event, now))
        if self.state != "active":
            return
        if event == "Goal" and now >= self.entered_at:
            self.state = "finished"
            self.trail.append("goal_reached")
        elif self._here("hold"):
            self._look(now, [(event, now)])

    def advance(self, now: datetime) -> None:
        """Go as far as the instant allows."""
        while self.state == "active" and self._step(now):
            pass

    def _step(self, now: datetime) -> bool:
        node = self.nodes[self.node]
        kind, since = node["type"], self.since or now
        if self._is_deliver():
            return self._when_over(node["within"], node["next"], "no_outcome", now)
        if kind == "wait":
            return self._when_over(node["seconds"], node["next"], "waited", now)
        if kind == "hold":
            if now < since + timedelta(seconds=node["seconds"]):
                return False
            return self._go(node["timeout"], "timed_out", now)
        if kind == "split":
            first, second = node["branches"]
            way = first if bucket(f"{self.salt}:{node['id']}", self.key) < 5000 else second
            return self._go(way["next"], way["name"], now)
        if kind == "condition":
            did = any(name == "A" and at >= self.entered_at for name, at in self.events)
            way, reason = ("yes", "condition_met") if did else ("no", "condition_not_met")
            return self._go(node[way], reason, now)
        if kind == "loop":
            count = self.passes.get(self.node, 0)
            self.passes[self.node] = count + 1
            if count < node["most"]:
                return self._go(node["again"], "goes_again", now)
            return self._go(node["next"], "been_enough", now)
        if kind == "send":
            self.planned.append(self.node)
        return self._go(node["next"], PLAIN[kind], now)

    def _go(self, target: str, reason: str, now: datetime) -> bool:
        self.trail.append(reason)
        self.node, self.since = target, now
        if self.nodes[target]["type"] == "exit":
            self.state = "finished"
        elif self._is_deliver():
            self.planned.append(target)
        elif self._here("hold"):
            self._look(now, self.events)
        return True

    def _look(self, now: datetime, events: list[tuple[str, datetime]]) -> None:
        branches = self.nodes[self.node]["branches"]
        hits = [
            (at, place)
            for name, at in events
            for place, branch in enumerate(branches)
            if branch["event"] == name and self.since is not None and at >= self.since
        ]
        if hits:
            self._go(branches[min(hits)[1]]["next"], "event_arrived", now)

    def _when_over(self, seconds: int, target: str, reason: str, now: datetime) -> bool:
        if self.since is None or now < self.since + timedelta(seconds=seconds):
            return False
        return self._go(target, reason, now)

    def _here(self, kind: str) -> bool:
        return self.nodes[self.node]["type"] == kind

    def _is_deliver(self) -> bool:
        return self._here("send") and "sent" in self.nodes[self.node]
