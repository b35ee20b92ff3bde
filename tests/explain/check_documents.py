"""Compiles explain's LaTeX documents.

usage: check_documents.py FOLDER PDFLATEX
Skipped where there is no pdflatex.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

folder, pdflatex = pathlib.Path(sys.argv[1]), sys.argv[2]
if not os.access(pdflatex, os.X_OK):
    skip("package", "no pdflatex is installed (texlive-latex-base)")
documents = sorted(folder.glob("*.tex"))
assert len(documents) == 4, documents
for document in documents:
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run(
            [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "-output-directory", out,
             document.resolve()], capture_output=True, text=True, errors="replace")
        assert run.returncode == 0, run.stdout[-3000:]
        assert pathlib.Path(out, document.stem + ".pdf").stat().st_size > 0
        assert "Overfull" not in run.stdout, run.stdout[-3000:]
    print(f"{document.name}: compiled")
