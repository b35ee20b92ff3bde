"""Checks that exercises are handed out as copies, which stay what the student made of them.

usage: check_command.py ROOT
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder, "exercises")
    shutil.copytree(root / "exercises", folder, ignore=shutil.ignore_patterns("mine"))

    def run(*arguments):
        return subprocess.run([sys.executable, "-B", folder / "answers.py", *arguments],
                              capture_output=True, text=True)

    assert run("start", "3").stdout == "exercises/mine/03_backward_of_max_pooling.cpp\n"
    copy = folder / "mine" / "03_backward_of_max_pooling.cpp"
    assert copy.read_text() == (folder / copy.name).read_text()
    copy.write_text("mine")
    assert run("start", "3").returncode == 0 and copy.read_text() == "mine"
    shown = run("show", "3").stdout
    assert "scatter_add(pairs" in shown and shown.startswith("// --- Your lines"), shown
    for wrong in ("11", "three", ""):
        refused = run("start", wrong)
        assert refused.returncode == 1 and "./dev exercise N" in refused.stderr, refused
        assert "  03 backward of max pooling\n" in refused.stderr, refused

    answers = folder / "answers" / "03_backward_of_max_pooling.txt"
    answers.write_text(answers.read_text().replace("== at first", "== answer\nmore\n== at first"))
    refused = run("fill", folder / copy.name, folder / "out.cpp")
    assert "1 blanks and 2 answers" in refused.stderr, refused
