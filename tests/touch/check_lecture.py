"""Turns the pages of ./dev lecture in a browser, offline and by keyboard alone, and compares their
numbers with those of the slides.

usage: check_lecture.py FOLDER SLIDES CHROMIUM

FOLDER is what make_lecture.py wrote, SLIDES is tutorials/slides.txt.
"""
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "tutorials"), str(HERE)]

from browser import Browser  # noqa: E402
from check_slides import read_blocks  # noqa: E402
from skip import skip  # noqa: E402

MOST_BYTES = 2_000_000
MOST_BYTES_OF_SLIDE = 700_000  # pages with the lectures' operators
ARROW_LEFT, ARROW_UP, ARROW_RIGHT, TAB = 37, 38, 39, 9
COMPARED = "document.body?.dataset.compared"
PICTURES = {"index", "06_convolution_of_a_row_of_pixels", "24_dz_dw_is_a_matrix_of_shifted_inputs",
            "37_receptive_field", "47_forward_pass"}


def require(holds, text):
    if not holds:
        raise SystemExit(f"FAILED: {text}")


def open_page(browser, path):
    browser.open(path)
    browser.wait(f"location.href === {path.resolve().as_uri()!r} && document.readyState === 'complete'")


def check_page(browser, path, blocks):
    """The page that is open: its numbers, its size and its widths."""
    browser.wait(f"{COMPARED} !== undefined")
    told = browser.value("document.getElementById('compared').textContent")
    require(browser.value(COMPARED) != "no", f"{path.name}: {told}")
    played = browser.value("document.getElementById('module') !== null")
    shown = browser.value("JSON.parse(document.getElementById('slide').textContent)")
    require([(each["heading"], each["rows"]) for each in shown] ==
            [(block.headings, block.printed) for block in blocks], f"{path.name} has the slide's rows")
    require(int(browser.value(COMPARED)) == sum(len(block.printed) for block in blocks), f"{path.name}: {told}")
    if played:
        stamp = browser.value("document.getElementById('stamp').textContent")
        require(browser.value("document.getElementById('stamp').className") == "good", f"{path.name}: {stamp}")
    require(browser.value("performance.getEntriesByType('resource').length") == 0, f"{path.name} loads no other file")
    all_operators = played and not browser.value("document.getElementById('operators').textContent.trim()")
    most = MOST_BYTES if all_operators else MOST_BYTES_OF_SLIDE
    require(path.stat().st_size <= most, f"{path.name} has {path.stat().st_size:,} bytes")
    for width in (1280, 390):
        if path.stem in PICTURES:
            browser.picture(path.with_suffix(f".{width}.png"), width, 900)
        else:
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                         mobile=width < 500)
        seen = browser.value("document.documentElement.scrollWidth")
        require(seen <= width, f"{path.name} is {seen} px wide in a window of {width}")
    computed = sum(len(each["rows"]) for each in shown if each["where"] != "output")
    print(f"  {path.name}: {path.stat().st_size:,} bytes. {told}")
    return played, computed


def check_keys(browser, path):
    """Arrow keys change a number that has the focus, and turn no page."""
    open_page(browser, path)
    browser.wait(f"{COMPARED} !== undefined")
    for _ in range(12):
        browser.key("Tab", TAB)
        if browser.value("document.activeElement.getAttribute('role') === 'spinbutton'"):
            break
    number = "Number(document.activeElement.getAttribute('aria-valuenow'))"
    before = browser.value(number)
    browser.key("ArrowRight", ARROW_RIGHT)
    require(browser.value(number) > before, "ArrowRight raises a number that has the focus")
    require(browser.value("location.href") == path.resolve().as_uri(), "and turns no page")


def check_other_numbers(browser, path, row, other):
    """A page with another number for the slide says that they differ."""
    with tempfile.TemporaryDirectory() as folder:
        changed = pathlib.Path(folder, path.name)
        text = path.read_text(encoding="utf-8")
        require(text.count(f'"{row}"') == 1, f"{path.name} has the row {row}")
        changed.write_text(text.replace(f'"{row}"', f'"{other}"'), encoding="utf-8")
        open_page(browser, changed)
        browser.wait(f"{COMPARED} !== undefined")
        require(browser.value(COMPARED) == "no", f"{path.name} notices {other} for {row}")


def main(folder, slides, program=""):
    if not program:
        skip("package", "chromium")
    folder = pathlib.Path(folder)
    blocks = read_blocks(pathlib.Path(slides).read_text(encoding="utf-8"))
    left = {block.slide for block in blocks}
    pages = sorted(folder.glob("[0-9][0-9]_*.html"))
    touched = computed = 0
    with Browser(program) as browser:
        open_page(browser, folder / "index.html")
        for width in (1280, 390):
            browser.picture(folder / f"index.{width}.png", width, 900)
        require(browser.value("document.querySelectorAll('li a').length") == len(pages), "the contents list all pages")
        for path in pages:
            browser.key("ArrowRight", ARROW_RIGHT)
            browser.wait(f"location.href === {path.resolve().as_uri()!r} && document.readyState === 'complete'")
            slide = browser.value("document.getElementById('slide').dataset.slide")
            left.discard(slide)
            played, rows = check_page(browser, path, [block for block in blocks if block.slide == slide])
            touched, computed = touched + played, computed + rows
        browser.key("ArrowLeft", ARROW_LEFT)
        browser.wait(f"location.href === {pages[-2].resolve().as_uri()!r}")
        require(not left, f"all slides with numbers have a page: {sorted(left)}")
        check_keys(browser, folder / "06_convolution_of_a_row_of_pixels.html")
        check_other_numbers(browser, folder / "06_convolution_of_a_row_of_pixels.html", "-1 0 -1 0 -2 1 -1 0",
                            "-1 0 -1 0 -2 1 -1 1")
        check_other_numbers(browser, folder / "11_how_many_weights.html", "110", "111")
    print(f"{len(pages)} pages, {touched} to touch; {sum(len(block.printed) for block in blocks)} rows compared, "
          f"{computed} of them with the engine in the page")


if __name__ == "__main__":
    main(*sys.argv[1:])
