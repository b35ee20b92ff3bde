#!/usr/bin/env python3
"""Checks that code_blocks.py takes blocks apart rightly and notices what differs, and that check_pages.py
notices what is not there."""
import pathlib
import tempfile

import cheat_sheet
import check_pages
import code_blocks
import crawl_site

PAGE = """
<!-- setup: int hidden = 1; -->
<!-- file: shown.cpp line 7 -->
```cpp
int twice(int x, int y = {}) {
  return x + y;
}
for (int i = 0; i < 2; ++i) { hidden += twice(i); }
const auto f = [](int x) { return x; };
struct Pair { int a, b; };
```

```sh
./shown
```

```text
two
```

<!-- continued -->
```cpp
#include <vector>
f(2);
```

<!-- not run: it is wrong -->
```cpp
wrong
```

<!-- setup: before(1); -->
<!-- varies: a time -->
```cpp
int main() {
  return 0;
}
```
"""

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "page.md").write_text(PAGE)
    found = list(code_blocks.blocks([folder / "page.md"]))
    assert [block.place for block in found] == ["page.md:4", "page.md:22", "page.md:34"], found
    assert [block.expected for block in found] == ["two\n", "", ""]
    parts = [statement.strip() for statement, _ in code_blocks.statements(found[0].code)]
    assert [code_blocks.is_definition(part) for part in parts] == [True, False, False, True], parts

    text = code_blocks.program(found)
    assert text.index("int twice") < text.index("void run() {\nbegin(0)") < text.index("for (int")
    assert '#line 7 "shown.cpp"\nint twice' in text and '#line 9 "shown.cpp"\n\nfor' in text
    assert text.count("::run);") == 2 and text.index("<vector>") < text.index("block_0")
    assert "int program()" in text and "wrong" not in text
    assert text.index("begin(2)") < text.index("before(1);") < text.index("program();\n}")

    def faults(printed):
        program = folder / "program"
        program.write_text(f"#!/bin/sh\nprintf '{printed}'\n")
        program.chmod(0o755)
        return list(code_blocks.faults(program, found))

    good = "\\0370\\ntwo\\n\\0371\\n\\0372\\n12 ms\\n"
    assert faults(good) == []
    assert "page.md:4: prints\nthree" in faults(good.replace("two", "three"))[0]
    assert "page.md:22: prints\nmore" in faults(good.replace("1\\n", "1\\nmore\\n", 1))[0]
    assert "page.md:34: did not run" in faults(good.split("\\0372")[0])[0]

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "docs").mkdir()
    (folder / "docs" / "operators.md").write_text("# Operators\n\n9 operators are in the table\n")
    (folder / "dev").write_text("  test)\n")
    page = folder / "page.md"

    def complaint(text):
        page.write_text("# A heading\n\n" + text)
        return list(check_pages.faults(folder, page))

    assert complaint("[a](docs/operators.md#operators), `[b](not.md)`, [c](#a-heading), `./dev test`") == []
    assert complaint("| operators | more than 8 |\n\nMore than 8 operators.") == []
    assert complaint("![a](none.svg)") == ["page.md: none.svg is not there"]
    assert complaint("[a](docs/operators.md#more)") == ["page.md: docs/operators.md has no heading more"]
    assert complaint("`./dev tset`") == ["page.md: ./dev knows no tset"]
    assert complaint("| operators | more than 9 |") == ["page.md: there are not more than 9 operators"]
    assert complaint("More than 9 operators.") == ["page.md: there are not more than 9 operators"]

    def wrong(ratio, kept, shown="![](docs/chain.svg) ![](docs/speed.svg)"):
        section = "".join(f"| {row} | 1 | 1 s | 2 s | {{}} | x | y | peer |\n" for row in check_pages.speed.ROWS)
        (folder / "docs" / "benchmarks.md").write_text("# All\n\n## Xeon\n" + section.replace("{}", ratio))
        explained = (pathlib.Path(__file__).parents[2] / "docs" / "explain.md").read_text()
        (folder / "docs" / "explain.md").write_text(explained)
        (folder / "docs" / "chain.svg").write_text(check_pages.make_chain.draw(explained))
        (folder / "docs" / "speed.svg").write_text(
            check_pages.speed.draw("# All\n\n## Xeon\n" + section.replace("{}", kept)))
        (folder / "README.md").write_text(shown)
        return list(check_pages.wrong_pictures(folder))

    assert wrong("2.00", "2.00") == []
    assert wrong("2.00", "1.90") == ["docs/speed.svg is not what its script draws: run it again"]
    assert wrong("2.00", "2.00", "![](docs/chain.svg)") == ["README.md: does not show docs/speed.svg"]

sheet = "<!-- cpp:\nint x;\n-->\n| PyTorch | retrograd |\n| --- | --- |\n" + "| `x` | `x` |\n" * 30
assert cheat_sheet.program(sheet).count("show_all(") == 31, cheat_sheet.program(sheet)
values = {row: [([2], [1.0, 2.0])] for row in range(30)}
printed = "".join(f"{row} tensor 2 : 1 2\n" for row in range(30))
assert list(cheat_sheet.faults(sheet, printed, values)) == []
assert "x is" in list(cheat_sheet.faults(sheet, printed.replace("9 tensor 2 : 1 2", "9 tensor 2 : 1 3"), values))[0]
assert "x is" in list(cheat_sheet.faults(sheet, printed.replace("9 tensor 2", "9 tensor 1 2"), values))[0]
assert "only" in list(cheat_sheet.faults(sheet, "", {}))[-1]

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "a").mkdir()

    def wrong_links(body):
        (folder / "index.html").write_text(f'<h1 id="top">x</h1>{body}')
        (folder / "a" / "b.html").write_text('<a href="../index.html#top">x</a>')
        return [fault for fault in crawl_site.faults(folder) if "only" not in fault]

    assert wrong_links('<a href="a/b.html">x</a> <a href="https://x.org/">x</a>') == []
    assert wrong_links("") == ["a/b.html: no link leads there"]
    assert "leaves the site" in wrong_links('<a href="/a/b.html">x</a><a href="a/b.html">x</a>')[0]
    assert "leaves the site" in wrong_links('<a href="../c">x</a><a href="a/b.html">x</a>')[0]
    assert "c.png is not there" in wrong_links('<img src="c.png"><a href="a/b.html">x</a>')[0]
    assert "no anchor c" in wrong_links('<a href="a/b.html#c">x</a>')[0]
    assert "there 2 times" in wrong_links('<a href="a/b.html" id="top">x</a>')[0]
    assert list(crawl_site.faults(folder))[-1] == "there are only 2 pages"
