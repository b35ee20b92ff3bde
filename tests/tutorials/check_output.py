"""Runs a tutorial and compares what it prints with the comment at the end of its source.

usage: check_output.py [--write] PROGRAM SOURCE [ARGUMENT...]

The comment begins with "/* Output" on a line and ends the file. Every line is compared exactly; "..." in
the comment stands for any text, and alone on a line for any lines. The program runs in an empty folder, where
pictures go. Those that the comment at the beginning of the source names must be there and not be empty,
except where the output says "no" before the name. --write puts the output into the source, replacing the
comment's lines; it refuses where these have "...".
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

COMMENT = re.compile(r"\n(/\* Output[^\n]*\n)(.*)\*/\n\Z", re.DOTALL)
OPENING = re.compile(r"(//.*\n)*")
PICTURE = re.compile(r"\b[a-z0-9_]+\.(?:png|svg|html)\b")


def fits(expected, printed):
    """Whether the lines printed are those expected."""
    parts = ["(.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + "\n"
             for line in expected]
    return re.fullmatch("".join(parts), "".join(line + "\n" for line in printed)) is not None


def missing_pictures(text, output, folder):
    pictures = [pathlib.Path(folder, name) for name in PICTURE.findall(OPENING.match(text)[0])]
    return [picture.name for picture in pictures if f"no {picture.name}" not in output
            and not (picture.is_file() and picture.stat().st_size > 0)]


def main():
    arguments = sys.argv[1:]
    write = arguments[0] == "--write"
    program, source, *rest = arguments[write:]
    path = pathlib.Path(source)
    text = path.read_text()
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run([pathlib.Path(program).resolve(), *rest], cwd=folder, text=True,
                             stdout=subprocess.PIPE, check=False)
        missing = missing_pictures(text, ran.stdout, folder)
    if ran.returncode != 0:
        print(ran.stdout + f"{program} ended with {ran.returncode}")
        return 1
    if missing:
        print(f"{program} wrote nothing to {', '.join(missing)}")
        return 1
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    found = COMMENT.search(text)
    if write and found and "..." in found[2]:
        print(f"the comment at the end of {source} has ...: write it by hand")
        return 1
    if write:
        heading = found[1] if found else "/* Output:\n"
        body = "".join(line + "\n" for line in printed)
        path.write_text(COMMENT.sub("\n", text).rstrip() + f"\n\n{heading}{body}*/\n")
        return 0
    if not found:
        print(f"{source} does not end with its output in a comment")
        return 1
    expected = found[2].splitlines()
    if fits(expected, printed):
        return 0
    print("\n".join(difflib.unified_diff(expected, printed, source, "printed", lineterm="")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
