#!/usr/bin/env python3
"""Prints a page of Markdown in the dialect that Doxygen reads.

  doxygen_pages.py FILE

Formulas between dollar signs become Doxygen's, and comments for other tools go.
"""
import pathlib
import re
import sys


def quoted(span):
    """A span of code, between two backticks if it has a quote, which ends `code`."""
    return f"`{span[0]}`" if "'" in span[0] and span[0][1] != "`" else span[0]


def page(text):
    """The text in Doxygen's dialect."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.S | re.M)
    for i, part in enumerate(parts):
        if part.startswith("```math"):
            parts[i] = "\\f[" + part[len("```math"):-len("```")] + "\\f]"
        elif not part.startswith("```"):
            part = re.sub(r"<!--.*?-->\n?", "", part, flags=re.S)
            part = re.sub(r"(?m)^#+ .*", lambda m: m[0].replace("`", ""), part)
            part = re.sub(r"``[^`]+``|`[^`\n]+`", quoted, part)
            part = re.sub(r"(?<![\\$\w])\$([^$`\n]+)\$(?![\w$])", r"\\f$\1\\f$", part)
            part = re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", part)  # headings have no names here
            part = re.sub(r"(\]\([^)#]*)#[^)]*\)", r"\1)", part)
            part = re.sub(r"(!\[[^\]]*\]\()docs/", r"\1", part)  # images are found by their names
            # Pages are in build/docs/html; what is no page stays where it is.
            part = re.sub(r"(?<=\]\()(\.\./[^)]*)(?<!\.md)\)", r"../../\1)", part)
            parts[i] = part
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page(pathlib.Path(sys.argv[1]).read_text()))
