"""The layered layout: no overlap, branches in their order, the same picture every time."""

import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.ui import graph
from kernel.ui.graph import Edge, layout


@st.composite
def graphs(draw):
    """Any graph that flows downward: every node but the first hangs below one or more others."""
    random = Random(draw(st.integers(0, 10**9)))
    count = draw(st.integers(1, 40))
    edges = []
    for node in range(1, count):
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            edges.append(Edge(source=random.randrange(node), target=node, branch=str(len(edges))))
    random.shuffle(edges)
    return list(range(count)), edges


@given(graph_=graphs())
@settings(max_examples=200, deadline=None)
def test_nodes_never_overlap_and_flow_downward(graph_):
    nodes, edges = graph_
    picture = layout(nodes, edges)
    by_rank = {}
    for box in picture.boxes.values():
        by_rank.setdefault(box.rank, []).append(box.x)
    for row in by_rank.values():
        row.sort()
        gaps = [b - a for a, b in itertools.pairwise(row)]
        assert all(gap >= graph.NODE_WIDTH + graph.GAP_X - 0.2 for gap in gaps)
    assert all(picture.boxes[e.source].y < picture.boxes[e.target].y for e in edges)
    assert set(picture.boxes) == set(nodes)
    assert all(
        0 <= box.x <= picture.width - graph.NODE_WIDTH + 0.2 for box in picture.boxes.values()
    )


@given(graph_=graphs())
@settings(max_examples=200, deadline=None)
def test_branches_of_a_node_leave_it_in_their_order(graph_):
    nodes, edges = graph_
    picture = layout(nodes, edges)
    for node in nodes:
        labels = [route.label[0] for route in picture.routes if route.edge.source == node]
        if len(labels) > 1:
            assert labels == sorted(labels)
            assert len(set(labels)) == len(labels)


def test_two_branches_to_the_same_node_keep_two_lines():
    picture = layout("ab", [Edge(source="a", target="b"), Edge(source="a", target="b")])
    left, right = picture.routes
    assert left.label[0] < right.label[0]
    assert picture.boxes["b"].rank == 2


def test_an_added_step_does_not_change_the_order_of_branches():
    edges = [
        Edge(source="start", target="yes"),
        Edge(source="start", target="no"),
        Edge(source="yes", target="end"),
        Edge(source="no", target="end"),
    ]
    before = layout(["start", "yes", "no", "end"], edges)
    edges[2:3] = [Edge(source="yes", target="wait"), Edge(source="wait", target="end")]
    after = layout(["start", "yes", "no", "end", "wait"], edges)
    for picture in (before, after):
        assert picture.boxes["yes"].x < picture.boxes["no"].x
    assert after.boxes["end"].rank == before.boxes["end"].rank + 1


def test_a_chain_stands_in_one_straight_line():
    nodes = list(range(6))
    picture = layout(nodes, [Edge(source=n, target=n + 1) for n in nodes[:-1]])
    assert {box.x for box in picture.boxes.values()} == {0.0}
    assert picture.width == graph.NODE_WIDTH
    assert picture.height == 6 * graph.NODE_HEIGHT + 5 * graph.GAP_Y
    assert picture.routes[0].path == "M118 82L118 148"


def test_a_split_stands_in_the_middle_above_its_branches():
    picture = layout("abc", [Edge(source="a", target="b"), Edge(source="a", target="c")])
    assert picture.boxes["a"].x == (picture.boxes["b"].x + picture.boxes["c"].x) / 2


def test_steps_without_a_way_in_are_shown_too():
    picture = layout(["start", "lost", "end"], [Edge(source="start", target="end")])
    assert picture.boxes["lost"].rank == 0
    assert picture.boxes["lost"].x != picture.boxes["start"].x


def test_a_graph_without_nodes_is_an_empty_picture():
    picture = layout([], [])
    assert (picture.width, picture.height, picture.boxes, picture.routes) == (0.0, 0.0, {}, ())


def test_a_circle_is_refused_by_name():
    with pytest.raises(ValueError, match="go round in a circle through 'b'"):
        layout(
            "abc",
            [
                Edge(source="a", target="b"),
                Edge(source="b", target="c"),
                Edge(source="c", target="b"),
            ],
        )


def test_an_unknown_end_is_refused_by_name():
    with pytest.raises(ValueError, match="from 'a' to 'x' has an unknown end"):
        layout("a", [Edge(source="a", target="x")])


def test_a_lane_leaves_the_room_that_the_name_of_its_branch_takes():
    wide = [Edge(source="a", target="c", branch=name, lane=150) for name in "xyz"]
    edges = [Edge(source="a", target="b"), *wide, Edge(source="b", target="c")]
    labels = [route.label[0] for route in layout("abc", edges).routes if route.edge in wide]
    assert [right - left for left, right in itertools.pairwise(labels)] == [150, 150]
