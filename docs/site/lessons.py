"""The pages of tutorials, exercises and slides, made from their sources."""
import html
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import text
from layout import Page
from slides import LECTURE, MAP_ROW, OUTPUT, capital, excerpt, matrix_of

OPENING = re.compile(r"((?://.*\n)*)")
PICTURE = re.compile(r"\b[a-z0-9_]+\.(?:png|svg|html)\b")
QUESTION = re.compile(r"^## (\d\d)\b.*\n+(.*?)\n+<details>\s*<summary>.*?</summary>\n+(.*?)\n*</details>", re.S | re.M)


def title_of(path):
    return path.stem[3:].replace("_", " ").capitalize().replace("mlp", "MLP").replace("lenet", "LeNet").replace("Lenet", "LeNet")


def prose(comment):
    """A comment of C++ as Markdown: indented lines are code."""
    out, code = [], []
    for line in comment.splitlines() + [""]:
        line = re.sub(r"^// ?", "", line)
        if line.startswith("  "):
            code.append(line)
            continue
        if code:
            indent = min(len(each) - len(each.lstrip()) for each in code)
            out += ["", "```", *(each[indent:] for each in code), "```", ""]
            code = []
        out.append(line)
    return "\n".join(out)


def fold(summary, inside):
    return f'<details class="fold"><summary>{summary}</summary>{inside}</details>'


class Tutorials:
    def __init__(self, site, programs):
        self.site, self.programs = site, programs
        self.sources = sorted((site.root / "tutorials").glob("[0-9][0-9]_*.cpp"))
        questions = site.root / "docs" / "questions.md"
        self.questions = {number: (asked, answer) for number, asked, answer in
                          QUESTION.findall(questions.read_text())} if questions.exists() else {}

    def listed(self):
        return [(f"tutorials/{path.stem}.html", f"{path.stem[:2]} {title_of(path)}") for path in self.sources]

    def code_uses(self):
        """(page, title, code) of each tutorial, for the reference."""
        return [(page, title, path.read_text()) for path, (page, title) in zip(self.sources, self.listed())]

    def pictures(self, source, opening, code):
        """The pictures that the program writes, copied to the site."""
        program = self.programs / source.stem[3:] if self.programs else None
        named = PICTURE.findall(opening) + re.findall(r'"/?([a-z0-9_]+\.(?:png|svg))"', code)
        names = list(dict.fromkeys(named))
        if not names or not program or not program.is_file():
            return []
        kept = self.site.cache / source.stem
        if not all((kept / name).is_file() for name in names):
            with tempfile.TemporaryDirectory() as folder:
                options = [word for option in ("--threads", "--seed") if option in opening for word in (option, "1")]
                subprocess.run([program.resolve(), *options], cwd=folder, stdout=subprocess.DEVNULL, check=False)
                kept.mkdir(parents=True, exist_ok=True)
                for name in names:
                    if pathlib.Path(folder, name).is_file():
                        shutil.copy(pathlib.Path(folder, name), kept)
        return [kept / name for name in names if (kept / name).is_file()]

    def page(self, number):
        source = self.sources[number]
        path, title = self.listed()[number]
        writer = text.Writer(self.site, path)
        code = source.read_text()
        opening = OPENING.match(code)[1]
        output = OUTPUT.search(code)
        code = OUTPUT.sub("\n", code)[len(opening):].strip("\n") + "\n"
        name = source.stem[3:]
        body = [f'<p class="kicker">Tutorial {source.stem[:2]}</p><h1>{html.escape(title[3:])}</h1>',
                '<h2 id="learn">What you will learn</h2>', writer.markdown(prose(opening)),
                '<h2 id="run">Run it</h2>',
                writer.code(f"cmake --preset release\ncmake --build --preset release --target {name}\n"
                            f"build/release/tutorials/{name}", "sh")]
        found = self.pictures(source, opening, code)
        if found:
            body.append('<h2 id="pictures">What it draws</h2>')
            for picture in found:
                target = self.site.add_file(picture, f"media/{source.stem}/{picture.name}")
                href = writer.href(target)
                body.append(f'<figure><a href="{href}">' + (f'<img src="{href}" alt="{picture.name}" loading="lazy">'
                            if picture.suffix != ".html" else f"The page {picture.name}") +
                            f"</a><figcaption>{picture.name}</figcaption></figure>")
        body += ['<h2 id="code">The program</h2>', writer.code(code)]
        if output:
            body += [f'<h2 id="output">{html.escape(output[1].rstrip(":"))}</h2>', writer.code(output[2], "text")]
        if source.stem[:2] in self.questions:
            asked, answer = self.questions[source.stem[:2]]
            body += ['<h2 id="question">Try it yourself</h2>', writer.markdown(asked, "docs"),
                     fold("Show the answer", writer.markdown(answer, "docs"))]
        listed = self.listed()
        return Page(path, title, "\n".join(body), "tutorials", writer.math,
                    listed[number - 1] if number else None,
                    listed[number + 1] if number + 1 < len(listed) else None)

    def add_all(self):
        site = self.site
        path = "tutorials/index.html"
        writer = text.Writer(site, path)
        cards = []
        for source, (page, title) in zip(self.sources, self.listed()):
            first = re.sub(r"\s*//\s?", " ", OPENING.match(source.read_text())[1].split("//\n")[0]).strip()
            sentence = re.split(r"(?<=[.:]) ", first)[0].rstrip(":")
            cards.append(f'<a class="card" href="{writer.href(page)}"><b>{html.escape(title)}</b>'
                         f"<span>{html.escape(sentence)}</span></a>")
            site.index.append([title, "tutorial", page, first])
        site.sides["tutorials"] = [("Tutorials", self.listed())]
        site.add(Page(path, "Tutorials", '<h1>Tutorials</h1><p>Short programs, from the first tensor to networks and '
                      "long runs. Each page shows the program, what it prints and a question.</p>"
                      f'<div class="cards">{"".join(cards)}</div>', "tutorials"))
        for number in range(len(self.sources)):
            site.add(self.page(number))


