#!/usr/bin/env python3
"""Works on the exercises: hands them out, and fills in their answers.

  answers.py start N           copies exercise N to exercises/mine/, unless it is there; prints its path
  answers.py fill SOURCE OUT   writes the exercise with the answers of answers/NAME.txt
  answers.py mistake SOURCE OUT  and with a mistake in its first blank, which the file has
  answers.py show N            prints the answers of exercise N

An answer replaces the lines between "// --- Your lines" and "// --- to here ---".
"""
import pathlib
import re
import shutil
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
BLANK = re.compile(r"(^ *// --- Your lines.*?---\n)(.*?)(^ *// --- to here ---\n)", re.S | re.M)


def parts_of(source):
    """The answers to an exercise, and what it prints: at first, at last and after a mistake."""
    text = (FOLDER / "answers" / source.name).with_suffix(".txt").read_text()
    parts = re.split(r"^== (.*)\n", text, flags=re.M)[1:]
    named = list(zip(parts[::2], parts[1::2]))
    one = dict(named)
    return [text for name, text in named if name == "answer"], one


def filled(source, mistake=False):
    """The exercise with its answers."""
    text = source.read_text()
    answers, parts = parts_of(source)
    if mistake:
        answers[0] = parts["mistake"]
    if len(BLANK.findall(text)) != len(answers):
        raise SystemExit(f"{source.name} has {len(BLANK.findall(text))} blanks and {len(answers)} answers")
    left = iter(answers)
    return BLANK.sub(lambda blank: blank[1] + next(left) + blank[3], text)


def exercise(number):
    found = sorted(FOLDER.glob(f"{int(number):02d}_*.cpp")) if number.isdigit() else []
    if not found:
        names = "\n".join("  " + path.stem.replace("_", " ") for path in sorted(FOLDER.glob("[0-9]*.cpp")))
        raise SystemExit(f"usage: ./dev exercise N, where N is one of\n{names}")
    return found[0]


def main():
    command, *arguments = sys.argv[1:]
    if command in ("fill", "mistake"):
        pathlib.Path(arguments[1]).write_text(filled(pathlib.Path(arguments[0]), command == "mistake"))
        return
    source = exercise(arguments[0] if arguments else "")
    if command == "show":
        print("".join(f"{blank[0].strip()}\n{answer}" for blank, answer in
                      zip(BLANK.findall(source.read_text()), parts_of(source)[0])), end="")
        return
    mine = FOLDER / "mine" / source.name
    mine.parent.mkdir(exist_ok=True)
    if not mine.exists():
        shutil.copy(source, mine)
    print(mine.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
