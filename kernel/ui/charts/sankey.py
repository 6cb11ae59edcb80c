"""Sankey diagram: how people flow between stages, ribbons as thick as their number."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.scale import Format, plain

WIDTH, HEIGHT, BAR, GAP = 1000.0, 320.0, 8.0, 14.0
MARGIN, LINE = 160.0, 15.0
"""The room right of the last stage for its names, and the height of a name."""
NARROW, WIDE, LETTER = 520.0, 1100.0, 7.0
"""The least widths of the picture in pixels, as the style sheet has them, and that of a letter."""
ROUNDS = 40
"""Relaxation rounds; the picture stands still after about twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """So many from one node to another."""

    source: str
    target: str
    count: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sankey:
    """Stages from left to right, each a sequence of node names that occur in no other stage."""

    title: str
    stages: Sequence[Sequence[str]]
    flows: Sequence[Flow]
    figure: Format = plain


@dataclass(slots=True)
class _Node:
    name: str
    stage: int
    size: float
    tone: str
    y: float = 0.0
    inflow: list[Flow] = field(default_factory=list)
    outflow: list[Flow] = field(default_factory=list)


def sankey(chart: Sankey) -> SafeString:
    """Return the diagram; nodes without flow are left out.

    Raises:
        ValueError: a flow names an unknown node, or does not lead to a later stage.
    """
    nodes = _collect(chart)
    stages = [[n for n in nodes.values() if n.stage == s] for s in range(len(chart.stages))]
    unit = _unit(stages)
    _relax(stages, nodes, unit)
    ribbons = _ribbons(nodes, unit, len(chart.stages))
    bars = [_bar(node, unit, len(chart.stages)) for node in nodes.values()]
    drawing = markup.element(
        "svg", *ribbons, *bars, view_box=f"0 0 {markup.number(WIDTH)} {markup.number(HEIGHT)}",
        keep_ratio="none", width="100%", height="100%",
    )  # fmt: skip
    is_long = len(chart.stages) > 4
    room = int((WIDE if is_long else NARROW) * (_x(1, len(chart.stages)) / WIDTH) / LETTER)
    texts = [
        _text(node, middle, room, chart)
        for stage in stages for node, middle in _middles(stage, unit)
    ]  # fmt: skip
    picture = markup.element(
        "svg", drawing, *texts, width="100%", height=HEIGHT, aria_hidden="true", focusable="false",
        class_="sankey__drawing sankey__drawing--long" if is_long else "sankey__drawing",
    )  # fmt: skip
    rows = [[f.source, f.target, chart.figure(f.count)] for f in chart.flows if f.count > 0]
    return format_html(
        '<figure class="plot sankey" aria-label="{}"><div class="sankey__scroll" role="region" '
        'aria-label="{}" tabindex="0">{}</div>{}</figure>',
        chart.title,
        f"Picture of {chart.title}",
        picture,
        markup.data_table(chart.title, ["From", "To", "People"], rows),
    )


def _collect(chart: Sankey) -> dict[str, _Node]:
    nodes = {
        name: _Node(
            name, stage, 0.0, f"series-{place + 1}" if not stage and place < 5 else "series-other"
        )
        for stage, names in enumerate(chart.stages)
        for place, name in enumerate(names)
    }
    for flow in chart.flows:
        if flow.source not in nodes or flow.target not in nodes:
            raise ValueError(
                f"The flow from “{flow.source}” to “{flow.target}” has an unknown end."
            )
        source, target = nodes[flow.source], nodes[flow.target]
        if target.stage <= source.stage:
            raise ValueError(f"“{flow.target}” does not come after “{flow.source}”.")
        if flow.count > 0:
            source.outflow.append(flow)
            target.inflow.append(flow)
    for node in nodes.values():
        node.size = max(sum(f.count for f in node.inflow), sum(f.count for f in node.outflow))
    return {name: node for name, node in nodes.items() if node.size > 0}


def _unit(stages: Sequence[Sequence[_Node]]) -> float:
    """Return the height of one person: the fullest stage just fits."""
    return min(
        (
            (HEIGHT - GAP * (len(stage) - 1)) / sum(node.size for node in stage)
            for stage in stages if stage
        ),
        default=1.0,
    )  # fmt: skip


