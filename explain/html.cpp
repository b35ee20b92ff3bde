// An explanation as a web page: a drawing of the stations, and a panel for each of them and each
// Jacobian, which the style sheet shows when the address names it. A script adds more.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/explain/detail/links.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::formatted;
using detail::html_escaped;
using detail::Page;

constexpr std::int64_t kMostInVector = 32;
constexpr std::int64_t kMostInTable = 64;

// Its title, style, chain rule, sizes, graph, panels, gradients, training, data and script.
constexpr char kPage[] = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<style>{1}</style>
</head>
<body>
<a class="skip" href="#panels">Skip to the matrices</a>
<header>
<h1>The chain rule of {0}</h1>
<div class="chain">{2}</div>
<p class="sizes">{3}</p>
</header>
<div class="page">
<nav class="graph" aria-label="Stations and arrows">
<div class="bar" id="bar" hidden role="group" aria-label="Step through">
<button id="previous">Previous</button><button id="next">Next</button>
<button id="play">Play</button><button id="all">Show all</button>
<button id="fold" aria-expanded="true" hidden>Fold</button></div>
<p class="status" id="status" role="status"></p>
{4}</nav>
<main class="panels" id="panels" tabindex="-1" aria-label="Matrices">
<ul class="legend" aria-label="Legend">
<li><span class="swatch neg" style="--s:70%">−</span>negative</li>
<li><span class="swatch">0</span>zero</li>
<li><span class="swatch pos" style="--s:70%">+</span>positive</li>
<li><span class="swatch pad">0</span>padding</li>
<li><span class="swatch on">x</span>this element</li>
<li><span class="swatch row-of">W</span>its row</li>
<li><span class="swatch column-of">Z</span>its column</li>
</ul>
{5}<p class="readout" id="readout" role="status">Choose an arrow for its Jacobian, or a box for its
values. Point at an element, or move to it with the arrow keys, to see where else it is.</p>
<section id="gradient" aria-label="The gradient">
<h2>The gradient</h2>
<dl>
{6}</dl>
</section>
{7}</main>
</div>
<script type="application/json" id="tensors">{8}</script>
<script>{9}</script>
</body>
</html>
)";

std::string symbol(const std::string& name) {
  return formatted("<mi>{}</mi>", html_escaped(name));
}

std::string fraction(const Explanation& e, std::size_t step) {
  return detail::html_fraction(e.stations[e.steps[step].to].name,
                               e.stations[e.steps[step].from].name);
}

std::string formula(const std::string& content) {
  return formatted("<math displaystyle=\"true\">{}</math>\n", content);
}

std::string operation(std::string_view sign) {
  return formatted("<mo form=\"infix\">{}</mo>", sign);
}

// The first and the last lines of many.
std::string few_lines(const std::string& text) {
  constexpr std::ptrdiff_t kMost = 60;
  std::ptrdiff_t line = 0;
  const std::ptrdiff_t lines = std::count(text.begin(), text.end(), '\n') + 1;
  std::string result;
  for (const char c : text) {
    if (lines <= kMost || line < kMost / 2 || line >= lines - kMost / 2) {
      result += c;
    }
    line += c == '\n' ? 1 : 0;
    if (c == '\n' && lines > kMost && line == kMost / 2) {
      result += "…\n";
    }
  }
  return result;
}

// One formula for each factor, so that lines can break between them.
std::string chain_rule(const Page& page) {
  const Explanation& e = page.e;
  std::string text = formula(
      detail::html_fraction(e.stations.back().name, e.stations.front().name) + operation("="));
  const bool many = detail::is_recurrence_shorter(e);
  if (many) {
    text = formatted("<pre class=\"recurrence\">{}</pre>\n", html_escaped(few_lines(e.formula())));
    if (std::find(page.left_out.begin(), page.left_out.end(), true) != page.left_out.end()) {
      return text;
    }
    text += formatted("<details><summary>{} paths</summary>\n", e.paths.size());
  }
  for (std::size_t p = 0; p < e.paths.size(); ++p) {
    for (std::size_t i = 0; i < e.paths[p].size(); ++i) {
      const std::size_t step = e.paths[p][i];
      const std::string sign = i > 0 ? operation("·") : p > 0 ? operation("+") : "";
      text += formatted("{}<a href=\"#step{}\" aria-label=\"{}\">{}</a>",
                        sign.empty() ? "" : formula(sign), step,
                        html_escaped(e.derivative(e.steps[step])), formula(fraction(e, step)));
    }
    text += e.paths[p].empty() ? formula("<mn>1</mn>") : "";
  }
  text += e.all_paths ? "" : formula("<mo>+</mo><mo>…</mo>");
  return text + (many ? "</details>\n" : "");
}

std::string step_panel(Page& page, std::size_t number) {
  const Page::Arrow arrow = page.arrows[number];
  const JacobianStep& step = *arrow.step;
  return formatted(
      "<section class=\"panel step{}\" id=\"step{}\" data-from=\"{}\" data-to=\"{}\" "
      "aria-label=\"{}\">\n<h2><math>{}</math> &ensp; {}, {}</h2>\n"
      "<p class=\"origin\">{}; a row for each element of <i>{}</i>, a column for each of "
      "<i>{}</i></p>\n{}</section>\n",
      number == 0 ? " first" : "", number, arrow.from, arrow.to,
      html_escaped(page.derivative(arrow)), page.fraction(arrow),
      detail::size_text(step.rows, step.columns, "×"), detail::structure_text(step),
      html_escaped(detail::origin_text(step)), html_escaped(page.tensors[arrow.from].name),
      html_escaped(page.tensors[arrow.to].name), detail::html_matrix(page, number));
}

