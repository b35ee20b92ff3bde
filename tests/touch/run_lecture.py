"""Writes the pages of ./dev lecture and checks them, where the page they are made of was built.

usage: run_lecture.py PAGE LECTURE_PAGES FOLDER CHROMIUM
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from skip import skip  # noqa: E402


def main(page, program, folder, chromium=""):
    if not pathlib.Path(page).is_file():
        skip("option", "this needs the page that the preset wasm builds")
    if not chromium:
        skip("package", "chromium")
    make = [sys.executable, "-B", ROOT / "touch/lecture/make_lecture.py", folder, program]
    subprocess.run(make, check=True, env={**os.environ, "RETROGRAD_PLAY": page})
    check = [sys.executable, "-B", ROOT / "tests/touch/check_lecture.py", folder, ROOT / "tutorials/slides.txt", chromium]
    sys.exit(subprocess.run(check).returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
