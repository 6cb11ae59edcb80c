"""Layered layout of a graph that flows downward, such as the steps of a journey. Pure.

Deterministic: the same graph gives the same picture, and branches never change places. Rank is the
longest path from a root; an edge that passes ranks keeps a lane of its own on each; the order in a
rank is the depth-first visit in branch order; positions come from sweeps that pull every item to
its neighbors and keep order and gaps (pool adjacent violators: Ayer et al., Ann. Math. Stat. 26,
1955).
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

NODE_WIDTH: Final = 236.0
NODE_HEIGHT: Final = 82.0
GAP_X: Final = 40.0
GAP_Y: Final = 66.0
LANE_WIDTH: Final = 60.0
SPLIT: Final = 22.0
"""Branches part this far below their node."""
MERGE: Final = 30.0
"""Edges meet this far above their node."""
RADIUS: Final = 8.0
SWEEPS: Final = 16

Id = Hashable
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow; the order of a node's edges in the input is the order of its branches."""

    source: Id
    target: Id
    branch: str = ""
    lane: float = LANE_WIDTH
    """How wide its lane is where it passes ranks: room for the name of the branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a node is drawn: its left top corner in pixels, and its rank from the top."""

    x: float
    y: float
    rank: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How an edge is drawn: an SVG path, and where its branch's name and its “+” stand."""

    edge: Edge
    path: str
    label: Point
    plus: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The picture: size in pixels, a box for each node, a route for each edge."""

    width: float
    height: float
    boxes: dict[Id, Box]
    routes: tuple[Route, ...]


@dataclass(slots=True, eq=False)
class _Item:
    """A node, or the lane of an edge on one rank."""

    rank: int
    node: Id | None
    x: float = 0.0
    place: int = 0
    width: float = NODE_WIDTH


def layout(nodes: Sequence[Id], edges: Sequence[Edge]) -> Layout:
    """Place the nodes and draw the edges; 200 nodes take some ten milliseconds.

    Raises:
        ValueError: an edge names an unknown node, or the edges go round in a circle.
    """
    known = set(nodes)
    for edge in edges:
        if edge.source not in known or edge.target not in known:
            raise ValueError(
                f"The edge from {edge.source!r} to {edge.target!r} has an unknown end."
            )
    order = _topological(nodes, edges)
    long: set[int] = set()
    while True:
        ranks = _ranks(order, edges, long)
        rows, chains = _rows(nodes, edges, ranks)
        crossed = _crossed(edges, chains)
        if crossed is None:
            break
        # This edge must leave its node at its own place, so its target moves one rank down.
        long.add(crossed)
    _sweep(rows, chains)
    return _picture(rows, edges, chains)


def _topological(nodes: Sequence[Id], edges: Sequence[Edge]) -> list[Id]:
    waiting = dict.fromkeys(nodes, 0)
    for edge in edges:
        waiting[edge.target] += 1
    order = [node for node in nodes if waiting[node] == 0]
    targets: dict[Id, list[Id]] = {node: [] for node in nodes}
    for edge in edges:
        targets[edge.source].append(edge.target)
    for node in order:
        for target in targets[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                order.append(target)
    if len(order) < len(nodes):
        left = next(node for node in nodes if waiting[node])
        raise ValueError(f"The edges go round in a circle through {left!r}.")
    return order


def _ranks(order: Sequence[Id], edges: Sequence[Edge], long: set[int]) -> dict[Id, int]:
    leaving: dict[Id, list[int]] = {node: [] for node in order}
    for index, edge in enumerate(edges):
        leaving[edge.source].append(index)
    ranks = dict.fromkeys(order, 0)
    for node in order:
        for index in leaving[node]:
            step = 2 if index in long else 1
            target = edges[index].target
            ranks[target] = max(ranks[target], ranks[node] + step)
    return ranks


def _rows(
    nodes: Sequence[Id], edges: Sequence[Edge], ranks: dict[Id, int]
) -> tuple[list[list[_Item]], list[list[_Item]]]:
    """Return the items of each rank in their order, and for each edge the items it runs through."""
    rows: list[list[_Item]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    chains: list[list[_Item]] = [[] for _ in edges]
    leaving: dict[Id, list[int]] = {node: [] for node in nodes}
    for index, edge in enumerate(edges):
        leaving[edge.source].append(index)
    items: dict[Id, _Item] = {}

    def put(item: _Item) -> _Item:
        item.place = len(rows[item.rank])
        rows[item.rank].append(item)
        return item

    def enter(node: Id) -> Iterator[int]:
        items[node] = put(_Item(ranks[node], node))
        return iter(leaving[node])

    reached = {edge.target for edge in edges}
    for root in (node for node in nodes if node not in reached):
        stack = [enter(root)]
        while stack:
            upcoming = next(stack[-1], None)
            if upcoming is None:
                stack.pop()
                continue
            edge = edges[upcoming]
            lanes = range(ranks[edge.source] + 1, ranks[edge.target])
            chains[upcoming] = [put(_Item(rank, None, width=edge.lane)) for rank in lanes]
            if edge.target not in items:
                stack.append(enter(edge.target))
    for index, edge in enumerate(edges):
        chains[index] = [items[edge.source], *chains[index], items[edge.target]]
    return rows, chains


def _crossed(edges: Sequence[Edge], chains: Sequence[list[_Item]]) -> int | None:
    """Return an edge that leaves its node on the wrong side of an earlier branch, if any."""
    furthest: dict[Id, int] = {}
    for index, edge in enumerate(edges):
        first = chains[index][1]
        if first.place <= furthest.get(edge.source, -1):
            # Always an edge to a node that was met before: lanes are laid in the order of branches.
            return index
        furthest[edge.source] = first.place
    return None


def _sweep(rows: Sequence[list[_Item]], chains: Sequence[list[_Item]]) -> None:
    above: dict[_Item, list[tuple[_Item, float]]] = {item: [] for row in rows for item in row}
    below: dict[_Item, list[tuple[_Item, float]]] = {item: [] for row in rows for item in row}
    for chain in chains:
        for upper, lower in pairwise(chain):
            weight = 4.0 if upper.node is None and lower.node is None else 1.0
            below[upper].append((lower, weight))
            above[lower].append((upper, weight))
    for row in rows:
        for item, x in zip(row, _spread([0.0] * len(row), row), strict=True):
            item.x = x
    for turn in range(SWEEPS):
        # The last sweep goes upward: a split then stands in the middle above its branches.
        downward = turn % 2 == 0
        for row in rows if downward else reversed(rows):
            wishes = [_wish(item, above[item] if downward else below[item]) for item in row]
            for item, x in zip(row, _spread(wishes, row), strict=True):
                item.x = x


def _wish(item: _Item, pulls: Sequence[tuple[_Item, float]]) -> float:
    total = sum(weight for _, weight in pulls)
    return sum(other.x * weight for other, weight in pulls) / total if total else item.x


def _spread(wishes: Sequence[float], row: Sequence[_Item]) -> list[float]:
    """Return the centers nearest to the wishes that keep the order and the gaps of the row."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + _distance(left, right))
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=False):
        mean, count = wish - offset, 1
        while pools and pools[-1][0] >= mean:
            before, size = pools.pop()
            mean = (mean * count + before * size) / (count + size)
            count += size
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=False)]


