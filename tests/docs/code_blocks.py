#!/usr/bin/env python3
"""Makes one program of the C++ blocks of README.md and docs/, and compares what it prints.

  code_blocks.py write PROGRAM.cpp FILE.md...
  code_blocks.py check PROGRAM FILE.md...

A block with a main() is a program; others are fragments, which may use the names rg and nn. What a
block prints, or the error that leaves it, has to be what the next block shows if that is ```text or
has no language; without one it prints nothing. Commands (```sh) may come between. A comment <!-- ... --> right above
it says more:

  file: first.cpp           the name that the block's lines have in messages
  file: model.cpp line 40   and the number of its first one
  setup: CODE               code that runs before, which the reader is spared
  continued                 goes on where the block before ended, in the same scope
  varies: REASON            its output is not compared
  not run: REASON           neither compiled nor run
"""
import pathlib
import re
import subprocess
import sys

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
MARK = re.compile(r"<!--((?:(?!-->).)*)-->\s*\Z", re.S)
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|.""", re.S)
CONTROL = re.compile(r"(for|if|else|while|do|try|catch|switch|\{)(?!\w)")
INCLUDE = re.compile(r"^#include .*$", re.M)
SEPARATOR = "\x1f"
PROGRAM = """{includes}

namespace rg = retrograd;
namespace nn = retrograd::nn;

void begin(int block) {{ std::cout << '\\x1f' << block << std::endl; }}

void run(void (*block)()) {{
  try {{
    block();
  }} catch (const std::exception& error) {{
    std::cout << error.what() << std::endl;
  }}
}}

{blocks}
int main() {{
{calls}}}
"""


class Block:
    def __init__(self, path, match, marks, text):
        self.code = match[2]
        self.place = f"{path.name}:{text[:match.start()].count(chr(10)) + 1}"
        self.file, self.line = path.name, text[:match.start(2)].count("\n") + 1
        self.setup, self.continued, self.expected = "", False, ""
        self.runs = self.compared = True
        for mark in marks:
            key, _, value = mark.strip().partition(":")
            if key == "file":
                self.file, _, line = value.strip().partition(" line ")
                self.line = int(line or 1)
            elif key == "setup":
                self.setup = value
            elif key == "continued":
                self.continued = True
            elif key == "varies":
                self.compared = False
            elif key == "not run":
                self.runs = False
            else:
                raise SystemExit(f"{self.place}: no block is marked {key}")


def blocks(paths):
    for path in map(pathlib.Path, paths):
        text = path.read_text()
        block = None
        for match in FENCE.finditer(text):
            if match[1] == "cpp":
                marks, end = [], match.start()
                while mark := MARK.search(text[:end]):
                    marks.append(mark[1])
                    end = mark.start()
                block = Block(path, match, marks, text)
                if block.runs:
                    yield block
            elif match[1] != "sh":  # a command between a program and its output runs the program
                if block and match[1] in ("", "text"):
                    block.expected = match[2]
                block = None


def statements(code):
    """The statements of a fragment, each with the number of lines before it."""
    depth, start, blank = 0, 0, True
    tokens = list(TOKEN.finditer(code))
    for i, token in enumerate(tokens):
        depth += (token[0] in "({[") - (token[0] in ")}]")
        ends = depth == 0 and token[0] == ";"
        if depth == 0 and token[0] == "}":
            after = next((t[0] for t in tokens[i + 1:] if not t[0].isspace()), "")
            ends = after[:1] not in tuple(";,.)(") or not after
        if ends:
            yield code[start:token.end()], code[:start].count("\n")
            start = token.end()
    if code[start:].strip():
        yield code[start:], code[:start].count("\n")


def is_definition(statement):
    """Whether a statement of a fragment cannot stand in a function."""
    bare = re.sub(r"//[^\n]*", "", statement).strip()
    if re.match(r"(struct|class|enum|template|namespace|using namespace|inline)\b", bare):
        return True
    return (bare.endswith("}") and not CONTROL.match(bare) and
            re.match(r"[\w:<>&*, \n]+[&* ]\w+\(", bare) is not None)


def located(text, file, line):
    return f'#line {line} "{file}"\n{text}\n'


def group_code(group):
    """A namespace with run(), for blocks that share a scope: [(number, block)...]."""
    outside, inside = [], []
    for number, block in group:
        inside.append(f"begin({number});\n")
        for code, file, line in [(block.setup, f"{block.file}, setup", 1),
                                 (block.code, block.file, block.line)]:
            code = INCLUDE.sub("", code)
            if "int main(" in code:
                body = code.replace("int main(", "int program(").rstrip().removesuffix("}")
                outside.append(located(body + "return 0;\n}", file, line))
                inside.append("program();\n")
                continue
            for statement, before in statements(code):
                part = outside if is_definition(statement) else inside
                part.append(located(statement, file, line + before))
    return (f"namespace block_{group[0][0]} {{\n{''.join(outside)}\n"
            f"void run() {{\n{''.join(inside)}}}\n}}\n")


def program(found):
    includes = {"#include <exception>", "#include <iostream>", "#include <retrograd/retrograd.h>"}
    groups = []
    for number, block in enumerate(found):
        includes.update(INCLUDE.findall(block.setup + "\n" + block.code))
        if not block.continued:
            groups.append([])
        groups[-1].append((number, block))
    calls = "".join(f"  run(block_{group[0][0]}::run);\n" for group in groups)
    return PROGRAM.format(includes="\n".join(sorted(includes)), calls=calls,
                          blocks="\n".join(map(group_code, groups)))


def faults(binary, found):
    run = subprocess.run([binary], stdout=subprocess.PIPE, text=True)
    parts = {}
    for part in run.stdout.split(SEPARATOR)[1:]:
        number, _, text = part.partition("\n")
        parts[int(number)] = text
    for number, block in enumerate(found):
        if number not in parts:
            yield f"{block.place}: did not run; the program ended with {run.returncode}"
            continue
        lines = [[line.rstrip() for line in text.strip("\n").split("\n")]
                 for text in (block.expected, parts[number])]
        if block.compared and lines[0] != lines[1]:
            yield f"{block.place}: prints\n{parts[number]}and not\n{block.expected}"


def main():
    command, target, *files = sys.argv[1:]
    found = list(blocks(files))
    if command == "write":
        pathlib.Path(target).write_text(program(found))
        return 0
    wrong = list(faults(target, found))
    print("\n".join(wrong) or f"{len(found)} blocks ran as they say")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
