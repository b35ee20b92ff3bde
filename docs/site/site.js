// Search, light and dark, copying of code, arrow keys between pages. Pages work without it.
"use strict";

// The entries of the index that a query finds, best first: [name, kind, path, words].
function find(index, query) {
  const kinds = { function: 5, type: 4, guide: 3, tutorial: 3, exercise: 3, slide: 3, member: 0 };
  const parts = query.toLowerCase().replace(/\b(rg|retrograd|torch)(::|\.)/g, "").replace(/\(.*/, "").trim().split(/\s+/);
  const whole = parts.join(" ");
  if (!whole) return [];
  const scored = [];
  index.forEach((entry, at) => {
    const name = entry[0].toLowerCase();
    const last = name.split("::").pop();
    const words = name + " " + entry[3].toLowerCase();
    let score = 0;
    if (name === whole) score = 100;
    else if (last === whole) score = 90;
    else if (last.startsWith(whole)) score = 60;
    else if (name.includes(whole)) score = 40;
    else if (parts.every((part) => words.includes(part))) score = parts.every((part) => name.includes(part)) ? 30 : 10;
    if (score) scored.push([score + (kinds[entry[1]] || 0) - (entry[2].includes("#") ? 1 : 0), -name.length, -at, entry]);
  });
  scored.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
  return scored.slice(0, 12).map((each) => each[3]);
}

if (typeof module !== "undefined") module.exports = { find };

if (typeof document !== "undefined") {
  const root = document.body.dataset.root;
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  let at = 0;

  const mark = () => [...list.querySelectorAll("a")].forEach((a, i) => {
    a.classList.toggle("at", i === at);
    if (i === at) a.scrollIntoView({ block: "nearest" });
  });
  const show = () => {
    list.textContent = "";
    at = 0;
    for (const [name, kind, path, words] of find(window.SEARCH_INDEX || [], input.value)) {
      const link = document.createElement("a");
      link.href = root + path;
      const label = document.createElement("span");
      label.className = "kind";
      label.textContent = kind;
      const more = document.createElement("small");
      more.textContent = words;
      link.append(label, name, more);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    list.hidden = !list.children.length;
    mark();
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = count ? (at + (event.key === "ArrowDown" ? 1 : count - 1)) % count : 0;
      mark();
      event.preventDefault();
    } else if (event.key === "Enter" && count) {
      list.querySelectorAll("a")[at].click();
    } else if (event.key === "Escape") {
      list.hidden = true;
      input.blur();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) list.hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      input.focus();
      event.preventDefault();
    }
    const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = way && !event.target.closest("pre") && document.querySelector(`.turn a[rel=${way}]`);
    if (link) link.click();
  });
  document.getElementById("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch (e) { /* file:// may refuse */ }
  });
  document.querySelectorAll("pre.code").forEach((pre) => {
    if (!navigator.clipboard) return;
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", () => navigator.clipboard.writeText(pre.querySelector("code").textContent)
      .then(() => { button.textContent = "Copied"; }));
    pre.append(button);
  });
  // Without scripts all pages are listed; with a wide window, they are open.
  const side = document.getElementById("side");
  if (side) side.open = window.matchMedia("(min-width: 60.01rem)").matches;
  const current = side && side.querySelector("[aria-current]");
  if (current && side.open) side.scrollTop = current.offsetTop - 200;
  const query = new URLSearchParams(location.search).get("q");
  if (query) {
    input.value = query;
    show();
  }
}
