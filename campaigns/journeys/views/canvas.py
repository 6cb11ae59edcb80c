"""What the canvas and the indented list show: nodes with words and faults, arrows, ways."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from campaigns.journeys.rules.analysis import Fault, Known, find_faults
from campaigns.journeys.rules.documents import Document, arrows
from campaigns.journeys.rules.picture import Arrow, Line, Picture, draw, outline
from campaigns.journeys.rules.words import Words, describe
from kernel.ui.charts.sankey import Flow, Sankey, sankey
from kernel.ui.graph import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One node as it is shown. `figures` are its numbers, `reactions` those of its messages, `back` the ways that lead back up."""

    name: str
    words: Words
    box: Box
    faults: tuple[Fault, ...]
    back: tuple[Arrow, ...]
    above: str
    below: str
    figures: str = ""
    reactions: str = ""

    @property
    def must_be_fixed(self) -> bool:
        """Whether a fault here stops publishing."""
        return any(not fault.is_hint for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One arrow of the chosen node, for the panel."""

    slot: str
    label: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Everything about a draft that is drawn."""

    picture: Picture
    nodes: tuple[Shown, ...]
    lines: tuple[tuple[Line, Shown], ...]
    arrows: tuple[Arrow, ...]
    faults: tuple[tuple[Fault, str], ...]
    chosen: Shown | None
    ways: tuple[Way, ...]

    @property
    def titles(self) -> dict[str, str]:
        """What each step is called; those of one title also by their ids."""
        counts = Counter(node.words.title for node in self.nodes)
        return {
            node.name: node.words.title
            if counts[node.words.title] == 1
            else f"{node.words.title} ({node.name})"
            for node in self.nodes
        }

    @property
    def errors(self) -> int:
        """How many problems stop publishing."""
        return sum(not fault.is_hint for fault, _ in self.faults)


def canvas_of(
    definition: Document,
    known: Known,
    *,
    chosen: str = "",
    figures: Mapping[str, str] | None = None,
    reactions: Mapping[str, str] | None = None,
) -> Canvas:
    """Gather what is drawn of a definition."""
    picture = draw(definition)
    faults = find_faults(definition, known)
    nodes = {node["id"]: node for node in definition["nodes"]}
    above = {arrow.target: arrow.source for arrow in reversed(picture.arrows) if arrow.route}
    below = {arrow.source: arrow.target for arrow in reversed(picture.arrows) if arrow.route}
    shown = {
        name: Shown(
            name=name,
            words=describe(nodes[name], known),
            box=box,
            faults=tuple(fault for fault in faults if fault.node == name),
            back=tuple(a for a in picture.arrows if a.source == name and a.route is None),
            above=above.get(name, ""),
            below=below.get(name, ""),
            figures=(figures or {}).get(name, ""),
            reactions=(reactions or {}).get(name, ""),
        )
        for name, box in picture.boxes.items()
    }
    ways = arrows(nodes[chosen]) if chosen in nodes else []
    return Canvas(
        picture=picture,
        nodes=tuple(shown.values()),
        lines=tuple((line, shown[line.node]) for line in outline(definition)),
        arrows=tuple(arrow for arrow in picture.arrows if arrow.route),
        faults=tuple(
            (fault, shown[fault.node].words.title if fault.node in shown else "")
            for fault in faults
        ),
        chosen=shown.get(chosen),
        ways=tuple(Way(slot=slot, label=label, target=target) for slot, label, target in ways),
    )


def paths_of(canvas: Canvas, flows: Sequence[tuple[str, str, int]]) -> SafeString | None:
    """Return the ways people took as a Sankey diagram, or nothing before anybody moved.

    Ways that lead back up are left out: the diagram only goes on.
    """
    ranks = {node.name: node.box.rank for node in canvas.nodes}
    titles = canvas.titles
    shown = [
        Flow(source=titles[source], target=titles[target], count=people)
        for source, target, people in flows
        if people > 0 and source in titles and ranks[source] < ranks.get(target, 0)
    ]
    if not shown:
        return None
    stages = [
        [titles[name] for name, rank in ranks.items() if rank == stage]
        for stage in range(max(ranks.values()) + 1)
    ]
    return sankey(Sankey(title="Ways people took", stages=stages, flows=shown))
