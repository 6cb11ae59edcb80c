"""The tag that keeps a shared block to itself: it sees the person, its arguments, nothing else."""

from collections.abc import Iterable
from typing import TextIO

from liquid import RenderContext
from liquid.ast import BlockNode, Node, Partial, PartialScope
from liquid.builtin.expressions import Identifier, KeywordArgument
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG, Token
from liquid.utils import ReadOnlyChainMap


class ScopedNode(Node):
    """Words in a scope of their own, with arguments."""

    __slots__ = ("args", "block")

    def __init__(self, token: Token, args: list[KeywordArgument], block: BlockNode) -> None:
        super().__init__(token)
        self.args = args
        self.block = block
        self.blank = block.blank

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the words; what they assign is gone afterwards, loops count towards the limit."""
        arguments = {arg.name: arg.value.evaluate(context) for arg in self.args}
        scope = context.copy(ReadOnlyChainMap(arguments), carry_loop_iterations=True)
        return self.block.render(scope, buffer)

    def children(
        self, static_context: RenderContext, *, include_partials: bool = True
    ) -> Iterable[Node]:
        """Name what is inside, for finding the values that are read."""
        yield self.block

    def expressions(self) -> Iterable[Expression]:
        """Name what the arguments read."""
        yield from (arg.value for arg in self.args)

    def partial_scope(self) -> Partial:
        """Say that what is inside sees the arguments, and nothing that is assigned around it."""
        given = [Identifier(arg.name, token=arg.token) for arg in self.args]
        return Partial(f"scoped {id(self)}", PartialScope.ISOLATED, given)


class ScopedTag(Tag):
    """`{% scoped label: "Buy" %}…{% endscoped %}`; written by the expansion, not by people."""

    name = "scoped"
    end = "endscoped"

    def parse(self, stream: TokenStream) -> Node:
        """Read the arguments and what stands inside."""
        token = stream.eat(TOKEN_TAG)
        has_args = stream.current.kind == TOKEN_EXPRESSION
        args = KeywordArgument.parse(self.env, stream.into_inner(tag=token)) if has_args else []
        block = get_parser(self.env).parse_block(stream, ("endscoped", TOKEN_EOF))
        stream.expect(TOKEN_TAG, value="endscoped")
        return ScopedNode(token, args, block)