def _distance(left: _Item, right: _Item) -> float:
    lanes = (left.node is None) + (right.node is None)
    return (left.width + right.width) / 2 + (GAP_X, GAP_X / 2, 0.0)[lanes]


def _picture(
    rows: Sequence[list[_Item]], edges: Sequence[Edge], chains: Sequence[list[_Item]]
) -> Layout:
    items = [item for row in rows for item in row]
    left = min((item.x - item.width / 2 for item in items), default=0.0)
    for item in items:
        item.x = round(item.x - left, 1)
    boxes = {
        item.node: Box(
            x=round(item.x - NODE_WIDTH / 2, 1), y=_top(item.rank), rank=item.rank, place=item.place
        )
        for item in items if item.node is not None
    }  # fmt: skip
    branches: dict[Id, int] = {}
    for edge in edges:
        branches[edge.source] = branches.get(edge.source, 0) + 1
    routes = tuple(
        _route(edge, chain, is_branch=branches[edge.source] > 1)
        for edge, chain in zip(edges, chains, strict=True)
    )
    width = max((item.x + item.width / 2 for item in items), default=0.0)
    return Layout(
        width=width, height=_top(len(rows)) - GAP_Y if rows else 0.0, boxes=boxes, routes=routes
    )


def _top(rank: int) -> float:
    return rank * (NODE_HEIGHT + GAP_Y)


def _route(edge: Edge, chain: Sequence[_Item], *, is_branch: bool) -> Route:
    start = (chain[0].x, _top(chain[0].rank) + NODE_HEIGHT)
    points = [start]
    for item, following in pairwise(chain):
        # Branches part just below their node; everything else turns just above the next one.
        early = is_branch and item is chain[0]
        turn = start[1] + SPLIT if early else _top(following.rank) - MERGE
        points += [(item.x, turn), (following.x, turn)]
    points.append((chain[-1].x, _top(chain[-1].rank)))
    if is_branch:
        first = chain[1].x
        label, plus = (first, start[1] + SPLIT), (first, start[1] + SPLIT + 17)
    else:
        label = plus = (start[0], start[1] + 18)
    return Route(edge=edge, path=_rounded(points), label=label, plus=plus)


def _rounded(points: Sequence[Point]) -> str:
    """Return a path along right angles whose corners are rounded."""
    corners = _corners(points)
    path = [f"M{_n(corners[0][0])} {_n(corners[0][1])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(RADIUS, _length(before, corner) / 2, _length(corner, after) / 2)
        a, b = _toward(corner, before, radius), _toward(corner, after, radius)
        path.append(f"L{_n(a[0])} {_n(a[1])}Q{_n(corner[0])} {_n(corner[1])} {_n(b[0])} {_n(b[1])}")
    path.append(f"L{_n(corners[-1][0])} {_n(corners[-1][1])}")
    return "".join(path)


def _corners(points: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if kept and _length(kept[-1], point) < 0.5:
            continue
        in_line = len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        )
        if in_line:
            kept.pop()
        kept.append(point)
    return kept


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _toward(start: Point, end: Point, distance: float) -> Point:
    share = distance / (_length(start, end) or 1.0)
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
