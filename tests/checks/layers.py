"""The table of layers, which stands in docs/architecture.md alone."""
import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "architecture.md"


def allowed():
    """Each layer with the layers that it may include and link to."""
    table = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 6 and cells[1].startswith("`"):
            table[cells[1].strip("`/")] = set(re.findall(r"`([a-z/]+)/`", cells[4]))
    assert "tensor" in table and all(used <= table.keys() for used in table.values()), table
    return table


def components():
    """The layers that are libraries of their own, whose headers retrograd.h leaves to programs."""
    lines = PAGE.read_text().splitlines()
    found = {match[1] for match in map(re.compile(r"\| `([a-z]+)/` \|.*: a component \|").match, lines)
             if match}
    assert "images" in found, found
    return found


def layer_of(path):
    """The layer that a path such as ops/kernels/conv/conv.h belongs to."""
    parts = path.split("/")
    return "ops/kernels" if parts[:2] == ["ops", "kernels"] else parts[0]
