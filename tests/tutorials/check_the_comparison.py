"""Shows that check_output.py and check_lecture_map.py tell right from wrong."""
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent


def passes(folder, script, *arguments):
    return subprocess.run([sys.executable, here / script, *arguments], cwd=folder,
                          stdout=subprocess.PIPE, check=False).returncode == 0


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    program = folder / "program"
    source = folder / "source.cpp"

    def comparison(printed, comment, status=0):
        program.write_text(f"#!/bin/sh\ncat <<'EOF'\n{printed}EOF\nexit {status}\n")
        program.chmod(0o755)
        source.write_text(f"int main() {{}}\n{comment}")
        return passes(folder, "check_output.py", program, source)

    assert comparison("a 1\n\nb\n", "\n/* Output:\na 1\n\nb\n*/\n")
    assert not comparison("a 2\n\nb\n", "\n/* Output:\na 1\n\nb\n*/\n")
    assert not comparison("a 1\n\nb\nmore\n", "\n/* Output:\na 1\n\nb\n*/\n")
    assert not comparison("a 1\n", "\n/* Output:\na 1\n\nb\n*/\n")
    assert not comparison("a 1\n", "\n/* Output:\na 1\n*/\n", status=1)
    assert not comparison("a 1\n", "")
    assert comparison("took 3 s, 0.97\n", "\n/* Output:\ntook ... s, 0.9...\n*/\n")
    assert not comparison("took 3 s, 0.87\n", "\n/* Output:\ntook ... s, 0.9...\n*/\n")
    assert comparison("a\nx\ny\nb\n", "\n/* Output:\na\n...\nb\n*/\n")
    assert not comparison("a\nx\ny\n", "\n/* Output:\na\n...\nb\n*/\n")

    def pictures(opening, command):
        program.write_text(f"#!/bin/sh\n{command}\n")
        source.write_text(f"{opening}int main() {{}}\n// late.png\n\n/* Output:\n...\n*/\n")
        return passes(folder, "check_output.py", program, source)

    assert pictures("// Writes a.png\n// and b_2.svg; reads FILE.png.\n", "echo 1 | tee a.png b_2.svg")
    assert not pictures("// Writes a.png\n// and b_2.svg.\n", "echo 1 > a.png")
    assert not pictures("// Writes a.png.\n", "touch a.png")
    assert pictures("// Writes a.png.\n", "echo none: no a.png")

    def written(comment):
        program.write_text("#!/bin/sh\necho new\n")
        source.write_text("int main() {}\n" + comment)
        passed = passes(folder, "check_output.py", "--write", program, source)
        return source.read_text().removeprefix("int main() {}\n") if passed else None

    assert written("") == "\n/* Output:\nnew\n*/\n"
    assert written("\n/* Output of it, where ... differs:\nold\n*/\n") == (
        "\n/* Output of it, where ... differs:\nnew\n*/\n")
    assert written("\n/* Output:\nold ...\n*/\n") is None

    page = folder / "map.md"
    source.write_text("int main() {\n  f(x,\n    y);\n}\n")
    for row, right in [("| s | [1](source.cpp) | `f(x, y)` |", True),
                       ("| s | [1](source.cpp) | `f(y, x)` |", False),
                       ("| s | [1](other.cpp) | `f(x, y)` |", False),
                       ("| s | [1](source.cpp) | f(x, y) |", False),
                       ("no rows", False)]:
        page.write_text(row + "\n")
        assert passes(folder, "check_lecture_map.py", page) == right, row
