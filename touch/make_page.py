"""Puts a module, styles and scripts into a page.

usage: make_page.py OUT MODULE.js MODULE.wasm PART...

A PART is the page itself (.html), a style (.css), a script (.js), or a list of operators (.txt).
"""
import base64
import gzip
import pathlib
import re
import sys


def main(out, glue, module, *files):
    """Writes the page to `out`."""
    def read(kind):
        return [pathlib.Path(file).read_text(encoding="utf-8") for file in files
                if file.endswith(kind)]

    page, = read(".html")
    packed = gzip.compress(pathlib.Path(module).read_bytes(), 9, mtime=0)
    scripts = [pathlib.Path(glue).read_text(encoding="utf-8"), *read(".js")]
    names = re.findall(r"^[a-z]\w*$", "\n".join(read(".txt")), re.M)
    parts = {
        "operators": " ".join(["", *names, ""]) if names else "",
        "style": "\n".join(read(".css")),
        "module": base64.b64encode(packed).decode(),
        "script": "\n".join(scripts).replace("</script", "<\\/script"),
    }
    for name, text in parts.items():
        mark = f"/*retrograd:{name}*/"
        if text and page.count(mark) != 1:
            sys.exit(f"the page has {page.count(mark)} marks {mark}")
        page = page.replace(mark, text)
    pathlib.Path(out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
