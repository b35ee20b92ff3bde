"""Checks how operators begin: a public function mentions the caller's line twice, as its parameter
and in its Call, and nothing else passes it on; the operator's name stands once in its function; its
Call is given all other parameters, in order, which a trace keeps.

usage: check_calls.py SOURCE_FOLDER
Prints one line for each fault and exits with 1 if there is one.
"""
import pathlib
import re
import sys

# The end of a parameter list with the caller's line, and the function's body up to a closing brace in
# the first column.
FUNCTION = re.compile(r"^(?P<head>[A-Za-z][^;{}]*?\bWhere where\)[^;{}]*?)\{(?P<body>.*?)^\}", re.M | re.S)
CALL = re.compile(r"\b(Call|Frame)(?: \w+)?\((?=[^()]*(?:\([^()]*\))?, where\b)")


def split(text):
    """The parts of a list, and what follows the bracket that ends it."""
    parts, depth, start = [], 0, 0
    for i, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        if depth < 0 or (depth == 0 and letter == ","):
            parts.append(text[start:i].strip())
            start = i + 1
        if depth < 0:
            break
    return parts


def call_of(body):
    """The type of the function's call, its name and its arguments; or nothing."""
    found = CALL.search(body)
    if not found:
        return None
    name, _, *arguments = split(body[found.end():])
    return found[1], name, [each for each in arguments if not each.startswith("Cast::")]


def code(text):
    """The text without comments."""
    return re.sub(r"//[^\n]*", "", text)


def lines_mentioned(text):
    """How often a variable `where` is named: neither in a text nor as the operator of that name."""
    return len(re.findall(r"(?<!retrograd::)(?<!kernels::)(?<!called<)\bwhere\b(?!\()", re.sub(r'"[^"]*"', '""', text)))


def parameters(head):
    """The names of a function's parameters but the line; a member has itself before them."""
    inside = head[head.index("(") + 1:]
    while re.search(r"<[^<>]*>", inside):
        inside = re.sub(r"<[^<>]*>", "", inside)
    names = [re.search(r"\w+$", part.strip())[0] for part in inside[:inside.index(")")].split(",")]
    return (["*this"] if re.search(r"\bTensor::\w+\(", head) else []) + names[:-1]


def faults(root):
    for path in sorted(root.glob("ops/**/*.cpp")):
        if "kernels" in path.parts:
            continue
        name = path.relative_to(root).as_posix()
        text = code(path.read_text())
        counted = 0
        for match in FUNCTION.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            title = re.search(r"([\w:]+)\(", match["head"])[1]
            used = lines_mentioned(match["body"])
            counted += 1 + used
            call = call_of(match["body"])
            if used != 1 or not call:
                yield (f"{name}:{line}: {title} mentions the caller's line {used + 1} times, "
                       "not in its parameter and its Call alone")
            if call and call[0] == "Call" and call[2] != parameters(match["head"]):
                yield f"{name}:{line}: {title}'s Call is not given ({', '.join(parameters(match['head']))})"
            if call and call[1].startswith('"') and match["body"].count(call[1]) > 1:
                yield f"{name}:{line}: {title} says its name {call[1]} more than once"
        everywhere = lines_mentioned(text)
        if everywhere != counted:
            yield f"{name}: {everywhere - counted} more mentions of a caller's line outside such functions"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)