// A table of a tensor's elements, or pictures of them.
std::string elements(Page& page, std::size_t number) {
  const Page::Named& tensor = page.tensors[number];
  const bool known = tensor.value.defined();
  const bool has_gradient = tensor.gradient.defined();
  std::string text;
  if (detail::elements(tensor.shape) > kMostInTable) {
    for (const bool gradient : {false, true}) {
      const std::string drawn = page.values(number, gradient, 1.4);
      text += drawn.empty() ? ""
                            : formatted("<figure>{}<figcaption>{}</figcaption></figure>\n", drawn,
                                        gradient ? "gradient" : "value");
    }
    return text;
  }
  const auto values = known ? tensor.value.to_vector<double>() : std::vector<double>();
  const auto gradients = has_gradient ? tensor.gradient.to_vector<double>() : std::vector<double>();
  for (std::size_t i = 0; i < std::max(values.size(), gradients.size()); ++i) {
    text +=
        formatted("<tr><th scope=\"row\" data-e=\"{0}.{1}\">{2}</th>{3}{4}</tr>\n", number, i,
                  page.label(number, static_cast<std::int64_t>(i)),
                  known ? formatted("<td>{}</td>", detail::short_text(values[i])) : "",
                  has_gradient ? formatted("<td>{}</td>", detail::short_text(gradients[i])) : "");
  }
  return formatted(
      "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">element</th>{}{}"
      "</tr></thead><tbody>\n{}</tbody></table></div>\n",
      known ? "<th scope=\"col\">value</th>" : "",
      has_gradient ? "<th scope=\"col\">gradient</th>" : "", text);
}

// `links`: by tensor, those to its matrices.
std::string station_panel(Page& page, std::size_t number, const std::string& links) {
  const Page::Named& tensor = page.tensors[number];
  const std::string name = html_escaped(tensor.name);
  return formatted(
      "<section class=\"panel station\" id=\"station{}\" aria-label=\"{}\">\n<h2>{} <span "
      "class=\"soft\">{}</span></h2>\n{}<div class=\"chain\">{}</div>\n</section>\n",
      number, name, name, to_string(tensor.shape), elements(page, number), links);
}

std::string panels_of(Page& page) {
  std::string text;
  std::vector<std::string> links(page.tensors.size());
  for (std::size_t i = 0; i < page.arrows.size(); ++i) {
    const Page::Arrow arrow = page.arrows[i];
    if (!page.has_panel(i)) {
      continue;
    }
    text += step_panel(page, i);
    const std::string link =
        formatted("<a href=\"#step{}\" aria-label=\"{}\">{}</a>", i,
                  html_escaped(page.derivative(arrow)), formula(page.fraction(arrow)));
    links[arrow.from] += link;
    links[arrow.to] += link;
  }
  for (std::size_t i = 0; i < page.tensors.size(); ++i) {
    const bool is_station = i < page.e.stations.size();
    if (is_station ? !page.left_out[i] : page.drawn[i]) {
      text += station_panel(page, i, links[i]);
    }
  }
  return text;
}

std::string numbers(const char* what, const std::string& values) {
  return formatted("<dt>{}</dt><dd class=\"numbers\">{}</dd>\n", what, values);
}

std::string gradients(const Explanation& e) {
  const std::string tape =
      numbers("backward()",
              detail::vector_text(e.stations.front().gradient, kMostInVector, detail::short_text));
  return !e.product.defined()
             ? tape
             : numbers("the matrices multiplied out",
                       detail::vector_text(e.product, kMostInVector, detail::short_text)) +
                   tape + numbers("largest difference", detail::short_text(e.difference));
}

// Names and shapes of what is on the page, for the script.
std::string tensors(const Page& page) {
  std::string text = "[";
  for (std::size_t i = 0; i < page.tensors.size(); ++i) {
    if (!page.shows(i)) {
      text += text.size() > 1 ? ",0" : "0";
      continue;
    }
    const Page::Named& named = page.tensors[i];
    text += formatted("{}[{},[{}]]", text.size() > 1 ? "," : "", detail::json_quoted(named.name),
                      detail::joined(named.shape, ","));
  }
  return text + "]";
}

}  // namespace

std::string detail::html_escaped(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string detail::html_fraction(const std::string& of, const std::string& by) {
  return formatted("<mfrac><mrow><mo>∂</mo>{}</mrow><mrow><mo>∂</mo>{}</mrow></mfrac>", symbol(of),
                   symbol(by));
}

std::string Explanation::html(const std::vector<Explanation>& training, Where where) const {
  const Frame call("Explanation::html", where);
  Page page(*this);
  const std::string graph = detail::html_graph(page);
  const std::string panels = panels_of(page);
  return formatted(kPage, html_escaped(detail::whole_derivative(*this)),
                   detail::kPageStyle + page.picture_styles(), chain_rule(page),
                   detail::is_recurrence_shorter(*this) ? "" : html_escaped(shapes()), graph,
                   panels, gradients(*this),
                   detail::html_training(call, page, training) + detail::html_folds(page),
                   tensors(page), detail::kPageScript);
}

}  // namespace retrograd
