"""Markdown and code as HTML, with links that lead to the pages of the site."""
import collections
import html
import posixpath
import re

import markdown
import pygments
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.S)
LEXERS = {"cpp": "cpp", "sh": "bash", "cmake": "cmake", "python": "python"}
PIPE = "\ue000"  # a | that does not end a cell
KNOWN = re.compile(r"(?:rg::|retrograd::)?((?:\w+::)*\w+_?)(?:\(\))?")
CALL = re.compile(r"(?:rg::|(?=nn::))((?:\w+::)*\w+)[({]")


def slug(heading):
    """A heading's anchor, as GitHub makes it."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", heading))
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def plain(text):
    """The words of a piece of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


class Writer:
    """Writes the pieces of one page. `names` leads from C++ names to pages of the reference."""

    def __init__(self, site, page):
        self.site, self.page = site, page
        self.math = False
        self.anchors = collections.Counter()

    def href(self, target):
        """A link from this page to another path of the site."""
        path, mark, anchor = target.partition("#")
        if path == self.page or not path:
            return mark + anchor
        return posixpath.relpath(path, posixpath.dirname(self.page) or ".") + mark + anchor

    def known(self, name):
        """The reference's page of a name such as rg::conv2d, nn::Linear or conv2d(), or None."""
        match = KNOWN.fullmatch(name) or CALL.match(name)
        return self.site.names.get(match[1]) if match else None

    def code(self, text, language="cpp"):
        """A block of code, in which names lead to the reference."""
        if language not in LEXERS:
            return f'<pre class="output"><code>{html.escape(text.rstrip())}</code></pre>\n'
        tokens = []
        for kind, value in pygments.lex(text.rstrip() + "\n", get_lexer_by_name(LEXERS[language], stripnl=False)):
            if value == ":" and tokens and tokens[-1][1] == ":":
                tokens[-1] = (kind, "::")  # some versions give two
            else:
                tokens.append((kind, value))
        out, at = [], 0
        while at < len(tokens):
            kind, value = tokens[at]
            end, name = at + 1, value
            while end + 1 < len(tokens) and tokens[end][1] == "::" and re.match(r"\w", tokens[end + 1][1]):
                name += "::" + tokens[end + 1][1]
                end += 2
            target = self.known(name) if language == "cpp" and re.match(r"(rg|nn|retrograd)::", name) else None
            if target:
                out.append(f'<a href="{self.href(target)}">{html.escape(name)}</a>')
                at = end
                continue
            style = ""
            while kind and not style:
                style, kind = STANDARD_TYPES.get(kind, ""), kind.parent
            escaped = html.escape(value)
            out.append(f'<span class="{style}">{escaped}</span>' if style and value.strip() else escaped)
            at += 1
        return f'<pre class="code"><code>{"".join(out).rstrip()}</code></pre>\n'

    def formula(self, text, block=False):
        self.math = True
        left, right = (r"\[", r"\]") if block else (r"\(", r"\)")
        return f'<span class="math">{left}{html.escape(text.strip())}{right}</span>'

    def link(self, target, base):
        """Where a link of a file in the folder `base` leads, or None if it is not on the site."""
        if "://" in target or target.startswith("mailto:"):
            return target
        path, mark, anchor = target.partition("#")
        if not path:
            return target
        found = self.site.path_of(posixpath.normpath(posixpath.join(base, path)))
        return self.href(found) + mark + anchor if found else None

    def markdown(self, text, base=""):
        """The HTML of Markdown, as of a file in the folder `base` of the repository."""
        kept = []

        def keep(piece):
            kept.append(piece)
            return f"\ue001{len(kept) - 1}\ue002"

        def fence(match):
            if match[1] == "math":
                return keep(self.formula(match[2], block=True))
            return keep(self.code(match[2], match[1] or "text"))

        text = FENCE.sub(fence, text)
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
        text = re.sub(r"(?<![\\$\w`])\$([^$`\n]+)\$(?![\w$])", lambda m: keep(self.formula(m[1])), text)
        text = text.replace("\\|", PIPE)
        text = re.sub(r"^(?![-*] |\d+\. | |\||\n)(.+)\n(?=[-*] |\d+\. )", r"\1\n\n", text, flags=re.M)
        out = markdown.markdown(text, extensions=["tables", "sane_lists"]).replace(PIPE, "|")
        out = re.sub(r"<p>(\ue001\d+\ue002)</p>", r"\1", out)
        out = re.sub(r"(<a href|<img [^>]*src)=\"([^\"]*)\"", lambda m: self.attribute(m, base), out)
        out = re.sub(r'<a data-none="">(.*?)</a>', r"\1", out, flags=re.S)
        out = re.sub(r"<code>([^<]*)</code>", self.named, out)
        out = HEADING.sub(self.heading, out)
        out = out.replace("<table>", '<div class="table"><table>').replace("</table>", "</table></div>")
        return re.sub(r"\ue001(\d+)\ue002", lambda m: kept[int(m[1])], out)

    def heading(self, match):
        """A heading with its anchor; GitHub numbers those that return."""
        anchor = slug(match[2])
        count = self.anchors[anchor]
        self.anchors[anchor] += 1
        return f'<h{match[1]} id="{anchor}{f"-{count}" if count else ""}">{match[2]}</h{match[1]}>'

    def attribute(self, match, base):
        target = self.link(html.unescape(match[2]), base)
        if target is None:
            return '<a data-none=""' if match[1] == "<a href" else match[0]
        return f'{match[1]}="{html.escape(target)}"'

    def named(self, match):
        """A code span, as a link where the reference has its name."""
        target = self.known(html.unescape(match[1]))
        if not target or target == self.page:
            return match[0]
        return f'<a class="name" href="{self.href(target)}">{match[0]}</a>'


def unnested(out):
    """HTML without links inside of links."""
    parts = re.split(r"(<a [^>]*>|</a>)", out)
    depth, kept = [], []
    for part in parts:
        if part.startswith("<a "):
            depth.append(not any(depth))
            if depth[-1]:
                kept.append(part)
        elif part == "</a>":
            if depth.pop():
                kept.append(part)
        else:
            kept.append(part)
    return "".join(kept)
