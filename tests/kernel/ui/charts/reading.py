"""Reads the markup of a chart back, as a browser would."""

from xml.etree import ElementTree as ET


def parse(markup):
    """Return the tree of the markup; unclosed or unescaped markup is an error."""
    return ET.fromstring(f"<root>{markup}</root>")


def find_all(tree, tag, css=None):
    """Return the elements of a tag whose classes include `css`."""
    found = tree.iter(tag)
    return [e for e in found if css is None or css in e.get("class", "").split()]


def texts(tree, tag, css=None):
    """Return the whole text of each element."""
    return ["".join(element.itertext()) for element in find_all(tree, tag, css)]


def table(tree):
    """Return the data table as rows of texts, the header first."""
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
