// An explanation as a web page: a drawing of the stations, and a panel for each Jacobian, which the
// style sheet shows when the address names it. So it works without scripts.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Block;
using detail::html_escaped;

constexpr std::int64_t kMostTextCells = 20;        // in a row or column, to have room for text
constexpr std::int64_t kMostHeatElements = 16384;  // of a matrix drawn without text
constexpr std::int64_t kMostInVector = 32;

const char* const kStyle = R"(
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff }
.page { display: grid; grid-template-columns: minmax(26rem, 5fr) 6fr; height: 100vh }
.graph, .panels { overflow: auto; padding: 1rem 1.5rem }
.graph { border-right: 1px solid #d5dae0; background: #f7f8fa }
h1 { font-size: 1.15rem; margin: 0 0 .6rem } h2 { font-size: 1.05rem; margin: 1.2rem 0 .5rem }
math { font-size: 1.15em } .chain { line-height: 3.4 } .sizes { line-height: 1.6 }
.sizes, .numbers { font-family: ui-monospace, monospace; font-size: .9em }
.step { display: none } .step:target { display: block } .step:target ~ .hint { display: none }
.hint, .origin { color: #59636e }
table.matrix { border-collapse: collapse; margin: .6rem 0 }
table.matrix td { border: 1px solid #d5dae0; padding: .3rem .5rem; min-width: 2.4rem; text-align: right }
table.matrix td.zero { color: #a4acb5 }
.heat { border: 1px solid #d5dae0; max-width: 100%; margin: .6rem 0 }
dt { color: #59636e } dd { margin: 0 0 .4rem }
svg text { font: 13px system-ui, sans-serif } svg .small { font-size: 11.5px; fill: #59636e }
svg .title { font-weight: 600; font-size: 14px } svg a:hover text { fill: #0a58ca }
svg .line { fill: none; stroke: #0a58ca; stroke-width: 1.6px }
svg .near { fill: none; stroke: transparent; stroke-width: 24px }
)";

// Its title, style, graph, chain rule, sizes, panels and gradients.
constexpr char kPage[] = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{}</title>
<style>{}</style>
</head>
<body>
<div class="page">
<div class="graph">
{}</div>
<div class="panels">
<h1>The chain rule</h1>
<p class="chain">{}</p>
<p class="sizes">{}</p>
{}<p class="hint">Click on an arrow to see its Jacobian.</p>
<h2>The gradient</h2>
<dl>
{}</dl>
</div>
</div>
</body>
</html>
)";

// A colour from blue (negative) over white to orange; grey for what is not a number.
std::string colour(double value, double largest) {
  if (std::isnan(value)) {
    return "rgb(200,200,200)";
  }
  const double share = std::isinf(value) ? std::copysign(1.0, value)
                       : largest > 0     ? value / largest
                                         : 0;
  const auto blend = [&](int full) {
    return static_cast<int>(255 - (255 - full) * (share < 0 ? -share : share));
  };
  const auto mix = [&](int r, int g, int b) {
    return detail::formatted("rgb({},{},{})", blend(r), blend(g), blend(b));
  };
  return share < 0 ? mix(92, 148, 230) : mix(245, 152, 66);
}

// The largest magnitude that is finite.
double largest_of(const JacobianStep& step) {
  double largest = 0;
  for (const JacobianEntry& entry : step.entries) {
    if (std::isfinite(entry.value)) {
      largest = std::max(largest, std::fabs(entry.value));
    }
  }
  return largest;
}

std::string cell_text(const JacobianStep& step, std::int64_t row, std::int64_t column) {
  const auto found = step.names.find(row * step.columns + column);
  if (found == step.names.end()) {
    return detail::number_text(step.at(row, column));
  }
  const std::string index = detail::index_text(found->second.index);
  return detail::formatted("{}<i>{}</i>{}", detail::factor_text(found->second),
                           html_escaped(found->second.tensor),
                           index.empty() ? "" : detail::formatted("<sub>{}</sub>", index));
}

std::string matrix_table(const JacobianStep& step, const Block& block) {
  const double largest = largest_of(step);
  std::string text = "<table class=\"matrix\">\n";
  for (std::int64_t row = block.rows.first; row < block.rows.last; ++row) {
    text += "<tr>";
    for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
      const double value = step.at(row, column);
      const std::string style =
          value == 0 ? "class=\"zero\""
                     : detail::formatted("style=\"background:{}\"", colour(value, largest));
      text += detail::formatted("<td title=\"{}\" {}>{}</td>", detail::number_text(value), style,
                                cell_text(step, row, column));
    }
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

// Without text: a rectangle for each element that is not zero.
std::string heat_map(const JacobianStep& step, const Block& block) {
  const double largest = largest_of(step);
  const std::int64_t cell =
      std::clamp<std::int64_t>(480 / std::max(block.rows.size(), block.columns.size()), 2, 24);
  std::string text = detail::formatted(
      "<svg class=\"heat\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "shape-rendering=\"crispEdges\">\n",
      block.columns.size() * cell, block.rows.size() * cell);
  for (const JacobianEntry& entry : step.entries) {
    if (block.rows.contains(entry.row) && block.columns.contains(entry.column)) {
      text += detail::formatted("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                                (entry.column - block.columns.first) * cell,
                                (entry.row - block.rows.first) * cell, cell, cell,
                                colour(entry.value, largest));
    }
  }
  return text + "\n</svg>\n";
}

std::string matrix(const Explanation& e, const JacobianStep& step) {
  Block block = detail::block_of(e, step);
  if (!step.computed()) {
    return "<p class=\"hint\">Not computed: it has too many elements.</p>\n";
  }
  if (!block.whole && step.rows * step.columns <= kMostHeatElements && block.empty()) {
    block = {{0, step.rows}, {0, step.columns}, true};
  }
  if (block.empty()) {
    return "<p class=\"hint\">Too large to show; choose a slice.</p>\n";
  }
  const bool small = block.rows.size() <= kMostTextCells && block.columns.size() <= kMostTextCells;
  return detail::formatted("{}{}",
                           block.whole ? "" : detail::formatted("<p>{}</p>\n", block.text(step)),
                           small ? matrix_table(step, block) : heat_map(step, block));
}

std::string symbol(const std::string& name) {
  return detail::formatted("<mi>{}</mi>", html_escaped(name));
}

std::string fraction(const std::string& of, const std::string& by) {
  return detail::formatted("<mfrac><mrow><mo>∂</mo>{}</mrow><mrow><mo>∂</mo>{}</mrow></mfrac>",
                           symbol(of), symbol(by));
}

std::string fraction(const Explanation& e, const JacobianStep& step) {
  return fraction(e.stations[step.to].name, e.stations[step.from].name);
}

std::string formula(const std::string& content) {
  return detail::formatted("<math displaystyle=\"true\">{}</math>\n", content);
}

std::string operation(std::string_view sign) {
  return detail::formatted("<mo form=\"infix\">{}</mo>", sign);
}

// One formula for each factor, so that lines can break between them.
std::string chain_rule(const Explanation& e) {
  std::string text =
      formula(fraction(e.stations.back().name, e.stations.front().name) + operation("="));
  for (std::size_t p = 0; p < e.paths.size(); ++p) {
    for (std::size_t i = 0; i < e.paths[p].size(); ++i) {
      const std::string sign = i > 0 ? operation("·") : p > 0 ? operation("+") : "";
      text += formula(sign + fraction(e, e.steps[e.paths[p][i]]));
    }
    text += e.paths[p].empty() ? formula("<mn>1</mn>") : "";
  }
  return text + (e.all_paths ? "" : formula("<mo>+</mo><mo>…</mo>"));
}

std::string panel(const Explanation& e, std::size_t number) {
  const JacobianStep& step = e.steps[number];
  return detail::formatted(
      "<section class=\"step\" id=\"step{}\">\n<h2><math>{}</math> &ensp; {}, {}</h2>\n"
      "<p class=\"origin\">{}; a row for each element of <i>{}</i>, a column for each of "
      "<i>{}</i></p>\n{}</section>\n",
      number, fraction(e, step), detail::size_text(step.rows, step.columns, "×"),
      detail::structure_text(step), html_escaped(detail::origin_text(step)),
      html_escaped(e.stations[step.from].name), html_escaped(e.stations[step.to].name),
      matrix(e, step));
}

std::string numbers(const char* what, const std::string& values) {
  return detail::formatted("<dt>{}</dt><dd class=\"numbers\">{}</dd>\n", what, values);
}

}  // namespace

std::string detail::html_escaped(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string Explanation::html() const {
  std::string style = kStyle;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    style += detail::formatted(
        ".page:has(#step{0}:target) #arrow{0} .line {{ stroke-width: 4px }}\n", i);
  }
  std::string panels;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    panels += panel(*this, i);
  }
  std::string gradients =
      numbers("backward()", detail::vector_text(stations.front().gradient, kMostInVector));
  if (product.defined()) {
    gradients = detail::formatted(
        "{}{}{}",
        numbers("the matrices multiplied out", detail::vector_text(product, kMostInVector)),
        gradients, numbers("largest difference", detail::number_text(difference)));
  }
  return detail::formatted(kPage, html_escaped(detail::whole_derivative(*this)), style,
                           detail::html_graph(*this), chain_rule(*this), shapes(), panels,
                           gradients);
}

}  // namespace retrograd
