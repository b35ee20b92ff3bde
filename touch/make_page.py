"""Puts the module, the style and the scripts into page.html, for Explanation::play().

usage: make_page.py OUT MODULE.js MODULE.wasm [OPERATORS.txt]
"""
import base64
import gzip
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent


def main(out, glue, module, operators=None):
    """Writes the page to `out`."""
    page = (HERE / "page.html").read_text(encoding="utf-8")
    packed = gzip.compress(pathlib.Path(module).read_bytes(), 9, mtime=0)
    scripts = [pathlib.Path(glue).read_text(encoding="utf-8")]
    scripts += [(HERE / name).read_text(encoding="utf-8")
                for name in ("engine.js", "plot.js", "views.js", "page.js")]
    names = [] if operators is None else re.findall(
        r"^[a-z]\w*$", pathlib.Path(operators).read_text(encoding="utf-8"), re.M)
    parts = {
        "operators": " ".join(["", *names, ""]) if names else "",
        "style": (HERE / "page.css").read_text(encoding="utf-8"),
        "module": base64.b64encode(packed).decode(),
        "script": "\n".join(scripts).replace("</script", "<\\/script"),
    }
    for name, text in parts.items():
        mark = f"/*retrograd:{name}*/"
        if page.count(mark) != 1:
            sys.exit(f"page.html has {page.count(mark)} marks {mark}")
        page = page.replace(mark, text)
    pathlib.Path(out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
