#!/usr/bin/env python3
"""Writes operators.md from the headers of ops/ and the operator table.

  make_operators.py EXPORT_ROWS [--check]

EXPORT_ROWS is the program that writes the table. With --check, nothing is written: ends with 1 when
operators.md is not what it would be.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "operators.md"
DECLARATION = re.compile(
    r"RETROGRAD_API (?:Tensor|ValuesAndIndices|std::vector<Tensor>|[A-Z]\w+) (\w+)\(([^;]*)\);")


def parameters(text):
    """"const Tensor& x, Dims dims = {}, Where where = {}" as "x, dims = {}"."""
    text = re.sub(r"<[^<>]*>", "", text)
    names = [re.sub(r"^.*?([A-Za-z_]\w*)(\s*=.*)?$", r"\1\2", " ".join(part.split()))
             for part in text.split(",")]
    return ", ".join(name for name in names if not name.startswith("where"))


def sentences(lines):
    """The text of a comment's lines on one line, without lists of shapes and examples."""
    text = re.sub(r"@code.*?@endcode", "", "\n".join(line.strip()[3:] for line in lines), flags=re.S)
    text = re.sub(r"\\f\[\s*(.*?)\s*\\f\]", r"$\1$", text.replace("\\f$", "$"), flags=re.S)
    first, *errors = re.split(r"@throws ", text)
    parts = [part for part in re.split(r"\n(?= ?- |\s*\n)", first) if not re.match(r" ?- ", part)]
    parts += [f"Throws {error.strip().rstrip('.')}." for error in errors]
    return " ".join(re.sub(r"@(brief|file|return|note)\b", "", " ".join(parts)).split())


def declarations(header):
    """(name, parameters, comment) of the functions that a header declares."""
    text = header.read_text()
    for match in DECLARATION.finditer(text):
        above = text[:match.start()].splitlines()
        first = len(above)
        while above[first - 1].startswith("///"):
            first -= 1
        yield match[1], parameters(match[2]), sentences(above[first:])


CALL = re.compile(r'\bCall(?: \w+)?\(\s*"(\w+)",\s*(?:where|\{\})(?:,\s*Cast::(\w+))?[,)]')
CASTS = {"downcast": "bfloat16", "upcast": "float32", "wide": "float32", "": ""}


def casts():
    """The dtype in which Autocast has each operator compute; "" where it keeps what it gets."""
    return {name: CASTS[cast] for path in sorted((ROOT / "ops").glob("**/*.cpp"))
            for name, cast in CALL.findall(path.read_text())}


def cell(text):
    parts = re.split(r"(``[^`]+``|`[^`]*`|\$[^$]*\$)", text.replace("|", "\\|"))
    parts[::2] = [re.sub(r"[*_]", r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)


def topics():
    for header in sorted((ROOT / "ops").glob("*.h")):
        found = [d for d in declarations(header) if d[0] not in ("save_if", "broadcast_shapes", "kernel_report")]
        if found:
            comment = header.read_text().split("#pragma once")[0].splitlines()
            yield sentences(comment).split(".")[0], found


def document(table):
    rows = sum(entry["rows"] for entry in table.values())
    second = sum(entry["order"] >= 2 for entry in table.values())
    lines = [
        "# Operators", "",
        "Made by `docs/make_operators.py` from the headers and the operator table of the tests; "
        "do not edit.", "",
        f"{len(table)} operators are in the table, in {rows} rows; {second} are proven to second "
        "order in six memory layouts. *Order* is the highest derivative that is checked against "
        "finite differences; *dtypes* are those that the first row runs in. The last column is "
        "a row's call in PyTorch, whose values and derivatives are the same (inputs are a, b, "
        "c ...). *Autocast* is the dtype that an operator computes in under it, where that is not "
        "the dtype that it gets.", ""]
    seen = set()
    policies = casts()
    for title, functions in topics():
        lines += [f"## {title}", "",
                  "| operator | meaning | dtypes | Autocast | order | rows | in PyTorch, for example |",
                  "| --- | --- | --- | --- | --- | --- | --- |"]
        for name, parameters, comment in functions:
            entry = table.get(name, {})
            again = name in seen
            seen.add(name)
            torch = entry.get("torch", "")
            lines.append(
                f"| `{name}({parameters})` | {cell(comment)} | "
                f"{', '.join(entry.get('dtypes', [])) if not again else ''} | "
                f"{policies.get(name, '') if not again else ''} | "
                f"{entry.get('order', '') if not again else ''} | "
                f"{entry.get('rows', '') if not again else ''} | "
                f"{'`' + torch + '`' if torch and not again else ''} |")
        lines.append("")
    return "\n".join(lines)


def main(program, check):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rows"
        subprocess.run([program, file], check=True)
        table = json.loads(file.with_suffix(".json").read_text())["operators"]
    text = document(table)
    if not check:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        print(f"{FILE} is not what the headers and the table say; run {__file__}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv))
