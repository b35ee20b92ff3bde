"""Shows that check_output.py, check_lecture_map.py and check_slides.py tell right from wrong."""
import pathlib
import subprocess
import sys
import tempfile

import check_slides

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

    numbers = folder / "slides.txt"

    def slides_fit(output, slides, formula):
        source.write_text(f"int main() {{}}\n\n/* Output:\n{output}*/\n")
        numbers.write_text(slides)
        page.write_text(f"## The first lecture\n\n| s | {formula} | [01](source.cpp) | `f` |\n"
                        "| t | $\\max(z, 0)$ | [02](source.cpp) | `f` |\n")
        return not list(check_slides.all_faults(numbers, page))

    MATRIX = "# a note\n\n01 s\n  m\n    1 2\n    3 4\n"
    for output, right in [("m\n   1  2\n   3  4\nn\n", True),  # at any width
                          ("m\n  1 2\n  3 4\n\n  5 6\n", True),  # the next matrix
                          ("m\n  1 2\n  3 5\n", False),
                          ("m\n  3 4\n  1 2\n", False),
                          ("m\n  0 1 2\n  0 3 4\n", False),
                          ("m\n  1 2\n  9 9\n  3 4\n", False),
                          ("m\n  1 2\n\n  3 4\n", False),
                          ("m\n  1 2\n", False),
                          ("m\n  1 2\n  3 4\n  5 6\n", False),
                          ("m  1 2 3 4\n", False),
                          ("n\n  1 2\n  3 4\n", False),
                          ("  m\n  1 2\n  3 4\n", False),
                          ("mm\n  1 2\n  3 4\n", False),
                          ("m\n  0 0\nm\n  1 2\n  3 4\n", False),  # the first m counts
                          ("", False)]:
        assert slides_fit(output, MATRIX, "m: 1 2 / 3 4") == right, output
    for formula in ["1 2 / 3 5", "1 2 3 4", "1 2 / 3 4 5", "0 1 2 / 3 4", "1 2 / 3 4 / 5", "-1 2 / 3 4",
                    "1 2 / 3 4.5", "1 2 / 3 4, 2 x 2", "-2 -2; 1 2 / 3 4",
                    "1 2 / 3 4, 12 numbers", "1 2 / 3 4, 5 numbers", "1 2 / 3 4, x1", "$1 2 / 3 4$",
                    "1 2 / 3 4, $x_{12}$", "1 2 / 3 4, $5", "m_ij"]:
        assert not slides_fit("m\n  1 2\n  3 4\n", MATRIX, formula), formula

    COUNTS = "01 s\n  a b | c\n    2 million -> 2000000\n  d\n    -1 0\n"
    for output, right in [("c 5\na b 7\nx\nc  2000000\nd -1  0\n", True),
                          ("c 2000000\na b 7\nx\nc  5\nd -1  0\n", False),
                          ("a b 7\nc  20000000\nd -1  0\n", False),
                          ("a b 7\nc  2000000\nd -1  1\n", False),
                          ("a b 7\nc  2000000 1\nd -1  0\n", False),
                          ("a b 7\nc  2000000\nd\n", False)]:
        assert slides_fit(output, COUNTS, "$f(x, 1)$ = 2 million, -1 0") == right, output
    for slides in ["", MATRIX.replace("01", "02"), MATRIX.replace("s\n", "t\n"), MATRIX + "  n\n",
                   MATRIX + "\n01 t\n  m\n    1 2\n    3 4\n"]:
        assert not slides_fit("m\n  1 2\n  3 4\n", slides, "1 2 / 3 4"), slides
    assert not slides_fit("", "", "f(x)")
    assert not passes(folder, "check_slides.py", numbers, page)
    assert slides_fit("m\n  1 2\n  3 4\n", MATRIX, "1 2 / 3 4")
    assert passes(folder, "check_slides.py", numbers, page)