def _relax(stages: Sequence[list[_Node]], nodes: dict[str, _Node], unit: float) -> None:
    for stage in stages:
        free = HEIGHT - unit * sum(node.size for node in stage) - GAP * (len(stage) - 1)
        top = free / 2
        for node in stage:
            node.y = top
            top += node.size * unit + GAP
    for turn in range(ROUNDS):
        pull = 0.99**turn
        for stage in stages if turn % 2 else reversed(stages):
            for node in stage:
                node.y += (_wish(node, nodes, unit) - node.y) * pull * 0.5
            _separate(stage, unit)


def _wish(node: _Node, nodes: dict[str, _Node], unit: float) -> float:
    ends = [(f.source, f.count) for f in node.inflow] + [(f.target, f.count) for f in node.outflow]
    total = sum(count for _, count in ends)
    middle = sum((nodes[n].y + nodes[n].size * unit / 2) * count for n, count in ends) / total
    return middle - node.size * unit / 2


def _separate(stage: Sequence[_Node], unit: float) -> None:
    """Keep the order of the nodes, push them apart, and keep all inside the picture."""
    top = 0.0
    for node in stage:
        node.y = max(node.y, top)
        top = node.y + node.size * unit + GAP
    bottom = HEIGHT
    for node in reversed(stage):
        node.y = min(node.y, bottom - node.size * unit)
        bottom = node.y - GAP


def _x(stage: int, stages: int) -> float:
    return (WIDTH - MARGIN - BAR) * stage / max(1, stages - 1)


def _ribbons(nodes: dict[str, _Node], unit: float, stages: int) -> list[SafeString]:
    left = {name: node.y for name, node in nodes.items()}
    right = dict(left)
    paths: list[tuple[float, SafeString]] = []
    arrivals: dict[tuple[str, str], float] = {}
    for node in nodes.values():
        for flow in sorted(node.inflow, key=lambda f: nodes[f.source].y):
            arrivals[(flow.source, flow.target)] = right[node.name]
            right[node.name] += flow.count * unit
    for node in nodes.values():
        for flow in sorted(node.outflow, key=lambda f: nodes[f.target].y):
            target = nodes[flow.target]
            start = (_x(node.stage, stages) + BAR, left[node.name])
            end = (_x(target.stage, stages), arrivals[(flow.source, flow.target)])
            left[node.name] += flow.count * unit
            path = _ribbon(start, end, flow.count * unit)
            paths.append(
                (flow.count, markup.element("path", class_=f"sankey__ribbon {node.tone}", d=path))
            )
    return [path for _, path in sorted(paths, key=lambda pair: -pair[0])]


def _ribbon(start: tuple[float, float], end: tuple[float, float], thick: float) -> str:
    (x0, y0), (x1, y1) = start, end
    n, middle = markup.number, markup.number((start[0] + end[0]) / 2)
    return (
        f"M{n(x0)} {n(y0)}C{middle} {n(y0)} {middle} {n(y1)} {n(x1)} {n(y1)}V{n(y1 + thick)}"
        f"C{middle} {n(y1 + thick)} {middle} {n(y0 + thick)} {n(x0)} {n(y0 + thick)}Z"
    )


def _bar(node: _Node, unit: float, stages: int) -> SafeString:
    return markup.element(
        "rect", class_=f"sankey__bar {node.tone}", x=_x(node.stage, stages), y=node.y,
        width=BAR, height=max(1.0, node.size * unit),
    )  # fmt: skip


def _middles(stage: Sequence[_Node], unit: float) -> list[tuple[_Node, float]]:
    """Return where the names of a stage stand: beside their bars, and never on each other."""
    middles: list[float] = []
    for node in stage:
        above = middles[-1] if middles else LINE / 2 - LINE
        middles.append(max(node.y + node.size * unit / 2, above + LINE))
    below = HEIGHT + LINE / 2
    for place in reversed(range(len(middles))):
        middles[place] = below = min(middles[place], below - LINE)
    return list(zip(stage, middles, strict=True))


def _text(node: _Node, middle: float, room: int, chart: Sankey) -> SafeString:
    """Return a name and its number; a name without room is cut, and whole when pointed at."""
    figure = chart.figure(node.size)
    most = max(8, room - len(figure) - 1)
    short = node.name if len(node.name) <= most else f"{node.name[: most - 1].rstrip()}…"
    return markup.element(
        "text", markup.element("title", node.name),
        markup.element("tspan", short, class_="sankey__name"),
        markup.element("tspan", f" {figure}", class_="sankey__count"),
        x=markup.share(_x(node.stage, len(chart.stages)) / WIDTH + 0.016), y=middle,
        dominant_baseline="central", text_anchor="start",
    )  # fmt: skip
