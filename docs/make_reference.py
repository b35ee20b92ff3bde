#!/usr/bin/env python3
"""Has Doxygen write the reference to build/docs/html, with what it needs to be read offline.

Ends with 1 when Doxygen warns.
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
HTML = ROOT / "build" / "docs" / "html"
MATHJAX = pathlib.Path("/usr/share/javascript/mathjax")
# What formulas on these pages load.
MATHJAX_PARTS = ["MathJax.js", "config/TeX-AMS-MML_HTMLorMML.js", "extensions", "jax/element",
                 "jax/input/TeX", "jax/output/HTML-CSS", "fonts/HTML-CSS/TeX/woff"]


def main():
    shutil.rmtree(HTML, ignore_errors=True)
    HTML.mkdir(parents=True)
    status = subprocess.run(["doxygen", "docs/Doxyfile"], cwd=ROOT).returncode
    for part in MATHJAX_PARTS:
        source, target = MATHJAX / part, HTML / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)
    print(f"{HTML / 'index.html'}" if status == 0 else "Doxygen warns")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
