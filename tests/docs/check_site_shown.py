"""Opens the site in Chromium, from its files.

usage: check_site_shown.py FOLDER CHROMIUM
The search must find functions first at their own pages. At the width of a phone, a tablet and a
screen, pages must fit: only code and tables may be wider than the window, and scroll.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from skip import skip  # noqa: E402

FIRST = {"conv2d": "reference/functions/conv2d.html", "rg::backward": "reference/functions/backward.html",
         "torch.einsum": "reference/functions/einsum.html", "Conv2d": "reference/functions/conv2d.html",
         "nn::Linear": "reference/types/nn.Linear.html", "gradcheck": "reference/functions/gradcheck.html",
         "cheat": "guides/cheat_sheet.html", "DataLoader": "reference/types/DataLoader.html"}
PAGES = ["index.html", "tutorials/index.html", "tutorials/08_backprop_by_hand.html", "lecture/index.html",
         "exercises/04_backward_of_convolution.html", "guides/operators.html", "guides/cheat_sheet.html",
         "guides/benchmarks.html", "reference/index.html", "reference/functions/conv2d.html",
         "reference/types/Tensor.html"]
WIDTHS = [390, 820, 1440]
FRAMES = """<!DOCTYPE html><body>{}<script>
addEventListener("load", () => {{
  const found = [...document.querySelectorAll("iframe")].map((frame) => {{
    const page = frame.contentDocument.documentElement;
    return frame.dataset.name + "=" + page.scrollWidth + "/" + frame.width + "/" + page.scrollHeight;
  }});
  document.body.textContent = "widths: " + found.join(" ") + " end";
}});
</script></body>"""


def shown(chromium, address):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder,
             "--allow-file-access-from-files", "--virtual-time-budget=20000", "--dump-dom", address],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=200).stdout


def main():
    folder, chromium = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    if not os.access(chromium, os.X_OK):
        skip("package", "no Chromium is installed (chromium)")
    faults = []
    for query, wanted in FIRST.items():
        page = shown(chromium, f"{(folder / 'index.html').as_uri()}?q={query}")
        first = re.search(r'<ul id="found"[^>]*><li><a[^>]*href="([^"]*)"', page)
        if not first or first[1] != wanted:
            faults.append(f"the search for {query} finds {first and first[1]} first, not {wanted}")
    for width in WIDTHS:
        frames = "".join(f'<iframe data-name="{name}" width="{width}" height="900" src="{(folder / name).as_uri()}"></iframe>'
                         for name in PAGES)
        with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False) as file:
            file.write(FRAMES.format(frames))
        report = re.search(r"widths: (.*?) end", shown(chromium, pathlib.Path(file.name).as_uri()))
        os.unlink(file.name)
        measured = dict(part.split("=") for part in report[1].split()) if report else {}
        for name in PAGES:
            if name not in measured:
                faults.append(f"{name} was not shown at a width of {width}")
                continue
            across, wide, high = map(int, measured[name].split("/"))
            if across > wide:
                faults.append(f"{name} is {across} wide in a window of {wide}")
            if high < 300:
                faults.append(f"{name} is only {high} high in a window of {wide}: it has no content")
    print("\n".join(faults) or f"{len(FIRST)} searches and {len(PAGES)} pages at {len(WIDTHS)} widths are right")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
