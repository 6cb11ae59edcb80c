"""A journey as staff define it: a graph of typed nodes, checked as a whole."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from campaigns.journeys.nodes.choose import Choose
from campaigns.journeys.nodes.condition import Condition
from campaigns.journeys.nodes.emit import Emit
from campaigns.journeys.nodes.entry import Entry
from campaigns.journeys.nodes.exit import Exit
from campaigns.journeys.nodes.hold import Hold
from campaigns.journeys.nodes.loop import Loop
from campaigns.journeys.nodes.matching import Match
from campaigns.journeys.nodes.plugin import Plugin
from campaigns.journeys.nodes.reach import Reach
from campaigns.journeys.nodes.send import Send
from campaigns.journeys.nodes.split import Split
from campaigns.journeys.nodes.throttle import Throttle
from campaigns.journeys.nodes.update import Update
from campaigns.journeys.nodes.wait import Wait
from campaigns.journeys.nodes.wait_date import WaitDate
from campaigns.journeys.nodes.wait_days import WaitDays
from campaigns.journeys.nodes.wait_until import WaitUntil
from campaigns.journeys.nodes.webhook import Webhook

AnyNode = Annotated[
    Entry
    | Wait
    | WaitUntil
    | WaitDays
    | WaitDate
    | Throttle
    | Hold
    | Condition
    | Choose
    | Reach
    | Split
    | Loop
    | Send
    | Update
    | Emit
    | Webhook
    | Plugin
    | Exit,
    Field(discriminator="type"),
]


class LeaveRule(BaseModel):
    """Something people may do at any time that ends their way at once; a goal is a conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(min_length=1, max_length=200)
    match: list[Match] = Field(default_factory=list, max_length=10)
    is_goal: bool = True
    any_key: bool = False


class Goal(BaseModel):
    """What the journey is for: who does it within `days` of entering has converted.

    The same goal is measured in the holdout. With `leaves` people leave as soon as they reach it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(min_length=1, max_length=200)
    match: list[Match] = Field(default_factory=list, max_length=10)
    days: int = Field(default=14, ge=1, le=365)
    leaves: bool = True


class Problem(ValueError):
    """A fault of a definition: `path` says where, the text says what and what to do."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class Definition(BaseModel):
    """All of a journey. The entry is the first node the engine numbers, then as they are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    holdout_percent: float = Field(default=10, ge=0, le=50)
    goal: Goal | None = None
    leaves: list[LeaveRule] = Field(default_factory=list, max_length=10)
    nodes: list[AnyNode] = Field(min_length=2, max_length=200)

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        names = [node.id for node in self.nodes]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"two nodes have the id “{twice}”; ids are unique")
        if sum(isinstance(node, Entry) for node in self.nodes) != 1:
            raise ValueError("a journey has exactly one entry")
        for node in self.nodes:
            for outlet, target in node.outlets():
                if target not in names:
                    raise ValueError(
                        f"“{node.id}” leads by “{outlet}” to “{target}”, which is missing"
                    )
        self._check_ways()
        return self

    @property
    def entry(self) -> Entry:
        """The one entry."""
        return next(node for node in self.nodes if isinstance(node, Entry))

    def leave_rules(self) -> list[LeaveRule]:
        """Return everything that ends a way at once, the goal first."""
        if self.goal is None or not self.goal.leaves:
            return self.leaves
        return [LeaveRule(event=self.goal.event, match=self.goal.match), *self.leaves]

    def numbered(self) -> list[AnyNode]:
        """Return the nodes in the engine's order: the entry is node 0."""
        return [self.entry, *(node for node in self.nodes if not isinstance(node, Entry))]

    def _check_ways(self) -> None:
        """Refuse nodes nobody reaches and circles in which nobody ever waits."""
        ways = {node.id: [target for _, target in node.outlets()] for node in self.nodes}
        reached, waiting = set[str](), [self.entry.id]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(ways[name])
        lost = [name for name in ways if name not in reached]
        if lost:
            raise ValueError(f"nobody can reach “{lost[0]}”; lead a way to it or delete it")
        waits = {
            node.id
            for node in self.nodes
            if isinstance(node, Hold | WaitDays | Loop | Webhook)
            or (isinstance(node, Wait) and node.seconds > 0)
            or node.engine_row().act == "deliver"
        }
        circle = find_circle({n: t for n, t in ways.items() if n not in waits})
        if circle:
            raise ValueError(f"people would circle through “{circle}” for ever; put a wait into it")


def find_circle(ways: dict[str, list[str]]) -> str | None:
    """Return a node on a circle of the graph, or `None`. Targets outside the graph are ends."""
    state: dict[str, int] = {}
    for start, first in ways.items():
        stack = [(start, iter(first))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            name, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                state[name] = 2
                stack.pop()
            elif state.get(target) == 1:
                return target
            elif target in ways and target not in state:
                state[target] = 1
                stack.append((target, iter(ways[target])))
    return None


def parse_definition(raw: Any) -> Definition:
    """Return a checked definition; raises `Problem` with the path of the first fault."""
    try:
        return Definition.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(["definition", *map(str, first["loc"])])
        raise Problem(path, f"{path}: {first['msg'].removeprefix('Value error, ')}.") from None
