// Boxes beside the way: inputs of stations, and the operators in a station that can be opened.
#include <algorithm>

#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostInputs = 12;  // of a station

std::string link_to(const Page& page, std::size_t arrow) {
  return !page.has_panel(arrow) ? ""
                                : formatted(
                                      "<a class=\"feed\" id=\"arrow{0}\" href=\"#step{0}\" "
                                      "aria-label=\"{1}\"><math>{2}"
                                      "</math></a>",
                                      arrow, html_escaped(page.derivative(page.arrows[arrow])),
                                      page.fraction(page.arrows[arrow]));
}

// The panel is the tensor's own; a box stands where it is used first.
std::string small_box(Page& page, std::size_t tensor, const char* style) {
  const std::string name = html_escaped(page.tensors[tensor].name);
  if (tensor < page.e.stations.size() || page.drawn[tensor]) {
    return formatted("<a class=\"again\" href=\"#station{}\">{}</a>", tensor, name);
  }
  page.drawn[tensor] = true;
  return formatted(
      "<a class=\"box {0}\" id=\"box{1}\" href=\"#station{1}\" aria-label=\"{2}, of shape {3}\">"
      "<b>{2}</b> <span class=\"soft\">{3}</span>{4}</a>",
      style, tensor, name, to_string(page.tensors[tensor].shape),
      row_of("", "", page.values(tensor, false)));
}

}  // namespace

std::string row_of(const char* style, const std::string& word, const std::string& values) {
  return values.empty()
             ? ""
             : formatted(
                   "<span class=\"row{}\">{}{}</span>", style,
                   word.empty() ? "" : formatted("<span class=\"word{}\">{}</span>", style, word),
                   values);
}

std::string html_input(Page& page, std::size_t tensor) {
  return small_box(page, tensor, "input");
}

std::string html_inputs(Page& page, std::size_t station, std::size_t row, bool joins) {
  std::vector<std::size_t> inputs = page.inputs_of(station);
  for (const std::size_t step : page.reaching[station]) {
    for (const std::size_t operand : page.operands(page.e.steps[step])) {
      if (std::find(inputs.begin(), inputs.end(), operand) == inputs.end()) {
        inputs.push_back(operand);
      }
    }
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(inputs.size(), kMostInputs); ++i) {
    text += "<span class=\"pair\">" + small_box(page, inputs[i], "input");
    for (const std::size_t feed : page.feeds[station]) {
      const std::size_t arrow = page.e.steps.size() + feed;
      text += page.arrows[arrow].from == inputs[i] ? link_to(page, arrow) : "";
    }
    text += "</span>";
  }
  if (inputs.size() > kMostInputs) {
    text += formatted("<span class=\"soft\">… and {} more</span>", inputs.size() - kMostInputs);
  }
  return text.empty() ? ""
                      : formatted(
                            "<div class=\"inputs{}\" style=\"grid-row:{}\" "
                            "data-of=\"{}\">{}</div>\n",
                            joins ? "" : " line-by", row, station, text);
}

std::string html_inside(Page& page, std::size_t station, std::size_t row) {
  std::string text;
  std::size_t operators = 0;
  const auto& arrows = page.insides[station];
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    text += link_to(page, arrows[i]);
    const std::size_t to = page.arrows[arrows[i]].to;
    if (i + 1 == arrows.size() || page.arrows[arrows[i + 1]].to != to) {
      const std::string& op = page.tensors[to].op;
      text += formatted("<span class=\"soft\">{}</span>{}\n",
                        op == page.tensors[to].name ? "" : html_escaped(op),
                        small_box(page, to, "inner"));
      ++operators;
    }
  }
  return arrows.empty()
             ? ""
             : formatted(
                   "<details class=\"inside\" style=\"grid-row:{}\" data-of=\"{}\"><summary>{} "
                   "operators of {}</summary>\n{}</details>\n",
                   row, station, operators, html_escaped(page.tensors[station].name), text);
}

}  // namespace retrograd::detail
