"""The frame around each page of the site."""
import html
import re

import text

SECTIONS = [("tutorials/index.html", "Tutorials"), ("lecture/index.html", "Lecture"),
            ("exercises/index.html", "Exercises"), ("guides/index.html", "Guides"),
            ("reference/index.html", "Reference")]
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{css}">
<script>try {{ document.documentElement.dataset.theme = localStorage.getItem("theme") || ""; }} catch (e) {{}}</script>
</head>
<body data-root="{root}">
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="home" href="{home}">retrograd</a>
<nav aria-label="Sections">{sections}</nav>
<div class="search" role="search"><input id="search" type="search" placeholder="Search, for example conv2d  ( / )"
aria-label="Search" autocomplete="off" spellcheck="false"><ul id="found" hidden></ul></div>
<button id="theme" title="Light or dark" aria-label="Light or dark">&#9680;</button>
</header>
<div class="frame">
{side}<main id="content">
{body}
{turn}</main>
{toc}</div>
<script src="{index}"></script>
<script src="{js}"></script>
{math}</body>
</html>
"""
MATH = """<script type="text/x-mathjax-config">MathJax.Hub.Config({{tex2jax: {{inlineMath: [["\\\\(", "\\\\)"]],
 displayMath: [["\\\\[", "\\\\]"]]}}, messageStyle: "none", showMathMenu: false}});</script>
<script async src="{}?config=TeX-AMS-MML_HTMLorMML"></script>
"""


class Page:
    """A page: its path on the site, its title, its HTML, and the section that it belongs to."""

    def __init__(self, path, title, body, section="", math=False, before=None, after=None,
                 side=None):
        self.path, self.title, self.body, self.section, self.math = path, title, body, section, math
        self.before, self.after = before, after  # (path, title)
        self.side = side  # in place of the section's


def side_list(site, page, href):
    """The pages of the section, with this one marked."""
    groups = page.side or site.sides.get(page.section)
    if not groups:
        return ""
    parts = []
    for name, entries in groups:
        items = "".join(
            f'<li><a href="{href(path)}"{" aria-current=page" if path == page.path else ""}>{html.escape(title)}</a></li>'
            for path, title in entries)
        here = any(path == page.path for path, _ in entries)
        if len(groups) > 1:
            parts.append(f'<details{" open" if here else ""}><summary>{html.escape(name)}</summary><ul>{items}</ul></details>')
        else:
            parts.append(f"<ul>{items}</ul>")
    title = dict((path.split("/")[0], name) for path, name in SECTIONS)[page.section]
    return (f'<details class="side" id="side" open><summary>{title}: all pages</summary>'
            f'<nav aria-label="{title}">{"".join(parts)}</nav></details>\n')


def contents(body):
    """The headings of the page."""
    found = re.findall(r'<h2 id="([^"]*)">(.*?)</h2>', body, re.S)
    if len(found) < 3:
        return ""
    items = "".join(f'<li><a href="#{anchor}">{html.escape(text.plain(title))}</a></li>' for anchor, title in found)
    return f'<nav class="toc" aria-label="On this page"><b>On this page</b><ul>{items}</ul></nav>\n'


def turn_links(page, href):
    if not page.before and not page.after:
        return ""
    links = [f'<a rel="{rel}" href="{href(to[0])}"><small>{word}</small>{html.escape(to[1])}</a>' if to else "<span></span>"
             for rel, word, to in (("prev", "Previous", page.before), ("next", "Next", page.after))]
    return f'<nav class="turn" aria-label="Previous and next">{"".join(links)}</nav>\n'


def render(site, page):
    href = text.Writer(site, page.path).href
    sections = "".join(
        f'<a href="{href(path)}"{" aria-current=true" if path.startswith(page.section + "/") and page.section else ""}>{name}</a>'
        for path, name in SECTIONS)
    return PAGE.format(
        title=html.escape(page.title if page.path == "index.html" else f"{page.title} - retrograd"),
        css=href("site.css"), js=href("site.js"), index=href("search_index.js"), home=href("index.html"),
        root=href("index.html").removesuffix("index.html"), sections=sections,
        side=side_list(site, page, href), body=text.unnested(page.body), turn=turn_links(page, href),
        toc=contents(page.body), math=MATH.format(href("mathjax/MathJax.js")) if page.math else "")
