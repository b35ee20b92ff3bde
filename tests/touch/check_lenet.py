"""Trains LeNet on its page in a browser, offline, and asks for a digit that keys draw.

usage: check_lenet.py PAGE LOSSES CHROMIUM

LOSSES is the native program touch_lenet_losses.
"""
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from browser import Browser  # noqa: E402
from check_pages import TAB, require  # noqa: E402
from skip import skip  # noqa: E402

STEPS = 100  # the loss has left its plateau
SHIFT = 8
# The median of an answer to a changed digit, with the browser's layout, in milliseconds.
ANSWER = """(() => {
  const times = [];
  for (let i = 0; i < 60; ++i) {
    const begin = performance.now();
    field.pixels[300 + i] = 1;
    showDigit();
    document.body.offsetHeight;
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[30];
})()"""
# The smallest contrast of a text with what is behind it.
CONTRAST = """(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parse(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return (parse(colour)[3] ?? 1) > 0 ? colour : behind(node.parentElement);
  };
  const texts = [...document.body.querySelectorAll("*")].filter((node) =>
    !node.closest("script") && [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return Math.min(...texts.map((node) => {
    const style = getComputedStyle(node);
    const [a, b] = [light(node.namespaceURI.endsWith("svg") ? style.fill : style.color),
                    light(behind(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()"""
# The median and the largest time between two frames of a second of training.
FRAMES = """new Promise((done) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < 1000) requestAnimationFrame(frame);
    else {
      const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
      done([gaps[gaps.length >> 1], gaps.at(-1)]);
    }
  };
  requestAnimationFrame(frame);
})"""


def press(browser, key, code, modifiers=0):
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, modifiers=modifiers,
                     windowsVirtualKeyCode=code)


def tab_to(browser, element):
    """Goes to an element as a reader without a pointer does."""
    for _ in range(20):
        if browser.value(f"document.activeElement === byId('{element}')"):
            return
        browser.key("Tab", TAB)
    raise SystemExit(f"FAILED: Tab does not reach {element}")


def open_page(browser, page):
    browser.open(page)
    browser.wait("document.body?.dataset.ready === 'yes' || "
                 "document.getElementById('stamp')?.className === 'bad'")
    require(browser.value("document.body.dataset.ready") == "yes",
            "ready " + browser.value("byId('stamp').textContent"))
    require(browser.value("performance.getEntriesByType('resource').length") == 0,
            "loads no other file")


