"""The parts of python-liquid that every message passes through, with less work in each.

What is written is the same to the letter. Shorter are the ways there: a name is looked up without
an exception in each scope that lacks it, a text without special characters is not copied to be
escaped, and the length of what was written is counted in characters.
"""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any, TextIO

from liquid import BoundTemplate, RenderContext
from liquid.builtin.content import ContentNode, Literal
from liquid.builtin.expressions import Filter, FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import FilterArgumentError, LiquidTypeError, OutputStreamLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.token import Token
from liquid.utils import ReadOnlyChainMap

_has_special = re.compile(r"""[&<>"']""").search
_append = StringIO.write
_ABSENT = object()
_NEEDS = ("with_context", "with_environment", "validate")


class _Scope(ReadOnlyChainMap):
    def __getitem__(self, key: str) -> object:
        for mapping in self._maps:
            if key in mapping:
                return mapping[key]
        raise KeyError(key)


class _Context(RenderContext):
    def __init__(self, template: BoundTemplate, **kwargs: object) -> None:
        super().__init__(template, **kwargs)  # type: ignore[arg-type]
        self.scope = _Scope(*self.scope._maps)  # noqa: SLF001 (the same scopes in the same order)


class _Page(LimitedStringIO):
    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        return _append(self, text)


class QuickTemplate(BoundTemplate):
    """A parsed template that renders with the shorter ways."""

    context_class = _Context

    def make_globals(self, render_args: Mapping[str, object]) -> Mapping[str, object]:
        """Return what a message is rendered with: no template of ours has values of its own."""
        return render_args

    def _get_buffer(self) -> StringIO:
        return _Page(limit=self.env.output_stream_limit or 0)


class _QuickContent(ContentNode):
    __slots__ = ()

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(self.text)


class QuickLiteral(Literal):
    """Text between tags."""

    node_class = _QuickContent


class _QuickOutput(OutputNode):
    """`{{ name }}`, with or without filters; what is more than a name takes the library's way."""

    __slots__ = ("name", "path", "steps")

    def __init__(
        self, token: Token, expression: Expression, filters: Mapping[str, Callable[..., Any]]
    ) -> None:
        super().__init__(token, expression)
        self.name, self.path = "", expression
        self.steps: list[tuple[Callable[..., Any] | None, Filter]] = []
        if isinstance(expression, FilteredExpression) and isinstance(expression.left, Path):
            path = expression.left
            if len(path.path) == 1 and isinstance(path.path[0], str):
                self.name, self.path = path.path[0], path
                self.steps = [(_plain(each, filters), each) for each in expression.filters or ()]

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        value = context.scope.get(self.name, _ABSENT) if self.name else _ABSENT
        if value is _ABSENT:
            value = self.path.evaluate(context)
        for apply, each in self.steps:
            try:
                value = apply(value) if apply else each.evaluate(value, context)
            except (TypeError, LiquidTypeError, FilterArgumentError):
                # Once more by the library's way, for its own words about the fault and its place.
                value = each.evaluate(value, context)
        if type(value) is str and not (context.autoescape and _has_special(value)):
            return buffer.write(value)
        return buffer.write(to_liquid_string(value, context.autoescape))


def _plain(each: Filter, filters: Mapping[str, Callable[..., Any]]) -> Callable[..., Any] | None:
    """Return a filter that needs nothing but the value, or `None`."""
    apply = filters.get(each.name)
    if apply is None or each.args or any(hasattr(apply, need) for need in _NEEDS):
        return None
    return apply


class QuickOutputTag(Output):
    """`{{ … }}`."""

    def parse(self, stream: TokenStream) -> OutputNode:
        """Read the expression and find its filters once."""
        node = super().parse(stream)
        return _QuickOutput(node.token, node.expression, self.env.filters)
