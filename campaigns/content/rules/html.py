"""From source to the HTML that is rendered for each person: MJML, tracked links, pixel, plain text.

All of this happens once, when a version is published; Liquid tags pass through untouched.
"""

import html as html_text
import re
from html.parser import HTMLParser

import mrml

# Python's `html` and Liquid leave these alone; only links of the web are counted.
_LINK = re.compile(r"""(<a\b[^>]*?\bhref=)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
_LIQUID = re.compile(r"\{[{%]")
_PURE_OUTPUT = re.compile(r"^\{\{(?P<inside>(?:(?!\}\}).)*)\}\}$", re.DOTALL)
_UNTRACKED = ("mailto:", "tel:", "sms:", "#")
_OWN_LINKS = ("unsubscribe_link", "view_link")

# Neither files nor addresses are read while compiling, and no font is fetched from strangers.
_NO_INCLUDES = mrml.ParserOptions(include_loader=mrml.noop_loader())
_OWN_FONTS = mrml.RenderOptions(fonts={})

_MJML_TAG = re.compile(r"<(/?)(mj[a-z-]*)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_POSITION = re.compile(r"at position (\d+)")
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
# First of all links, as programs go from top to bottom; without one in previews.
_TRAP = (
    '{% if trap_link != "" %}<a href="{{ trap_link }}" style="display:none" tabindex="-1" '
    'aria-hidden="true"></a>{% endif %}'
)
_PIXEL = '<img src="{{ open_pixel_link }}" width="1" height="1" alt="" style="display:block" />'


class BadSource(ValueError):
    """The source cannot be compiled; the text says why and where."""


def compile_source(source: str, source_format: str) -> str:
    """Return the HTML of an e-mail from MJML, or HTML as it is; raises `BadSource`."""
    return _compile_mjml(source) if source_format == "mjml" else source


def add_tracking(page: str) -> str:
    """Return HTML whose links go through the `tracked` filter, with the open pixel at its end.

    At its start there is a link that nobody sees: what follows it is a program.
    """
    page = _BODY.sub(lambda body: body.group(0) + _TRAP, _LINK.sub(_track, page), count=1)
    if "</body>" in page:
        return page.replace("</body>", f"{_PIXEL}</body>", 1)
    return page + _PIXEL


def _compile_mjml(source: str) -> str:
    try:
        return str(mrml.to_html(source, _NO_INCLUDES, _OWN_FONTS).content)
    except (OSError, ValueError) as error:
        raise BadSource(_place_fault(source, str(error))) from error


def _place_fault(source: str, fault: str) -> str:
    """Say on which line the MJML is broken, as far as parser and tags tell."""
    unbalanced = _find_unbalanced(source)
    if unbalanced:
        return unbalanced
    position = _POSITION.search(fault)
    if position is None:
        return f"The MJML cannot be read: {fault}."
    line = source.encode()[: int(position.group(1))].count(b"\n") + 1
    return f"Line {line}: the MJML cannot be read here."


def _find_unbalanced(source: str) -> str:
    """Return a sentence about the first MJML tag that is not closed, or closed without opening."""
    if not source.lstrip().startswith("<mjml"):
        return "Line 1: MJML begins with <mjml>."
    still_open: list[tuple[str, int]] = []
    for tag in _MJML_TAG.finditer(_COMMENT.sub(_blank, source)):
        closes, name, is_empty = tag.groups()
        line = source.count("\n", 0, tag.start()) + 1
        if not closes:
            if not is_empty:
                still_open.append((name, line))
        elif still_open and still_open[-1][0] == name:
            still_open.pop()
        elif still_open:
            opened, where = still_open[-1]
            return (
                f"Line {line}: </{name}> closes nothing; <{opened}> of line {where} is still open."
            )
        else:
            return f"Line {line}: </{name}> closes nothing."
    if still_open:
        name, line = still_open[-1]
        return f"Line {line}: <{name}> is never closed."
    return ""


def _blank(comment: re.Match[str]) -> str:
    """Keep a comment's line breaks and length, so that places stay right."""
    return re.sub(r"[^\n]", " ", comment.group(0))


def _track(match: re.Match[str]) -> str:
    """Send one link through the `tracked` filter, whatever its address is made of."""
    before, _, target = match.groups()
    address = html_text.unescape(target.strip())
    if address.startswith(_UNTRACKED) or any(name in address for name in _OWN_LINKS):
        return match.group(0)
    pure = _PURE_OUTPUT.match(address)
    if pure:
        tracked = f"{{{{{pure['inside']}| tracked }}}}"
    elif _LIQUID.search(address):
        tracked = (
            f"{{% capture link_target %}}{address}{{% endcapture %}}{{{{ link_target | tracked }}}}"
        )
    else:
        tracked = f'{{{{ "{address.replace(chr(34), "%22")}" | tracked }}}}'
    return f'{before}"{tracked}"'


def derive_text(page: str) -> str:
    """Return a plain text part for HTML: paragraphs as lines, links as “label: address”."""
    reader = _TextReader()
    reader.feed(page)
    lines = [re.sub(r"[ \t\r\n]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    _BLOCKS = frozenset({"p", "div", "tr", "h1", "h2", "h3", "h4", "li", "table", "br", "ul", "ol"})
    _SILENT = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n")
        elif tag == "a":
            self._targets.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._targets:
            target = self._targets.pop()
            if target and not target.startswith("#"):
                self.parts.append(f": {target}")
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
