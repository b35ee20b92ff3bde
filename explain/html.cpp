// An explanation as a web page: a drawing of the stations, and a panel for each Jacobian, which the
// style sheet shows when the address names it. So it works without scripts.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>

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

// A colour from blue (negative) over white to orange; grey for what is not a number.
std::string colour(double value, double largest) {
  if (std::isnan(value)) {
    return "rgb(200,200,200)";
  }
  const double share = std::isinf(value) ? std::copysign(1.0, value)
                       : largest > 0     ? value / largest
                                         : 0;
  const auto blend = [&](int full) {
    return std::to_string(static_cast<int>(255 - (255 - full) * (share < 0 ? -share : share)));
  };
  const auto mix = [&](int r, int g, int b) {
    return "rgb(" + blend(r) + "," + blend(g) + "," + blend(b) + ")";
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
  return detail::factor_text(found->second) + "<i>" + html_escaped(found->second.tensor) + "</i>" +
         (index.empty() ? "" : "<sub>" + index + "</sub>");
}

std::string matrix_table(const JacobianStep& step, const Block& block) {
  const double largest = largest_of(step);
  std::string text = "<table class=\"matrix\">\n";
  for (std::int64_t row = block.rows.first; row < block.rows.last; ++row) {
    text += "<tr>";
    for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
      const double value = step.at(row, column);
      text += "<td title=\"" + detail::number_text(value) + "\"" +
              (value == 0 ? " class=\"zero\">"
                          : " style=\"background:" + colour(value, largest) + "\">") +
              cell_text(step, row, column) + "</td>";
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
  const auto pixels = [cell](std::int64_t count) { return std::to_string(count * cell); };
  const std::string width = pixels(block.columns.size());
  const std::string height = pixels(block.rows.size());
  std::string text = "<svg class=\"heat\" width=\"" + width + "\" height=\"" + height +
                     "\" viewBox=\"0 0 " + width + " " + height +
                     "\" shape-rendering=\"crispEdges\">\n";
  for (const JacobianEntry& entry : step.entries) {
    if (block.rows.contains(entry.row) && block.columns.contains(entry.column)) {
      text += "<rect x=\"" + pixels(entry.column - block.columns.first) + "\" y=\"" +
              pixels(entry.row - block.rows.first) + "\" width=\"" + pixels(1) + "\" height=\"" +
              pixels(1) + "\" fill=\"" + colour(entry.value, largest) + "\"/>";
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
  return (block.whole ? "" : "<p>" + block.text(step) + "</p>\n") +
         (small ? matrix_table(step, block) : heat_map(step, block));
}

std::string symbol(const std::string& name) {
  return "<mi>" + html_escaped(name) + "</mi>";
}

std::string fraction(const std::string& of, const std::string& by) {
  return "<mfrac><mrow><mo>∂</mo>" + symbol(of) + "</mrow><mrow><mo>∂</mo>" + symbol(by) +
         "</mrow></mfrac>";
}

std::string fraction(const Explanation& e, const JacobianStep& step) {
  return fraction(e.stations[step.to].name, e.stations[step.from].name);
}

std::string formula(const std::string& content) {
  return "<math displaystyle=\"true\">" + content + "</math>\n";
}

// One formula for each factor, so that lines can break between them.
std::string chain_rule(const Explanation& e) {
  std::string text = formula(fraction(e.stations.back().name, e.stations.front().name) +
                             "<mo form=\"infix\">=</mo>");
  for (std::size_t p = 0; p < e.paths.size(); ++p) {
    for (std::size_t i = 0; i < e.paths[p].size(); ++i) {
      const char* sign = i > 0   ? "<mo form=\"infix\">·</mo>"
                         : p > 0 ? "<mo form=\"infix\">+</mo>"
                                 : "";
      text += formula(sign + fraction(e, e.steps[e.paths[p][i]]));
    }
    text += e.paths[p].empty() ? formula("<mn>1</mn>") : "";
  }
  return text + (e.all_paths ? "" : formula("<mo>+</mo><mo>…</mo>"));
}

std::string panel(const Explanation& e, std::size_t number) {
  const JacobianStep& step = e.steps[number];
  return "<section class=\"step\" id=\"step" + std::to_string(number) + "\">\n<h2><math>" +
         fraction(e, step) + "</math> &ensp; " + detail::size_text(step.rows, step.columns, "×") +
         ", " + detail::structure_text(step) + "</h2>\n<p class=\"origin\">" +
         html_escaped(detail::origin_text(step)) + "; a row for each element of <i>" +
         html_escaped(e.stations[step.from].name) + "</i>, a column for each of <i>" +
         html_escaped(e.stations[step.to].name) + "</i></p>\n" + matrix(e, step) + "</section>\n";
}

std::string numbers(const char* what, const Tensor& values) {
  return std::string("<dt>") + what + "</dt><dd class=\"numbers\">" +
         detail::vector_text(values, kMostInVector) + "</dd>\n";
}

}  // namespace

std::string detail::html_escaped(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string Explanation::html() const {
  std::string style = kStyle;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string number = std::to_string(i);
    style.append(".page:has(#step").append(number).append(":target) #arrow").append(number);
    style += " .line { stroke-width: 4px }\n";
  }
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
      html_escaped(detail::whole_derivative(*this)) + "</title>\n<style>" + style +
      "</style>\n</head>\n<body>\n<div class=\"page\">\n<div class=\"graph\">\n" +
      detail::html_graph(*this) +
      "</div>\n<div class=\"panels\">\n<h1>The chain rule</h1>\n<p class=\"chain\">" +
      chain_rule(*this) + "</p>\n<p class=\"sizes\">" + shapes() + "</p>\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    text += panel(*this, i);
  }
  text +=
      "<p class=\"hint\">Click on an arrow to see its Jacobian.</p>\n<h2>The gradient</h2>\n<dl>\n";
  if (product.defined()) {
    text += numbers("the matrices multiplied out", product);
  }
  text += numbers("backward()", stations.front().gradient);
  if (product.defined()) {
    text += "<dt>largest difference</dt><dd class=\"numbers\">" + detail::number_text(difference) +
            "</dd>\n";
  }
  return text + "</dl>\n</div>\n</div>\n</body>\n</html>\n";
}

}  // namespace retrograd
