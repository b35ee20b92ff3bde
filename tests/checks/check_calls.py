"""Checks how operators begin: a public function mentions the caller's line twice, as its parameter
and in its Call, and nothing else passes it on; the operator's name stands once in its function.

usage: check_calls.py SOURCE_FOLDER
Prints one line for each fault and exits with 1 if there is one.
"""
import pathlib
import re
import sys

# The end of a parameter list with the caller's line, and the function's body up to a closing brace in
# the first column.
FUNCTION = re.compile(r"^(?P<head>[A-Za-z][^;{}]*?\bWhere where\)[^;{}]*?)\{(?P<body>.*?)^\}", re.M | re.S)
CALL = re.compile(r'\bconst (?:Call|Frame) \w+\((?P<name>"\w+"|[\w:.()]+), where\b')


def code(text):
    """The text without comments."""
    return re.sub(r"//[^\n]*", "", text)


def lines_mentioned(text):
    """How often a variable `where` is named: neither in a text nor as the operator of that name."""
    return len(re.findall(r"(?<!retrograd::)(?<!kernels::)\bwhere\b(?!\()", re.sub(r'"[^"]*"', '""', text)))


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
            if used != 1 or not CALL.search(match["body"]):
                yield (f"{name}:{line}: {title} mentions the caller's line {used + 1} times, "
                       "not in its parameter and its Call alone")
            call = CALL.search(match["body"])
            if call and call["name"].startswith('"') and match["body"].count(call["name"]) > 1:
                yield f"{name}:{line}: {title} says its name {call['name']} more than once"
        everywhere = lines_mentioned(text)
        if everywhere != counted:
            yield f"{name}: {everywhere - counted} more mentions of a caller's line outside such functions"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)
