"""Checks that references read as formulas: short, without arithmetic on indices, without loops but
those over kernel positions and groups, and with the formula's source.

usage: check_references.py SOURCE_FOLDER
Prints the number of references and of their lines, one line for each fault, and exits with 1 if
there is one.
"""
import pathlib
import re
import sys

MOST_LINES = 30
# What formulas are written with, for all of them.
WORDS = {"array.cpp", "array.h", "windows.cpp", "windows.h", "reference.h", "table.cpp",
         "reductions.cpp", "reductions.h"}
MOST_LINES_OF_WORDS = 150  # of a file

LOOP = re.compile(r"\b(for|while|do|goto)\b")
ALLOWED_LOOP = re.compile(r"for \(const [\w:]+&? \w+ : (\w+\.positions\(\)|groups\(\w+\))\) \{")
# Calls that are loops, and ways to single elements.
ELEMENTS = re.compile(
    r"\bstd::(for_each|transform|accumulate|generate|reduce|inner_product|partial_sum|copy|fill)\w*\b"
    r"|\bxt::(for_each|vectorize)\b|\braw<|\.(data|flat|at|element|unchecked|periodic|storage|begin|end)\(")
SUBSCRIPT = re.compile(r"\[[^\[\]]*[\w)\]]\s*[-+*/%]\s*[\w(][^\[\]]*\]")
RANGE = re.compile(r"xt::(?:range|keep|drop)\([^()]*[-+*/%]")
WRITTEN = re.compile(r"^\s*(?!xt::|return\b)[\w.]+\([^;=]*\) [-+*/]?= ")
SOURCE = re.compile(r"\b(1[6-9]|20)\d\d\b|https?://")


def code(line):
    return re.sub(r'//.*|"[^"]*"', "", line)


def definitions(lines, name):
    """The numbers of the first and last lines of each definition of a function, from 0."""
    for first, line in enumerate(lines):
        if re.match(rf"(?:[\w:<>]+ )+{name}\(", line):
            head = next(i for i in range(first, len(lines)) if re.search(r"[;{]$", lines[i]))
            if lines[head].endswith("{"):
                yield first, next(i for i in range(head, len(lines)) if lines[i] == "}")


def comment_above(lines, first):
    above = []
    while first > 0 and lines[first - 1].startswith("//"):
        first -= 1
        above.append(lines[first])
    return "\n".join(above)


def head_comment(lines):
    return "\n".join(lines[:next((i for i, line in enumerate(lines) if not line.startswith("//")), 0)])


def check(root):
    """The faults, and the number of lines of each reference."""
    folder = root / "ops/kernels/reference"
    faults = []
    lengths = {}
    table = (root / "ops/kernels/reference_table.h").read_text()
    members = re.findall(r"(\w+) = nullptr;", table)
    filled = dict(re.findall(r"\.(\w+) = (\w+),", (folder / "table.cpp").read_text()))
    files = {path.name: path.read_text().splitlines() for path in sorted(folder.glob("*.[ch]*"))
             if path.suffix in (".h", ".cpp")}
    for member in members:
        if member not in filled:
            faults.append(f"ops/kernels/reference/table.cpp: {member} has no reference")
            continue
        found = [(name, lines, *span) for name, lines in files.items()
                 for span in definitions(lines, filled[member])]
        if not found:
            faults.append(f"ops/kernels/reference: {filled[member]} is not defined")
        for name, lines, first, last in found:
            where = f"ops/kernels/reference/{name}:{first + 1}: {filled[member]}"
            lengths[name, first] = last - first + 1
            if last - first + 1 > MOST_LINES:
                faults.append(f"{where} has {last - first + 1} lines, more than {MOST_LINES}")
            if not SOURCE.search(comment_above(lines, first) + head_comment(lines)):
                faults.append(f"{where} lacks the formula's source: a year or an address, in a comment")
    for name, lines in files.items():
        if name in WORDS:
            if len(lines) > MOST_LINES_OF_WORDS:
                faults.append(f"ops/kernels/reference/{name}: {len(lines)} lines, "
                              f"more than {MOST_LINES_OF_WORDS}")
            continue
        for number, line in enumerate(map(code, lines), 1):
            where = f"ops/kernels/reference/{name}:{number}:"
            if LOOP.search(line) and not ALLOWED_LOOP.search(line):
                faults.append(f"{where} a loop over other things than kernel positions and groups")
            if ELEMENTS.search(line) or WRITTEN.search(line):
                faults.append(f"{where} single elements are read or written")
            if SUBSCRIPT.search(line) or RANGE.search(line):
                faults.append(f"{where} arithmetic on an index")
    return faults, lengths


def main():
    faults, lengths = check(pathlib.Path(sys.argv[1]))
    for fault in faults:
        print(fault)
    print(f"{len(lengths)} references of {sum(lengths.values())} lines, "
          f"{max(lengths.values(), default=0)} at most")
    return 1 if faults or not lengths else 0


if __name__ == "__main__":
    sys.exit(main())
