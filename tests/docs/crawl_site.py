"""Follows every link of the site, as files and as under a sub-path.

usage: crawl_site.py FOLDER
Prints one line for each link that leads nowhere or leaves the folder, for each page that no link
leads to, and for names that differ in case alone. Ends with 1 if there is one.
"""
import html.parser
import pathlib
import posixpath
import sys
import urllib.parse

LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
OUTSIDE = ("http://", "https://", "mailto:", "data:")


class Reader(html.parser.HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.append(found["id"])
        if tag in LINKS and found.get(LINKS[tag]):
            self.links.append(found[LINKS[tag]])


def faults(folder):
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pages = {name: Reader((folder / name).read_text()) for name in files if name.endswith(".html")
             and not name.startswith(("media/", "mathjax/"))}
    reached = {"index.html"}
    for name, page in sorted(pages.items()):
        for anchor in {anchor for anchor in page.ids if page.ids.count(anchor) > 1}:
            yield f"{name}: the anchor {anchor} is there {page.ids.count(anchor)} times"
        for link in page.links:
            if link.startswith(OUTSIDE):
                continue
            path, _, anchor = link.partition("#")
            path = urllib.parse.unquote(path.partition("?")[0])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if link.startswith("/") or target.startswith(".."):
                yield f"{name}: {link} leaves the site"
            elif target not in files:
                yield f"{name}: {link} is not there"
            elif anchor and target in pages and urllib.parse.unquote(anchor) not in pages[target].ids:
                yield f"{name}: {target} has no anchor {anchor}"
            else:
                reached.add(target)
    for name in sorted(pages.keys() - reached):
        yield f"{name}: no link leads there"
    lower = {}
    for name in sorted(files):
        if lower.setdefault(name.lower(), name) != name:
            yield f"{name} and {lower[name.lower()]} differ in case alone"
    if len(pages) < 500:
        yield f"there are only {len(pages)} pages"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found[:60]) or "all links lead to pages")
    sys.exit(1 if found else 0)
