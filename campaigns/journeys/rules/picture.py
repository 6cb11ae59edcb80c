"""Where the nodes and arrows of a draft stand on the canvas. Arrows back up are told in words."""

from dataclasses import dataclass

from campaigns.journeys.rules.documents import Document, arrows, reachable
from kernel.ui.graph import LANE_WIDTH, Box, Edge, Layout, Route, layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One way out of a node. `route` is missing when it leads back up."""

    source: str
    slot: str
    label: str
    target: str
    route: Route | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The canvas: its size, a box for each node, the arrows."""

    width: float
    height: float
    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the indented list."""

    node: str
    depth: int
    branch: str
    is_repeat: bool


def draw(document: Document) -> Picture:
    """Lay a draft out from top to bottom; branches keep their order."""
    nodes = {node["id"]: node for node in document["nodes"]}
    order = reachable(document)
    back = _back_arrows(document)
    ways = [
        (name, slot, label, target)
        for name in order
        for slot, label, target in arrows(nodes[name])
        if target in nodes
    ]
    edges = [
        Edge(source=source, target=target, branch=slot, lane=_lane(label))
        for source, slot, label, target in ways
        if (source, slot) not in back
    ]
    drawn: Layout = layout(order, edges)
    routes = {(route.edge.source, route.edge.branch): route for route in drawn.routes}
    return Picture(
        width=drawn.width,
        height=drawn.height,
        boxes={str(name): box for name, box in drawn.boxes.items()},
        arrows=tuple(
            Arrow(source=source, slot=slot, label=label, target=target,
                  route=routes.get((source, slot)))
            for source, slot, label, target in ways
        ),
    )  # fmt: skip


def _lane(label: str) -> float:
    """Return the room that the name of a branch takes, up to a limit."""
    return min(max(LANE_WIDTH, 24 + 6.5 * len(label)), 160)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small picture of a journey: lines, and the left top corner of each step."""

    view_box: str
    lines: tuple[str, ...]
    boxes: tuple[tuple[float, float], ...]


def thumbnail(document: Document) -> Thumbnail:
    """Return a small picture of a journey; the words are left out."""
    picture = draw(document)
    return Thumbnail(
        view_box=f"0 0 {picture.width:g} {picture.height:g}",
        lines=tuple(arrow.route.path for arrow in picture.arrows if arrow.route),
        boxes=tuple((box.x, box.y) for box in picture.boxes.values()),
    )


def outline(document: Document) -> list[Line]:
    """Return the journey as an indented list; a node told before is only named again."""
    nodes = {node["id"]: node for node in document["nodes"]}
    order = reachable(document)
    lines: list[Line] = []
    told: set[str] = set()
    waiting = [(order[0], 0, "")] if order else []
    while waiting:
        name, depth, branch = waiting.pop()
        lines.append(Line(node=name, depth=min(depth, 6), branch=branch, is_repeat=name in told))
        if name in told:
            continue
        told.add(name)
        ways = [way for way in arrows(nodes[name]) if way[2] in nodes]
        deeper = depth + (len(ways) > 1)
        waiting.extend(
            (target, deeper, label if len(ways) > 1 else "") for _, label, target in reversed(ways)
        )
    return lines


def _back_arrows(document: Document) -> set[tuple[str, str]]:
    """Return the arrows that close a circle, found by a walk in branch order."""
    nodes = {node["id"]: node for node in document["nodes"]}
    order = reachable(document)
    back: set[tuple[str, str]] = set()
    state: dict[str, int] = {}
    stack = [(order[0], iter(arrows(nodes[order[0]])))] if order else []
    while stack:
        name, ways = stack[-1]
        state[name] = 1
        step = next(ways, None)
        if step is None:
            state[name] = 2
            stack.pop()
            continue
        slot, _, target = step
        if state.get(target) == 1:
            back.add((name, slot))
        elif target in nodes and target not in state:
            stack.append((target, iter(arrows(nodes[target]))))
    return back
