#!/usr/bin/env python3
"""Has Doxygen write the reference, with what it needs to be read offline.

  make_reference.py [FOLDER]

It goes to FOLDER/html, or build/docs/html. Ends with 1 when Doxygen warns.
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MATHJAX = pathlib.Path("/usr/share/javascript/mathjax")
# What formulas on these pages load.
MATHJAX_PARTS = ["MathJax.js", "config/TeX-AMS-MML_HTMLorMML.js", "extensions", "jax/element",
                 "jax/input/TeX", "jax/output/HTML-CSS", "fonts/HTML-CSS/TeX/woff"]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "docs").resolve()
    html = folder / "html"
    shutil.rmtree(html, ignore_errors=True)
    html.mkdir(parents=True)
    settings = (ROOT / "docs" / "Doxyfile").read_text() + f'OUTPUT_DIRECTORY = "{folder}"\n'
    status = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, text=True).returncode
    for part in MATHJAX_PARTS:
        source, target = MATHJAX / part, html / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)
    print("Doxygen warns" if status else html / "index.html")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