def add_exercises(site):
    """A page for each exercise, with hidden answers."""
    sys.path.insert(0, str(site.root / "exercises"))
    import answers
    sources = sorted((site.root / "exercises").glob("[0-9][0-9]_*.cpp"))
    listed = [(f"exercises/{path.stem}.html", f"{int(path.stem[:2])} {title_of(path)}") for path in sources]
    site.sides["exercises"] = [("Exercises", [("exercises/index.html", "All exercises")] + listed)]
    path = "exercises/index.html"
    writer = text.Writer(site, path)
    site.add(Page(path, "Exercises", writer.markdown((site.root / "docs" / "exercises.md").read_text(), "docs"),
                  "exercises", writer.math))
    for number, source in enumerate(sources):
        page, title = listed[number]
        writer = text.Writer(site, page)
        code = source.read_text()
        opening = OPENING.match(code)[1]
        found, parts = answers.parts_of(source)
        body = [f'<p class="kicker">Exercise {number + 1}</p><h1>{html.escape(title.split(" ", 1)[1])}</h1>',
                writer.markdown(prose(opening)), writer.code(f"./dev exercise {number + 1}", "sh"),
                '<h2 id="program">The program with its gap</h2>', writer.code(code[len(opening):]),
                '<h2 id="first">What it says at first</h2>', writer.code(parts["at first"], "text"),
                '<h2 id="answer">The answer</h2>',
                fold("Show the answer", "".join(writer.code(answer) for answer in found))]
        site.index.append([f"Exercise {title}", "exercise", page, text.plain(body[1])])
        site.add(Page(page, f"Exercise {title}", "\n".join(body), "exercises", writer.math,
                      listed[number - 1] if number else ("exercises/index.html", "All exercises"),
                      listed[number + 1] if number + 1 < len(listed) else None))


def add_lecture(site, tutorials):
    """A page for each slide of docs/lecture_map.md."""
    pages = dict(zip((source.name for source in tutorials.sources), tutorials.listed()))
    lecture = (site.root / "docs" / "lecture_map.md").read_text()
    exercises = {}
    for row in re.findall(r"^\| \[(\d+)\]\((.*?)\) \| (.*?) \|", (site.root / "docs" / "exercises.md").read_text(), re.M):
        exercises[row[2]] = (f"exercises/{pathlib.Path(row[1]).stem}.html", row[0])
    slides, groups = [], []
    for heading, table in LECTURE.findall(lecture):
        groups.append((heading, []))
        for title, formula, number, link, quotes in MAP_ROW.findall(table):
            path = f"lecture/{len(groups)}_{len(groups[-1][1]) + 1:02d}_{re.sub(r'[^a-z0-9]+', '_', title.lower()).strip('_')}.html"
            groups[-1][1].append((path, title))
            slides.append((path, title, formula, pathlib.Path(link).name, re.findall(r"`([^`]+)`", quotes), heading))
    site.sides["lecture"] = groups
    writer = text.Writer(site, "lecture/index.html")
    site.add(Page("lecture/index.html", "The lecture, slide by slide",
                  '<h1>The lecture, slide by slide</h1><p>Each page has a slide\'s formula, the lines that compute it, '
                  'and what they print. Arrow keys turn the pages.</p>' +
                  "".join(f'<h2 id="part{part}">{html.escape(heading)}</h2><ol class="slides">' +
                          "".join(f'<li><a href="{writer.href(path)}">{html.escape(title)}</a></li>' for path, title in entries) +
                          "</ol>" for part, (heading, entries) in enumerate(groups)), "lecture"))
    for at, (path, title, formula, program, quotes, heading) in enumerate(slides):
        writer = text.Writer(site, path)
        source = site.root / "tutorials" / program
        code = OUTPUT.sub("\n", source.read_text())
        main, _, numbers = ("", "", formula) if re.fullmatch(r"[-\d /]+", formula) else formula.partition(": ")
        page, named = pages[program]
        body = [f'<p class="kicker">{html.escape(heading)}</p><h1>{html.escape(capital(title))}</h1>',
                f'<p class="formula">{html.escape(main.replace(chr(92) + "|", "|"))}</p>' if main else ""]
        before, rows, after = matrix_of(numbers)
        body += [f'<p class="formula">{html.escape(words)}</p>' if kind else
                 f'<pre class="output numbers"><code>{html.escape(words)}</code></pre>'
                 for kind, words in ((1, before), (0, rows), (1, after)) if words]
        shown = set()
        for quote in quotes:
            part, first, last = excerpt(code, quote)
            if part and (first, last) not in shown:
                shown.add((first, last))
                body.append(f'<p class="where">Lines {first} to {last} of <a href="{writer.href(page)}">{html.escape(named)}</a></p>')
                body.append(writer.code(part))
        found = OUTPUT.search(source.read_text())
        if found:
            body.append(fold("What the program prints", writer.code(found[2], "text")))
        if title in exercises:
            target, number = exercises[title]
            body.append(f'<p><a class="button" href="{writer.href(target)}">Do it yourself: exercise {number}</a></p>')
        site.index.append([title, "slide", path, formula])
        site.add(Page(path, title, "\n".join(body), "lecture", writer.math,
                      slides[at - 1][:2] if at else None, slides[at + 1][:2] if at + 1 < len(slides) else None))