def check_losses(browser, losses):
    rate = browser.value("rate()")
    lines = subprocess.run([losses, str(STEPS), repr(rate)], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split()
    browser.value(f"for (let i = 0; i < {STEPS}; ++i) byId('step').click()")
    here = browser.value("log.losses")
    require(len(here) == len(lines) == STEPS, f"{STEPS} steps")
    difference = max(abs(a / float(b) - 1) for a, b in zip(here, lines))
    require(difference <= 1e-5, f"losses within {difference:.1e} of the native ones")
    browser.value("byId('restart').click()")
    require(browser.value("log.losses.length") == 0, "it starts again")


def check_keys(browser):
    tab_to(browser, "rate")
    rate = browser.value("rate()")
    press(browser, "ArrowRight", 39)
    after = browser.value("rate()")
    press(browser, "ArrowLeft", 37)
    require(after > rate, f"an arrow key raises the learning rate from {rate:.4g} to {after:.4g}")
    press(browser, "s", 83)
    require(browser.value("log.losses.length") == 1, "a key makes one step")
    tab_to(browser, "field")
    press(browser, "c", 67)
    require(browser.value("Math.max(...field.pixels)") == 0, "a key clears the field")
    press(browser, "ArrowUp", 38)
    require(browser.value("Math.max(...field.pixels)") == 0, "the cursor moves without ink")
    press(browser, " ", 32)
    dot = browser.value("field.pixels.filter((p) => p > 0.5).length")
    for _ in range(6):
        press(browser, "ArrowDown", 40, SHIFT)
    stroke = browser.value("field.pixels.filter((p) => p > 0.5).length")
    require(stroke > dot > 0, f"space inks {dot} pixels, shift with arrows {stroke}")
    press(browser, "Backspace", 8)
    require(browser.value("field.pixels.filter((p) => p > 0.5).length") < stroke,
            "Backspace rubs out")


def check_pointer(browser):
    press(browser, "c", 67)
    left, top, width = browser.value("(() => { byId('field').scrollIntoView(); const b = "
                                     "byId('field').getBoundingClientRect(); "
                                     "return [b.left, b.top, b.width]; })()")
    for kind, y in (("mousePressed", 0.2), ("mouseMoved", 0.5), ("mouseMoved", 0.8),
                    ("mouseReleased", 0.8), ("mouseMoved", 0.1)):
        browser.call("Input.dispatchMouseEvent", type=kind, x=left + width / 2,
                     y=top + y * width, button="left", buttons=1, clickCount=1)
    inked = browser.value("field.pixels.reduce((rows, p, i) => rows.add(p > 0.5 ? i / 28 | 0 : -1), "
                          "new Set()).size - 1")
    require(16 <= inked <= 22, f"a pointer's stroke inks {inked} rows")


def check_training(browser):
    browser.value("byId('restart').click()")
    begin = time.monotonic()
    press(browser, "p", 80)
    browser.wait("log.tests.some((test) => test.share >= 0.95)", 60)
    print(f"  0.95 of the held-out digits after {time.monotonic() - begin:.1f} s, "
          f"{browser.value('log.tests.find((test) => test.share >= 0.95).step')} steps")
    median, longest = browser.value(FRAMES)
    require(median <= 100, f"{median:.0f} ms between frames in the median, {longest:.0f} at most")
    browser.wait("log.losses.length >= 600", 60)
    press(browser, "p", 80)
    steps = browser.value("log.losses.length")
    time.sleep(0.2)
    require(browser.value("log.losses.length") == steps, "a key pauses the training")
    share = browser.value("log.tests.at(-1).share")
    require(share >= 0.95, f"{share:.3f} of the held-out digits right after {steps} steps")
    # a 1 that keys draw
    tab_to(browser, "field")
    press(browser, "c", 67)
    for key, code, count, shift in (
            ("ArrowUp", 38, 27, 0), ("ArrowDown", 40, 5, 0), ("ArrowDown", 40, 17, SHIFT)):
        for _ in range(count):
            press(browser, key, code, shift)
    answer = browser.value("byId('answer').textContent")
    require(answer == "I see 1", f"to a vertical stroke that keys draw: {answer}")
    require(browser.value("pictures.every(({read}) => read().some((x) => x !== 0))"),
            "all filters and maps have numbers")
    milliseconds = browser.value(ANSWER)
    require(milliseconds <= 50, f"{milliseconds:.2f} ms for an answer, in the median")


def main(page, losses, chromium=""):
    page = pathlib.Path(page)
    if not chromium:
        skip("package", "this needs chromium")
    if not page.exists():
        skip("package", "this needs emscripten, which makes lenet.html")
    size = page.stat().st_size
    require(size <= 2_000_000, f"{size:,} bytes")
    with Browser(chromium) as browser:
        open_page(browser, page)
        check_losses(browser, losses)
        check_keys(browser)
        check_pointer(browser)
        check_training(browser)
        for scheme in ("light", "dark"):
            browser.media(color_scheme=scheme)
            contrast = browser.value(CONTRAST)
            require(contrast >= 4.5, f"contrast {contrast:.2f} at least, {scheme}")
            for width, height in ((1400, 1000), (390, 844)):
                browser.picture(page.with_suffix(f".{scheme}.{width}.png"), width, height)
                seen = browser.value("document.documentElement.scrollWidth")
                require(seen <= width, f"{seen} px wide in a window of {width}")
        browser.media(reduced_motion="reduce")
        browser.value("byId('run').click(); globalThis.shows = 0;"
                      "const paint = pictures[0].paint; "
                      "pictures[0].paint = (...all) => { ++shows; paint(...all); }; 0")
        time.sleep(2)
        browser.value("byId('run').click()")
        shows = browser.value("shows")
        require(1 <= shows <= 8, f"with reduced motion, pictures change {shows} times in 2 s")


if __name__ == "__main__":
    main(*sys.argv[1:])
