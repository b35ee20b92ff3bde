"""The pages of the reference."""
import collections
import html
import re

import text
from layout import Page
from reference import header_of, words

GROUPS = {"tensor": "Tensors", "autograd": "Gradients", "ops": "Operators", "graph": "Programs as data",
          "functional": "Functions of functions", "explain": "Explain", "nn": "Modules", "optim": "Optimisers",
          "data": "Data", "io": "Files", "images": "Images", "models": "Networks", "log": "Logs",
          "train": "Training", "onnx": "ONNX", "mpi": "Processes"}
COMPONENTS = ("images", "models", "log", "train", "onnx", "mpi")


def calls_in(programs):
    """For each name that programs call as rg::NAME or nn::NAME, the programs."""
    found = collections.defaultdict(list)
    for path, title, code in programs:
        for name in set(re.findall(r"\b(?:rg|retrograd)::((?:\w+::)*\w+)|\b(nn::\w+)", code)):
            found[name[0] or name[1]].append((path, title))
    return found


def operator_rows(root):
    """Rows of docs/operators.md by the operator's name."""
    rows = {}
    for line in (root / "docs" / "operators.md").read_text().splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) == 9 and cells[1].startswith("`"):
            rows[re.match(r"`(\w+)", cells[1])[1]] = cells[1:-1]
    return rows


def facts(row):
    """What the operators' table says, as a list."""
    _, _, dtypes, autocast, order, _, torch = row
    items = [("In PyTorch", f"<code>{html.escape(torch.strip('`'))}</code>, with the same values and derivatives"),
             ("Dtypes checked", html.escape(dtypes)),
             ("Order of derivatives checked", html.escape(order))]
    if autocast:
        items.append(("Under Autocast", html.escape(autocast)))
    return "<dl class=\"facts\">" + "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in items) + "</dl>"


class Entries:
    def __init__(self, site, reference, programs):
        self.site, self.reference = site, reference
        self.calls = calls_in(programs)
        self.rows = operator_rows(site.root)
        self.by_header = collections.defaultdict(list)
        for (name, is_function), entry in sorted(reference.entries.items()):
            self.by_header[header_of(entry.elements[0])].append(entry)
        folders = {header.split("/")[0] for header in self.by_header}
        self.topics = [("reference/index.html#" + folder, title) for folder, title in GROUPS.items() if folder in folders]

    def include_line(self, writer, header):
        folder = header.split("/")[0]
        if folder in COMPONENTS:
            return f"#include <retrograd/{header}>  // component {folder}"
        if folder == "include":
            return f"#include <retrograd/{header.split('/')[-1]}>"
        return f"#include <retrograd/retrograd.h>  // {header}"

    def page(self, entry):
        writer = text.Writer(self.site, entry.path)
        header = header_of(entry.elements[0])
        body = [f"<h1><code>{html.escape(entry.name)}</code></h1>"]
        if entry.kind in ("class", "struct"):
            body += self.type_body(writer, entry.elements[0])
        else:
            for member in entry.elements:
                body.append(self.reference.signature(writer, member) + self.reference.description(writer, member))
                body += [f"<p><code>{html.escape(value.findtext('name'))}</code>: {words(value.find('briefdescription'))}</p>"
                         for value in member.findall("enumvalue")]
        body.append(f'<h2 id="include">Include</h2>{writer.code(self.include_line(writer, header))}')
        row = self.rows.get(entry.name) if entry.kind == "function" else None
        if row:
            body.append(f'<h2 id="checked">What is checked</h2>{facts(row)}')
        used = self.calls.get(entry.name, [])
        if used:
            links = ", ".join(f'<a href="{writer.href(path)}">{html.escape(title)}</a>' for path, title in used[:8])
            body.append(f'<h2 id="used">See it used</h2><p>{links}</p>')
        others = [other for other in self.by_header[header] if other is not entry][:24]
        if others:
            links = ", ".join(f'<a href="{writer.href(other.path)}"><code>{html.escape(other.name)}</code></a>'
                              for other in others)
            body.append(f'<h2 id="near">Near it, in {html.escape(header)}</h2><p>{links}</p>')
        side = [(header, [(other.path, other.name) for other in self.by_header[header]]), ("More", self.topics)]
        return Page(entry.path, entry.name, "\n".join(body), "reference", writer.math, side=side)

    def type_body(self, writer, compound):
        name = compound.findtext("compoundname").split("::")[-1]
        bases = [f"{base.get('prot')} {html.escape(base.text)}" for base in compound.findall("basecompoundref")]
        head = f"{compound.get('kind')} <b>{html.escape(name)}</b>" + (f" : {', '.join(bases)}" if bases else "")
        templates = compound.find("templateparamlist")
        if templates is not None:
            inside = ", ".join(self.reference.typed(writer, param) for param in templates.findall("param"))
            head = f"template &lt;{inside}&gt;\n{head}"
        yield self.reference.declared(head)
        yield self.reference.description(writer, compound)
        shown = [member for member in compound.iter("memberdef")
                 if member.get("prot") != "private" and member.get("kind") != "friend"]
        for kind, title in (("variable", "Fields"), ("function", "Functions"), ("typedef", "Types"), ("enum", "Enumerations")):
            members = [member for member in shown if member.get("kind") == kind]
            if members:
                yield f'<h2 id="{title.lower()}">{title}</h2>'
            for member in members:
                anchor = member.get("id").rsplit("_1", 1)[1]
                yield (f'<section class="member" id="{anchor}">{self.reference.signature(writer, member)}'
                       f"{self.reference.description(writer, member)}</section>")

    def index_page(self):
        """All entries by folder and header."""
        path = "reference/index.html"
        writer = text.Writer(self.site, path)
        body = ["<h1>Reference</h1><p>Each function and type has a page. Press <kbd>/</kbd> and type its name.</p>"]
        for folder, title in GROUPS.items():
            headers = sorted(header for header in self.by_header if header.split("/")[0] == folder)
            if not headers:
                continue
            body.append(f'<h2 id="{folder}">{title}</h2>')
            for header in headers:
                told = self.reference.files.get(header)
                told = self.reference.description(writer, told) if told is not None else ""
                links = " ".join(f'<a href="{writer.href(entry.path)}"><code>{html.escape(entry.name)}</code></a>'
                                 for entry in self.by_header[header])
                body.append(f'<h3><code>{html.escape(header)}</code></h3>{told}<p class="names">{links}</p>')
        return Page(path, "Reference", "\n".join(body), "reference", writer.math)

    def add_all(self):
        site, reference = self.site, self.reference
        site.sides["reference"] = [("Topics", self.topics)]
        site.add(self.index_page())
        for entry in reference.entries.values():
            site.add(self.page(entry))
            brief = words(entry.elements[0].find("briefdescription"))
            site.index.append([entry.name, "function" if entry.kind == "function" else "type", entry.path, brief])
            if entry.kind in ("class", "struct"):
                for member in entry.elements[0].iter("memberdef"):
                    if member.get("id") in reference.targets and member.get("kind") in ("function", "variable"):
                        site.index.append([f"{entry.name}::{member.findtext('name')}", "member",
                                           reference.targets[member.get("id")], words(member.find("briefdescription"))])
