"""Shows that the checks find each kind of fault, in trees made for it.

usage: check_the_checks.py COMPILER NM
"""
import pathlib
import subprocess
import sys
import tempfile

BAD = {
    "tensor/a.h": ("#include <retrograd/ops/ops.h>\n", "tensor must not include ops"),
    "ops/b.h": ("#include <retrograd/ops/kernels/k.h>\n", "must not include kernels"),
    "ops/c.cpp": ("#include <xtensor/xarray.hpp>\n", "xtensor/xarray.hpp is not for ops"),
    "ops/kernels/d.cpp": ("#include <retrograd/autograd/record.h>\n",
                          "ops/kernels must not include autograd"),
    "nn/e.cpp": ("#include <retrograd/optim/sgd.h>\n", "nn must not include optim"),
    "io/f.h": ("#include <nlohmann/json.hpp>\n", "not for public headers"),
    "data/g.h": ("#include <retrograd/data/detail/x.h>\n", "must not include an internal header"),
    "nn/g.h": ("#include <retrograd/tensor/loops/x.h>\n", "must not include an internal header"),
    "nn/m.cpp": ("#include <retrograd/ops/detail/x.h>\n", "is for ops alone"),
    "io/k.cpp": ("#include <png.h>\n", "png.h is not for io"),
    "data/l.cpp": ("#include <retrograd/images/png.h>\n", "data must not include images"),
    "optim/h.cpp": ('#include "sgd.h"\n', "include <retrograd/...>"),
    "autograd/i.cpp": ("/// a\n" * 301, "301 lines"),
    "autograd/n.h": ("/// a\n" + "// a\n" * 301, "301 lines"),
    "tutorials/j.cpp": ("#include <retrograd/nn/nn.h>\n", "optional headers and components alone"),
}

checker = pathlib.Path(__file__).with_name("check_layers.py")


def run(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, checker, folder], capture_output=True, text=True)


good = run({"nn/a.h": "#include <retrograd/ops/ops.h>\n",
            "nn/e.h": "  /// a\n" * 301,
            "ops/kernels/b.cpp": "#include <oneapi/dnnl/dnnl.hpp>\n",
            "images/c.cpp": "#include <png.h>\n#include <retrograd/io/internal/file.h>\n",
            "tutorials/d.cpp": "#include <retrograd/images/png.h>\n#include <retrograd/xtensor.h>\n"})
assert good.returncode == 0 and good.stdout == "", good.stdout
for name, (text, fault) in BAD.items():
    result = run({name: text})
    assert result.returncode == 1 and fault in result.stdout, (name, result.stdout)
    assert result.stdout.startswith(name), result.stdout

calls = checker.with_name("check_calls.py")


def run_calls(body):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "ops", "math", "a.cpp")
        path.parent.mkdir(parents=True)
        path.write_text(f"namespace {{\n}}\nTensor f(const Tensor& x, Where where) {{\n{body}\n}}\n")
        return subprocess.run([sys.executable, calls, folder], capture_output=True, text=True)


result = run_calls('  const Call call("f", where, Cast::upcast, x);\n  return retrograd::where(x, g(x), 0);  // where')
assert result.returncode == 0, result.stdout
for body in ("  return g(x, where);", '  const Call call("f", where, x);\n  return g(x, where);',
             "  return g(x);", '  const Call call("f", where, x);\n  fail(call, "f");',
             '  const Call call("f", where);\n  return g(x);'):
    result = run_calls(body)
    assert result.returncode == 1 and result.stdout.startswith("ops/math/a.cpp:3: f"), result.stdout

references = checker.with_name("check_references.py")


def run_references(body, source="// Gauss, 1809.\n", row=".f = f,", helper=""):
    files = {"ops/kernels/reference_table.h": "decltype(&kernels::f) f = nullptr;\n",
             "ops/kernels/reference/table.cpp": f"{{ {row} }}\n",
             "ops/kernels/reference/f.cpp": f"{source}\n{helper}\nTensor f(const Tensor& x) {{\n{body}\n}}\n"}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, references, folder], capture_output=True, text=True)


result = run_references("  for (const Position& k : windows.positions()) {\n    y += x[k[0]];\n  }\n"
                        "  for (const std::size_t g : groups(s)) {\n    xt::view(y, g) = a * b[0] - c;\n  }")
