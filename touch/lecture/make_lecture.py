"""Writes a folder of pages, one for each slide of docs/lecture_map.md, to be read offline.

usage: make_lecture.py FOLDER LECTURE_PAGES

The program lecture_pages writes pages of programs that can be changed. RETROGRAD_PLAY names the page
without a program that it takes. Other slides show the lines and the output of their tutorial.
"""
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "docs" / "site"), str(ROOT / "tests" / "tutorials")]

from check_slides import read_blocks  # noqa: E402
from formulas import with_formulas  # noqa: E402
from slides import LECTURE, MAP_ROW, OUTPUT, capital, excerpt, matrix_of  # noqa: E402

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


def read_pages(folder):
    """{slide: (file, {heading: where})} of pages.txt."""
    pages = {}
    for line in (folder / "pages.txt").read_text(encoding="utf-8").splitlines():
        first, second, *rest = line.split("\t")
        if first:
            slide = first
            pages[slide] = (second, {})
        else:
            pages[slide][1][second] = rest[0]
    return pages


class Slide:
    """A row of the map."""

    def __init__(self, part, number, row):
        self.part = part
        self.title, self.formula, tutorial, link, quotes = row
        self.source = (ROOT / "docs" / link).resolve()
        self.key = f"{tutorial} {self.title}"
        self.quotes = re.findall(r"`([^`]+)`", quotes)
        words = re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_")
        self.file = f"{number:02d}_{words}.html"


def read_slides():
    rows = [(part, row) for part, table in LECTURE.findall((ROOT / "docs/lecture_map.md").read_text(encoding="utf-8"))
            for row in MAP_ROW.findall(table)]
    return [Slide(part, number, row) for number, (part, row) in enumerate(rows, 1)]


def statement(slide):
    """The slide's formula, and its matrices row by row."""
    main, _, numbers = ("", "", slide.formula) if re.fullmatch(r"[-\d /]+", slide.formula) \
        else slide.formula.partition(": ")
    parts = [f'<p class="formula">{with_formulas(main)}</p>'] if main else []
    before, rows, after = matrix_of(numbers)
    parts += [f'<p class="formula">{with_formulas(before)}</p>'] if before else []
    if rows:
        parts.append(f'<p class="formula">{with_formulas(rows)}</p>' if "$" in rows else
                     f'<pre class="slide">{html.escape(rows)}</pre>')
    parts += [f'<p class="formula">{with_formulas(after)}</p>'] if after else []
    return "".join(parts)


def program(slide):
    """The lines of the tutorial, and what it prints."""
    text = slide.source.read_text(encoding="utf-8")
    code, output = OUTPUT.sub("\n", text), OUTPUT.search(text)
    parts, shown = [], set()
    for quote in slide.quotes:
        part, first, last = excerpt(code, quote)
        if part and (first, last) not in shown:
            shown.add((first, last))
            parts.append(f'<p class="where">{slide.source.name}, lines {first} to {last}</p>'
                         f'<pre class="code" tabindex="0">{html.escape(part)}</pre>')
    printed = html.escape(output[2]) if output else ""
    return "".join(parts), f'<pre class="output" tabindex="0">{printed}</pre>'


def navigation(slides, number):
    links = []
    for name, at, arrow in (("prev", number - 1, "←"), ("next", number + 1, "→")):
        links.append(f'<a rel="{name}" href="{slides[at].file}">{arrow}</a>' if 0 <= at < len(slides) else
                     f'<span>{arrow}</span>')
    return (f'<nav class="lecture" aria-label="Slides">{links[0]} <a href="index.html">{number + 1} of {len(slides)}</a> '
            f"{links[1]}</nav>")


def heading(slide):
    return (f'<p class="part">{html.escape(slide.part)}, tutorial {slide.key[:2]}</p>'
            f"<h1>{html.escape(capital(slide.title))}</h1>{statement(slide)}"
            f'<p id="compared" role="status"></p>')


def data(slide, blocks, shown):
    """What lecture.js compares: the slide's numbers, and where the page has them."""
    listed = [{"heading": block.headings, "rows": block.printed, "where": shown.get(block.headings, "output")}
              for block in blocks]
    text = json.dumps(listed).replace("<", "\\u003c")  # "</script>" would end the data
    return (f'<script type="application/json" id="slide" data-slide="{html.escape(slide.key)}">{text}'
            "</script>")


def text_page(slide, nav, blocks, style, script):
    lines, output = program(slide)
    body = (f"<main>{nav}{heading(slide)}{lines}<h2>What the program prints</h2>{output}</main>{data(slide, blocks, {})}")
    return PAGE.format(title=html.escape(slide.title), style=style, body=body, script=script)


def played_page(slide, nav, blocks, page, shown, style, script):
    """The page of play(), with the slide's heading instead of its own."""
    lines, output = program(slide)
    own = "<h1>Touch any number</h1>"
    assert page.count(own) == 1 and page.count("</main>") == 1 and page.count("</style>") == 1
    page = page.replace(own, nav + heading(slide))
    page = page.replace("</style>", f"{style}</style>")
    page = page.replace("</main>", f'</main><details class="tutorial"><summary>The tutorial</summary>{lines}{output}'
                                   f"</details>{data(slide, blocks, shown)}")
    return page.replace("</body>", f"<script>{script}</script>\n</body>")


def main(folder, program_of_pages):
    with tempfile.TemporaryDirectory() as pages:
        subprocess.run([program_of_pages, pages], check=True)
        write(pathlib.Path(folder), pathlib.Path(pages))


def write(folder, pages):
    """Writes all pages to `folder`, given those of lecture_pages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    played, slides = read_pages(pages), read_slides()
    unknown = set(played) - {slide.key for slide in slides}
    if unknown:
        sys.exit(f"the map has no slides {sorted(unknown)}")
    blocks = read_blocks((ROOT / "tutorials/slides.txt").read_text(encoding="utf-8"))
    style = (HERE / "lecture.css").read_text(encoding="utf-8")
    script = (HERE / "lecture.js").read_text(encoding="utf-8")
    parts = {}
    for number, slide in enumerate(slides):
        own, nav = [block for block in blocks if block.slide == slide.key], navigation(slides, number)
        if slide.key in played:
            file, shown = played[slide.key]
            page = played_page(slide, nav, own, (pages / file).read_text(encoding="utf-8"), shown, style, script)
        else:
            page = text_page(slide, nav, own, style, script)
        (folder / slide.file).write_text(page, encoding="utf-8")
        mark = ' <span class="part">to touch</span>' if slide.key in played else ""
        parts.setdefault(slide.part, []).append(
            f'<li value="{number + 1}"><a href="{slide.file}">{html.escape(capital(slide.title))}</a>{mark}</li>')
    lists = "".join(f"<h2>{part}</h2><ol>{''.join(items)}</ol>" for part, items in parts.items())
    body = (f'<main><nav class="lecture" aria-label="Slides"><a rel="next" href="{slides[0].file}">→</a></nav>'
            f"<h1>The lectures, slide by slide</h1><p>Arrow keys turn the pages. On pages to touch, each number "
            f"of a leaf can be dragged.</p>{lists}</main>")
    (folder / "index.html").write_text(
        PAGE.format(title="The lectures", style=style, body=body, script=script), encoding="utf-8")
    print(f"{len(slides)} slides, {len(played)} of them to touch: {folder / 'index.html'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
