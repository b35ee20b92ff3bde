"""Writes the table of ops/registry.cpp with the operators of small.txt alone.

usage: small_table.py OUT ops/registry.cpp small.txt
"""
import pathlib
import re
import sys


def main(out, table, names):
    """Writes `out`."""
    wanted = set(re.findall(r"^[a-z]\w*$", pathlib.Path(names).read_text(encoding="utf-8"), re.M))
    entry = re.compile(r'^    \{"(\w+)",.*?\},\n', re.M | re.S)
    text = pathlib.Path(table).read_text(encoding="utf-8")
    unknown = wanted - set(entry.findall(text))
    if unknown:
        sys.exit(f"ops/registry.cpp has no {', '.join(sorted(unknown))}")
    text = entry.sub(lambda match: match[0] if match[1] in wanted else "", text)
    pathlib.Path(out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