assert result.returncode == 0 and result.stdout == "1 references of 8 lines, 8 at most\n", result.stdout
for fault, body in (("a loop over", "  for (std::size_t i = 0; i < n; ++i) {\n  }"),
                    ("a loop over", "  for (const double v : values) {\n  }"),
                    ("a loop over", "  while (true) {\n  }"),
                    ("single elements", "  std::transform(a, b, c, f);"),
                    ("single elements", "  y.flat(2) = 1;"), ("single elements", "  y(i, j) = 1;"),
                    ("single elements", "  y(i, j) += x;"), ("single elements", "  x.raw<T>();"),
                    ("arithmetic on an index", "  return y[i + 1];"),
                    ("arithmetic on an index", "  return y[2 * i];"),
                    ("arithmetic on an index", "  return xt::view(y, xt::range(i + 1, n));"),
                    ("31 lines", "\n" * 28)):
    result = run_references(body)
    assert result.returncode == 1 and fault in result.stdout, (body, result.stdout)
for fault, result in (("lacks the formula's source", run_references("", source="// A sum.\n")),
                      ("f has no reference", run_references("", row="")),
                      ("g is not defined", run_references("", row=".f = g,")),
                      ("a loop over", run_references("", helper="void g() {\n  while (x) {\n  }\n}"))):
    assert result.returncode == 1 and fault in result.stdout, result.stdout

public = {f"ops/{i}.h": "" for i in range(40)}
good = run(public | {f"ops/{i}.cpp": "" for i in range(30)})
assert good.returncode == 0, good.stdout
result = run({f"ops/{i}.cpp": "" for i in range(31)})
assert result.returncode == 1 and result.stdout.startswith("ops: 31 sources"), result.stdout

public = {f"ops/{i}.h": "" for i in range(40)}
assert run(public | {f"ops/{i}.cpp": "" for i in range(30)}).returncode == 0
result = run({f"ops/{i}.cpp": "" for i in range(31)})
assert result.returncode == 1 and result.stdout.startswith("ops: 31 sources"), result.stdout

words = checker.with_name("check_words.py")


def run_words(files, *names):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, words, folder, *names], capture_output=True, text=True)


LONG = "One " + "and one " * 13
GOOD_WORDS = {
    "nn/a.h": "/// @file\n/// Layers.\n/// Returns `nobody` of (N, C), \"who\".\n///\n/// @code\n"
              "/// nobody(x);\n/// @endcode\n/// @throws ShapeError if x is empty\nTensor f(int x);\n"
              "struct A {\n  int x = 0;  ///< Length of a step.\n  bool y;  ///< Adds a bias when true.\n"
              "  // Nobody reads this.\n  std::function<int(int)> f;  ///< Rule of one step.\n};\n",
    "docs/a.md": f"# How to add\n\nA formula $who$.\n\n```cpp\nnobody; {LONG}\n```\n\n| `who` | a; b | c; d |\n",
    "CHANGELOG.md": "# Changes\n\n## [2]\n\nA change.\n\n## [1]\n\nNobody changed it.\n",
    "tutorials/a.cpp": "// Draws x.\nint x = 0;  // a count\n/* Output:\nnobody\n*/\n",
    "ops/a.cpp": 'void f() { fail<E>(call, "x is {}; "\n"y"); }  // nobody\n',
}
BAD_WORDS = {
    "nn/a.h": ("/// Returns x.\n/// Nobody knows.\nint f(int x);\n", "nn/a.h:1: ", "Nobody"),
    "nn/b.h": ("/// The sum.\n[[nodiscard]] int f(int x);\n", "nn/b.h:1: ", "starts with a verb"),
    "nn/c.h": ("struct A {\n  int x;  ///< Of the layer.\n};\n", "nn/c.h:2: ", "noun phrase"),
    "nn/d.h": ("struct A {\n  /// Adds a step.\n  int x = f();\n};\n", "nn/d.h:2: ", "noun phrase"),
    "nn/e.h": ("enum class A {\n  x,  ///< By hand.\n  y\n};\n", "nn/e.h:2: ", "noun phrase"),
    "docs/a.md": ("# A\n\nA.\n\nWhere x is y.\n", "docs/a.md:5: ", "a clause is the subject"),
    "docs/b.md": ("- A.\n- Those that are late.\n", "docs/b.md:2: ", "a clause is the subject"),
    "docs/c.md": (f"{LONG}\n", "docs/c.md:1: ", "27 words"),
    "docs/d.md": ("a; b; c\n", "docs/d.md:1: ", "2 semicolons"),
    "README.md": ("The rest lies in memory.\n", "README.md:1: ", "stored"),
    "tutorials/a.cpp": ("int x;\n// The second place.\n", "tutorials/a.cpp:2: ", "position"),
    "ops/a.cpp": ('void f() {\n  check::require<E>(call, g("("), "there is "\n    "nobody");\n}\n',
                  "ops/a.cpp:2: ", "nobody"),
}
result = run_words(GOOD_WORDS, *GOOD_WORDS)
assert result.returncode == 0 and result.stdout == "", result.stdout
for name, (text, start, fault) in BAD_WORDS.items():
    result = run_words({name: text}, name)
    assert result.returncode == 1 and result.stdout.startswith(start), (name, result.stdout)
    assert fault in result.stdout and result.stdout.count("\n") == 1, (name, result.stdout)


