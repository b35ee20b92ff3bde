#!/usr/bin/env python3
"""Compares the list of ImageFolder with torchvision's: classes, and files in the same order.

  compare_folder.py PIL_IMAGES

PIL_IMAGES is the program of pil_images.cpp. Skipped where torchvision is not installed.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    from torchvision import __version__
    from torchvision.datasets import DatasetFolder
except ImportError:
    skip("package", "this needs torchvision (python3-torchvision)")

FILES = ["cat/b.jpg", "cat/a.PNG", "cat/10.jpeg", "cat/9.jpeg", "cat/_.JpG", "cat/notes.txt", "cat/jpg",
         "cat/in/z.png", "cat/in/a.png", "cat/in-side/a.png", "cat/in/deep/a.jpg", "cat/In/a.jpg",
         "Dog/a.jpg", "dog/é.jpg", "dog/z.jpg", "dog/.hidden.png", ".git/x.png", "élan/a.jpg", "readme.jpg",
         "zebra's house/a b.jpg", "linked/real.jpg"]


def main(program):
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name) / "root"
        for file in FILES:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).touch()
        (root / "linked" / "folder").symlink_to(root / "cat" / "in")
        (root / "linked" / "file.jpg").symlink_to(root / "cat" / "b.jpg")
        (root / "linked" / "broken.jpg").symlink_to(root / "none")
        (root / "also").symlink_to(root / "dog")
        for path in (str(root), f"{root}/"):
            theirs = DatasetFolder(path, loader=None, extensions=(".jpg", ".jpeg", ".png"))
            lines = [f"class {name}" for name in theirs.classes]
            lines += [f"{label} {path}" for path, label in theirs.samples]
            ours = subprocess.run([program, "list", path], stdout=subprocess.PIPE, text=True, check=True)
            assert ours.stdout.splitlines() == lines, (ours.stdout, lines)
        print(f"torchvision {__version__}: {len(theirs.classes)} classes, {len(theirs.samples)} files, as ours")


if __name__ == "__main__":
    main(sys.argv[1])
