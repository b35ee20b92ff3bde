"""Runs a tutorial and compares what it prints with the comment at the end of its source.

usage: check_output.py [--write] PROGRAM SOURCE [ARGUMENT...]

The comment begins with "/* Output" on a line and ends the file. Every line is compared exactly; "..." in
the comment stands for any text, and alone on a line for any lines. The program runs in an empty folder, where
pictures go. --write puts the output into the source, replacing the comment.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

COMMENT = re.compile(r"\n/\* Output[^\n]*\n(.*)\*/\n\Z", re.DOTALL)


def fits(expected, printed):
    """Whether the lines printed are those expected."""
    parts = ["(.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + "\n"
             for line in expected]
    return re.fullmatch("".join(parts), "".join(line + "\n" for line in printed)) is not None


def main():
    arguments = sys.argv[1:]
    write = arguments[0] == "--write"
    program, source, *rest = arguments[write:]
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run([pathlib.Path(program).resolve(), *rest], cwd=folder, text=True,
                             stdout=subprocess.PIPE, check=False)
    if ran.returncode != 0:
        print(ran.stdout + f"{program} ended with {ran.returncode}")
        return 1
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    path = pathlib.Path(source)
    text = path.read_text()
    if write:
        body = "".join(line + "\n" for line in printed)
        path.write_text(COMMENT.sub("\n", text).rstrip() + f"\n\n/* Output:\n{body}*/\n")
        return 0
    found = COMMENT.search(text)
    if not found:
        print(f"{source} does not end with its output in a comment")
        return 1
    expected = found[1].splitlines()
    if fits(expected, printed):
        return 0
    print("\n".join(difflib.unified_diff(expected, printed, source, "printed", lineterm="")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
