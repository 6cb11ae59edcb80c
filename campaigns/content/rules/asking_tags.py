"""The tags that ask: `{% segment "VIP" %}…{% else %}…{% endsegment %}` and `{% catalog … %}`."""

from collections.abc import Iterable
from typing import Any, TextIO

from liquid import RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import Identifier, parse_identifier, parse_primitive
from liquid.exceptions import LiquidSyntaxError
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_AS, TOKEN_EOF, TOKEN_INTEGER, TOKEN_STRING, TOKEN_TAG, Token
from liquid.undefined import Undefined

from campaigns.catalogs.rules import ItemAsk
from campaigns.content.rules.asking import Asks

MAX_ITEMS = 50


class SegmentNode(Node):
    """Words for the members of a segment, and others for everybody else."""

    __slots__ = ("name", "others", "words")

    def __init__(self, token: Token, name: str, words: BlockNode, others: BlockNode | None) -> None:
        super().__init__(token)
        self.name = name
        self.words = words
        self.others = others
        self.blank = words.blank and (others is None or others.blank)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the words that are for the person."""
        if _asks_of(context).is_in(self.name):
            return self.words.render(context, buffer)
        return self.others.render(context, buffer) if self.others else 0

    def children(
        self, static_context: RenderContext, *, include_partials: bool = True
    ) -> Iterable[Node]:
        """Name what is inside, for finding the values that are read."""
        yield self.words
        if self.others:
            yield self.others


class SegmentTag(Tag):
    """`{% segment "VIP" %}`, with the name or the key of a segment."""

    name = "segment"
    end = "endsegment"

    def parse(self, stream: TokenStream) -> Node:
        """Read the name and both kinds of words."""
        token = stream.eat(TOKEN_TAG)
        inner = stream.into_inner(tag=token)
        name = inner.eat(TOKEN_STRING).value
        inner.expect_eos()
        parse_block = get_parser(self.env).parse_block
        words = parse_block(stream, ("else", "endsegment", TOKEN_EOF))
        others = None
        if stream.current.is_tag("else"):
            next(stream)
            others = parse_block(stream, ("endsegment", TOKEN_EOF))
        stream.expect(TOKEN_TAG, value="endsegment")
        return SegmentNode(token, name, words, others)


class CatalogNode(Node):
    """Gives items of a catalog a name: one by its key, or a list by the value of a field."""

    __slots__ = ("catalog", "field", "limit", "target", "value")

    def __init__(
        self, token: Token, ask: tuple[str, str, int], value: Expression, target: Identifier
    ) -> None:
        super().__init__(token)
        self.catalog, self.field, self.limit = ask
        self.value = value
        self.target = target
        self.blank = True

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Assign what is found; an item that is not there is a missing value."""
        value = self.value.evaluate(context)
        found: list[dict[str, Any]] = []
        if not isinstance(value, Undefined) and value is not None:
            ask = ItemAsk(catalog=self.catalog, value=value, field=self.field, limit=self.limit)
            found = _asks_of(context).find_items(ask)
        given: Any = found
        if not self.field:
            given = found[0] if found else context.env.undefined(self.target, token=self.token)
        context.assign(self.target, given)
        return 0

    def expressions(self) -> Iterable[Expression]:
        """Name what the question reads."""
        yield self.value

    def template_scope(self) -> Iterable[Identifier]:
        """Name what the answer is called, which is not read from the person."""
        yield self.target


class CatalogTag(Tag):
    """`{% catalog "products" sku as item %}`, or `… where "color" trait limit 3 as items %}`."""

    name = "catalog"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """Read the catalog, what is asked of it, and what the answer is called."""
        token = stream.eat(TOKEN_TAG)
        inner = stream.into_inner(tag=token, eat=False)
        catalog, field, limit = inner.eat(TOKEN_STRING).value, "", 1
        if _is_word(inner.current, "where"):
            next(inner)
            field, limit = inner.eat(TOKEN_STRING).value, 10
        value = parse_primitive(self.env, inner)
        if field and _is_word(inner.current, "limit"):
            next(inner)
            limit = int(inner.eat(TOKEN_INTEGER).value)
            if not 0 < limit <= MAX_ITEMS:
                raise LiquidSyntaxError(f"a limit is 1 to {MAX_ITEMS}", token=token)
        inner.eat(TOKEN_AS)
        target = parse_identifier(self.env, inner, allow_trailing_question_mark=False)
        inner.expect_eos()
        return CatalogNode(token, (catalog, field, limit), value, target)


def list_asked(
    nodes: Iterable[Node], context: RenderContext
) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the segments, and the catalogs with their fields, that are named below some nodes."""
    segments: set[str] = set()
    catalogs: set[tuple[str, str]] = set()
    open_nodes = list(nodes)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, SegmentNode):
            segments.add(node.name)
        elif isinstance(node, CatalogNode):
            catalogs.add((node.catalog, node.field))
        open_nodes += node.children(context)
    return segments, catalogs


def _is_word(token: Token, word: str) -> bool:
    return bool(token.kind != TOKEN_STRING and token.value == word)


def _asks_of(context: RenderContext) -> Asks:
    found = context.get(["_asks"], token=None, default=None)
    return found if isinstance(found, Asks) else Asks()