def run_codes(source, *codes):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("tensor", "docs"):
            pathlib.Path(folder, name).mkdir()
        pathlib.Path(folder, "tensor", "a.cpp").write_text(source)
        rows = [f'| <a id="{code}"></a>`{code}` | Meaning. |\n' for code in codes]
        pathlib.Path(folder, "docs", "errors.md").write_text("".join(rows))
        result = subprocess.run([sys.executable, checker.with_name("check_codes.py"), folder],
                                capture_output=True, text=True)
        return result.returncode, result.stdout


SITE = '// refuse<E>(comment)\ncheck::refuse<E>(call, {{"a", a}}, "text (\\" {}"\n" [x-y]", f(1));\n'
known = ("out-of-memory", "x-y")
assert run_codes(SITE, *known) == (0, ""), run_codes(SITE, *known)
for source, codes, fault in [
    (SITE + 'fail<E>("op", where, "text");', known, "tensor/a.cpp:4: this message ends in no code"),
    (SITE + 'throw ShapeError("text [X-y]");', known, "tensor/a.cpp:4: this message ends in no code"),
    (SITE + 'check::require<E>({"f", w}, a < b, {}, "text [x-y] {}", 1);', known, "tensor/a.cpp:4: this"),
    (SITE, known[:1], "tensor/a.cpp: docs/errors.md has no row for [x-y]"),
    (SITE, known + ("y-z",), "docs/errors.md: no message has the code y-z"),
    (SITE, known[::-1], "docs/errors.md: the codes are not in alphabetical order"),
]:
    result = run_codes(source, *codes)
    assert result[0] == 1 and result[1].startswith(fault), (source, result)

with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "heavy.h").write_text("#include <zlib.h>\n")
    result = subprocess.run(
        [sys.executable, checker.with_name("check_light_header.py"), sys.argv[1], folder, "heavy.h"],
        capture_output=True, text=True)
    assert result.returncode == 1 and "zlib.h" in result.stdout, result

for source, left in [("", 2), ("#include <retrograd/tensor/a.h>\n", 1), ("#include <retrograd/tensor/b.h>\n", 1)]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "retrograd", "tensor")
        path.mkdir(parents=True)
        (path / "a.h").write_text("#include <string>\ninline std::string a;\n")
        (path / "b.h").write_text("inline std::string b;\n")
        (path / "c.cpp").write_text(source)
        result = subprocess.run(
            [sys.executable, checker.with_name("check_headers_alone.py"), sys.argv[1], folder,
             f"{folder}/retrograd", "tensor"], capture_output=True, text=True)
        assert f"2 headers, {left} of them" in result.stdout, result
        assert ("tensor/b.h does not compile alone" in result.stdout) == ("b.h" not in source), result
        assert result.returncode == ("b.h" not in source), result

with tempfile.TemporaryDirectory() as folder:
    def linked(sources):
        objects = []
        for name, text in sources.items():
            path = pathlib.Path(folder, "x.dir", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            objects.append(f"{path}.o")
            subprocess.run([sys.argv[1], "-c", path, "-o", objects[-1]], check=True)
        listed = pathlib.Path(folder, "objects.txt")
        listed.write_text("\n".join(objects))
        return subprocess.run([sys.executable, checker.with_name("check_links.py"), sys.argv[2],
                               listed], capture_output=True, text=True)

    uses = "void f(); void g() { f(); }"
    result = linked({"ops/conv/a.cpp": uses, "ops/kernels/conv/b.cpp": "void f() {}"})
    assert result.returncode == 0, result.stdout + result.stderr
    result = linked({"tensor/a.cpp": uses, "autograd/b.cpp": "void f() {}"})
    assert result.returncode == 1 and result.stdout.startswith(
        "tensor must not link to autograd: f() is needed by tensor/a.cpp"), result.stdout
    result = linked({"ops/kernels/a.cpp": uses, "autograd/b.cpp": "template <int> void h() {}\n"
                     "template void h<0>(); void f() {}"})
    assert result.returncode == 1, result.stdout
