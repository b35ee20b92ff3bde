#!/usr/bin/env python3
"""Writes the site: tutorials, the lecture, exercises, guides and the reference, to be read offline.

  make_site.py [FOLDER] [--programs FOLDER_OF_TUTORIALS]

It goes to FOLDER/html, or build/docs/html. Programs draw the pictures of tutorials. Ends with 1
when Doxygen warns.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import lessons  # noqa: E402
import text  # noqa: E402
from entries import Entries  # noqa: E402
from layout import Page, render  # noqa: E402
from reference import Reference  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
MATHJAX = pathlib.Path("/usr/share/javascript/mathjax")
# What formulas on these pages load.
MATHJAX_PARTS = ["MathJax.js", "config/TeX-AMS-MML_HTMLorMML.js", "extensions", "jax/element",
                 "jax/input/TeX", "jax/output/HTML-CSS", "fonts/HTML-CSS/TeX/woff"]
MEDIA = {".svg", ".png", ".jpg", ".gif"}


class Site:
    """All pages and files. `names` leads from C++ names to pages, `index` is what the search finds."""

    def __init__(self, root, folder):
        self.root, self.html, self.cache = root, folder / "html", folder / "pictures"
        self.pages, self.files, self.sides, self.index, self.names = {}, {}, {}, [], {}

    def add(self, page):
        assert page.path not in self.pages, page.path
        self.pages[page.path] = page

    def add_file(self, source, path):
        self.files[path] = source
        return path

    def path_of(self, name):
        """Where a file of the repository is on the site, or None."""
        source = self.root / name
        if name in ("README.md", "."):
            return "index.html"
        if name == "docs/exercises.md" or name == "exercises":
            return "exercises/index.html"
        if name in ("tutorials", "docs", "lecture"):
            return f"{name.replace('docs', 'guides')}/index.html"
        if name == "docs/README.md":
            return "guides/index.html"
        if name.endswith(".md") and source.is_file() and name.count("/") < 2:
            return f"guides/{source.stem.lower()}.html"
        if re.fullmatch(r"(tutorials|exercises)/\d\d_\w+\.cpp", name):
            return name.removesuffix("cpp") + "html"
        if not source.is_file():
            return None
        if source.suffix in MEDIA:
            return self.add_file(source, f"media/{source.name}")
        return self.add_file(source, f"files/{name.replace('/', '_')}.txt")

    def write(self):
        for path, page in self.pages.items():
            target = self.html / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(render(self, page))
        for path, source in self.files.items():
            target = self.html / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        for name in ("site.css", "site.js"):
            shutil.copy(pathlib.Path(__file__).parent / name, self.html)
        found = json.dumps(self.index, separators=(",", ":"), ensure_ascii=False)
        (self.html / "search_index.js").write_text(f"window.SEARCH_INDEX = {found};\n")


def run_doxygen(folder):
    """Doxygen's XML; (folder, whether it warned)."""
    xml = folder / "xml"
    shutil.rmtree(xml, ignore_errors=True)
    settings = (ROOT / "docs" / "Doxyfile").read_text() + f'OUTPUT_DIRECTORY = "{folder}"\n'
    return xml, subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, text=True).returncode != 0


def headings(page):
    """What the search finds in a page: its headings, each with the first words below it."""
    parts = re.split(r'<h[23] id="([^"]*)">(.*?)</h[23]>', page.body, flags=re.S)
    yield page.title, page.path, text.plain(parts[0])[:200]
    for anchor, title, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        yield text.plain(title), f"{page.path}#{anchor}", text.plain(body)[:200]


def add_guides(site):
    """The pages of docs/, in the order of docs/README.md, and the front page."""
    listed = re.findall(r"^\| \[(.*?)\]\(([\w]+\.md)\)", (ROOT / "docs" / "README.md").read_text(), re.M)
    guides = [(f"guides/{name.removesuffix('.md').lower()}.html", title) for title, name in listed
              if name != "exercises.md"]
    guides += [("guides/contributing.html", "Contributing"), ("guides/changelog.html", "Changes")]
    site.sides["guides"] = [("Guides", [("guides/index.html", "All guides")] + guides)]
    sources = sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    at = {path: number for number, (path, _) in enumerate(guides)}
    for source in sources:
        name = source.relative_to(ROOT).as_posix()
        path = site.path_of(name)
        if path in site.pages:
            continue
        writer = text.Writer(site, path)
        words = source.read_text()
        if path == "index.html":  # the site has a page for each slide
            words = words.replace("](docs/lecture_map.md)", "](lecture)")
        body = writer.markdown(words, "docs" if "/" in name else "")
        title = text.plain(re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)[1])
        number = at.get(path)
        page = Page(path, title, body, "" if path == "index.html" else "guides", writer.math,
                    guides[number - 1] if number else None,
                    guides[number + 1] if number is not None and number + 1 < len(guides) else None)
        site.add(page)
        site.index += [[named, "guide", where, told] for named, where, told in headings(page)]


def copy_mathjax(target):
    for part in MATHJAX_PARTS:
        source, to = MATHJAX / part, target / part
        to.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to)
        elif source.exists():
            shutil.copy(source, to)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "build" / "docs")
    parser.add_argument("--programs", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.folder.resolve()
    site = Site(ROOT, folder)
    shutil.rmtree(site.html, ignore_errors=True)
    site.html.mkdir(parents=True)
    xml, warned = run_doxygen(folder)
    reference = Reference(site, xml)
    site.names = reference.names()
    tutorials = lessons.Tutorials(site, options.programs)
    Entries(site, reference, tutorials.code_uses()).add_all()
    tutorials.add_all()
    lessons.add_exercises(site)
    lessons.add_lecture(site, tutorials)
    add_guides(site)
    site.write()
    copy_mathjax(site.html / "mathjax")
    print("Doxygen warns" if warned else site.html / "index.html")
    return 1 if warned else 0


if __name__ == "__main__":
    sys.exit(main())
