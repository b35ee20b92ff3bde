"""Checks the codes of messages: each message that the library throws ends in one, as
"input has {} channels [channels-differ]" does, and the table of docs/errors.md explains each code.

usage: check_codes.py SOURCE_FOLDER
Prints one line for each fault and exits with 1 if there is one.
"""
import pathlib
import re
import sys

import layers

FOLDERS = {layer.split("/")[0] for layer in layers.allowed()} | layers.components() | {"include"}
# What formats messages for all others.
FORMATTER = {"tensor/error.cpp", "tensor/error.h", "tensor/frame.h",
             "tensor/internal/check.h", "tensor/internal/message.h", "io/file.cpp",
             "onnx/detail/translation.h"}

CODE = r"[a-z]+(?:-[a-z]+)+"
# The call of a function that throws a message, up to its bracket.
SITE = re.compile(r"\b(?:(?:refuse|require|fail)<[^<>;()]*>|call_?\.fail(?:_system)?|"
                  r"throw (?:retrograd::)?\w*Error)(?=\()")
AT_END = re.compile(r"(?<=\[)" + CODE + r'(?=\]")')
ROW = re.compile(r'^\| <a id="(' + CODE + r')"></a>`(' + CODE + r")` \| .*\S \|$", re.M)


def call_at(text, start):
    """The text from a bracket to the one that ends it; brackets in literals do not count."""
    depth = 0
    for part in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|[()]', text[start:]):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if depth == 0:
            return text[start:start + part.end()]
    return text[start:]


def faults(root):
    used = {"out-of-memory": "tensor/error.h"}
    for path in sorted(p for suffix in ("*.h", "*.cpp") for p in root.glob("*/**/" + suffix)):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] not in FOLDERS or name in FORMATTER:
            continue
        text = re.sub(r"^[ \t]*//.*", "", path.read_text(), flags=re.M)
        used |= dict.fromkeys(AT_END.findall(text), name)
        for site in SITE.finditer(text):
            if not AT_END.search(call_at(text, site.end())):
                line = text.count("\n", 0, site.start()) + 1
                yield f"{name}:{line}: this message ends in no code, such as [shapes-differ]"
    page = root / "docs" / "errors.md"
    rows = ROW.findall(page.read_text() if page.exists() else "")
    anchors = [anchor for anchor, _ in rows]
    for code in sorted(used.keys() - set(anchors)):
        yield f"{used[code]}: docs/errors.md has no row for [{code}]"
    for anchor, title in rows:
        if anchor != title:
            yield f"docs/errors.md: the anchor {anchor} is beside `{title}`"
        if anchor not in used:
            yield f"docs/errors.md: no message has the code {anchor}"
    if anchors != sorted(set(anchors)):
        yield "docs/errors.md: the codes are not in alphabetical order, once each"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)
