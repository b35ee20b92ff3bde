"""Checks the pieces that pages of the site are made of: Markdown, code, slides."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "site"))

import lessons  # noqa: E402
import make_site  # noqa: E402
import text  # noqa: E402

site = make_site.Site(ROOT, pathlib.Path("/nowhere"))
site.names = {"conv2d": "reference/functions/conv2d.html", "nn::Linear": "reference/types/nn.Linear.html"}
writer = text.Writer(site, "guides/x.html")


def shown(words):
    return writer.markdown(words, "docs")


# Links lead to pages of the site; what is not on it stays text.
assert 'href="errors.html#what-is-thrown"' in shown("[a](errors.md#what-is-thrown)")
assert 'href="../index.html"' in shown("[a](../README.md)")
assert 'href="../tutorials/02_convolution_1d.html"' in shown("[a](../tutorials/02_convolution_1d.cpp)")
assert 'src="../media/layers.svg"' in shown("![a](layers.svg)") and "media/layers.svg" in site.files
assert shown("[a](../nowhere/)") == "<p>a</p>"

# Names lead to the reference, in words and in code.
assert 'href="../reference/functions/conv2d.html"><code>rg::conv2d</code>' in shown("`rg::conv2d`")
assert "conv2d.html" in shown("`rg::conv2d(x, w)`") and "href" not in shown("`conv3d`")
assert "nn.Linear.html" in writer.code("nn::Linear fc(2, 3);") and "href" not in writer.code("conv2d(x);")
assert "<a" not in text.unnested('<a href="x"><a href="y">z</a></a>')[3:]

# Pipes, lists without an empty line, formulas, and headings that return.
assert "<code>|x|</code></td>" in shown("| a | b |\n| --- | --- |\n| `\\|x\\|` | c |")
assert shown("Some:\n- one\n- two").count("<li>") == 2
assert r"\(a_b\)" in shown("For $a_b$ it is.") and writer.math
assert 'id="again"' in shown("## Again") and 'id="again-1"' in shown("## Again")

# The numbers of slides.
assert lessons.matrix_of("0 1 / 2 3") == ("", "0 1\n2 3", "")
assert lessons.matrix_of("it is 0 1 / 2 3, where x") == ("it is", "0 1\n2 3", "where x")
assert lessons.matrix_of("0 1 2") == ("", "0 1 2", "")
code = "int a;\nint b;\nint main() {\n  const int z = f(x,\n                  y);\n  return z;\n}\n"
part, first, last = lessons.excerpt(code, "f(x, y)")
assert (first, last) == (1, 7) and "f(x,\n" in part, (part, first, last)
part, first, last = lessons.excerpt("int a;\n\n// Two.\nint b;\nint c;\n\nint d;\n", "int c")
assert (part, first, last) == ("// Two.\nint b;\nint c;", 3, 5), (part, first, last)
assert lessons.excerpt(code, "g(x)") == ("", 0, 0)
assert lessons.prose("// A.\n//   x = 1\n//     y\n// B.\n") == "A.\n\n```\nx = 1\n  y\n```\n\nB.\n"
