// The drawing of the stations: boxes one below the other, with the arrows into each above it.
// Arrows that pass by other boxes run in lanes at the left: one for each box that they leave.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostLanes = 8;
constexpr std::int64_t kMostInVector = 3;

// Rows of the grid from 1, and lanes.
struct Layout {
  std::vector<std::size_t> boxes;  // by station
  std::vector<std::size_t> edges;  // by step
  std::vector<std::size_t> lanes;  // by station: from 1, or 0
  std::vector<std::size_t> last;   // by station: the step that leaves its lane last
  std::size_t width = 1;           // lanes, and one that is free
};

bool passes_by(const JacobianStep& step) {
  return step.from + 1 != step.to;
}

Layout layout_of(const Page& page) {
  const Explanation& e = page.e;
  const std::size_t none = e.steps.size();
  Layout layout{std::vector<std::size_t>(e.stations.size()), std::vector<std::size_t>(none),
                std::vector<std::size_t>(e.stations.size()),
                std::vector<std::size_t>(e.stations.size(), none), 1};
  std::size_t row = 1;
  for (std::size_t to = 0; to < e.stations.size(); ++to) {
    if (page.left_out[to]) {  // a row for all that follow each other
      row += page.left_out[to - 1] ? 0 : 1;
      continue;
    }
    row += to > 0 ? 1 : 0;                      // its inputs
    for (const bool passing : {false, true}) {  // that of the box above comes first
      for (const std::size_t i : page.reaching[to]) {
        if (passes_by(e.steps[i]) == passing) {
          layout.edges[i] = row++;
          layout.last[e.steps[i].from] = passing ? i : layout.last[e.steps[i].from];
        }
      }
    }
    layout.boxes[to] = row++;
    row += page.insides[to].empty() ? 0 : 1;  // below the box
  }
  std::vector<std::size_t> free_from(kMostLanes, 0);  // the row in which a lane ends
  for (std::size_t from = 0; from < e.stations.size(); ++from) {
    if (layout.last[from] == none || page.left_out[from]) {
      continue;
    }
    const auto lane = std::find_if(free_from.begin(), free_from.end(),
                                   [&](std::size_t end) { return end < layout.boxes[from]; });
    if (lane != free_from.end()) {
      *lane = layout.edges[layout.last[from]];
      layout.lanes[from] = static_cast<std::size_t>(lane - free_from.begin()) + 1;
      layout.width = std::max(layout.width, layout.lanes[from] + 1);
    }
  }
  return layout;
}

// The first and the last of three or more, if they are long.
std::string few_operators(const std::string& operators) {
  constexpr std::size_t kMostLetters = 30;
  const std::size_t first = operators.find(',');
  const std::size_t last = operators.rfind(',');
  if (operators.size() <= kMostLetters || first == last) {
    return operators;
  }
  return formatted("{}, …{}", operators.substr(0, first), operators.substr(last));
}

std::string box(Page& page, std::size_t station, std::size_t row) {
  const ExplainedStation& s = page.e.stations[station];
  const std::string name = html_escaped(s.name);
  return formatted(
      "<a class=\"box\" id=\"box{0}\" href=\"#station{0}\" style=\"grid-row:{1}\" "
      "aria-label=\"{2}, of shape {3}: values and gradient\"><b>{2}</b> <span "
      "class=\"soft\">{3}</span>\n{4}{5}</a>\n",
      station, row, name, to_string(s.shape), row_of("", "value", page.values(station, false)),
      row_of(" back gradient", "gradient", page.values(station, true)));
}

// What flows back through one step: its matrix times the gradient of `to`.
Tensor gradient_through(const Explanation& e, const JacobianStep& step) {
  const auto behind = e.stations[step.to].gradient.to_vector<double>();
  std::vector<double> values(static_cast<std::size_t>(step.rows));
  for (const JacobianEntry& entry : step.entries) {
    values[static_cast<std::size_t>(entry.row)] +=
        entry.value * behind[static_cast<std::size_t>(entry.column)];
  }
  return tensor(values, {.dtype = float64});
}

std::string edge(Page& page, std::size_t number, const Layout& layout, bool only) {
  const JacobianStep& step = page.e.steps[number];
  const std::string from = html_escaped(page.e.stations[step.from].name);
  const std::string to = html_escaped(page.e.stations[step.to].name);
  const std::size_t row = layout.edges[number];
  const bool last = row + 1 == layout.boxes[step.to];
  const bool first = row + page.reaching[step.to].size() == layout.boxes[step.to];
  std::string text = formatted(
      "<a class=\"edge{}{}\" id=\"arrow{}\" href=\"#step{}\" style=\"grid-row:{}\" "
      "data-from=\"{}\" data-to=\"{}\">{}<span class=\"operators\">{}</span><span "
      "class=\"kind\">∂{}/∂{}: {}, {}</span>\n",
      passes_by(step) && first ? " joins" : "", last ? " last" : "", number, number, row, step.from,
      step.to, passes_by(step) ? formatted("from <b>{}</b>: ", from) : "",
      html_escaped(few_operators(step.operators)), to, from,
      size_text(step.rows, step.columns, "×"), name(step.structure));
  if (!only && step.computed()) {
    text += formatted("<span class=\"kind back\">gradient {}</span>",
                      vector_text(gradient_through(page.e, step), kMostInVector, short_text));
  }
  return text + "</a>\n";
}

std::string line(const char* style, std::size_t lane, std::size_t row, std::size_t end,
                 std::size_t station) {
  return end <= row ? ""
                    : formatted(
                          "<span class=\"lane {}\" style=\"grid-row:{}/{};grid-column:{}/-2\" "
                          "data-of=\"{}\" "
                          "aria-hidden=\"true\"></span>\n",
                          style, row, end, lane, station);
}

// A lane's turn at its box, the parts that run down, and a branch to each arrow.
std::string lane(const Page& page, std::size_t station, const Layout& layout) {
  const std::size_t lane = layout.lanes[station];
  const std::size_t begin = layout.boxes[station];
  const std::size_t end = layout.edges[layout.last[station]];
  std::string text =
      line("leave", lane, begin, begin + 1, station) + line("pass", lane, begin + 1, end, station);
  for (const std::size_t i : page.leaving[station]) {
    if (passes_by(page.e.steps[i])) {
      const std::size_t row = layout.edges[i];
      text += line(row == end ? "reach end" : "reach", lane, row, row + 1, page.e.steps[i].to);
    }
  }
  return text;
}

// Boxes and arrows, in the order of their rows.
std::string flow(Page& page) {
  const Explanation& e = page.e;
  const Layout layout = layout_of(page);
  std::string text = formatted("<div class=\"flow\" style=\"--lanes:{}\">\n", layout.width);
  for (std::size_t station = 0; station < e.stations.size(); ++station) {
    if (page.left_out[station]) {
      const std::size_t row = layout.boxes[station - 1] + 1;
      text += html_left_out(page, station, row + (page.insides[station - 1].empty() ? 0 : 1));
    }
    std::vector<std::size_t> order = page.reaching[station];
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return layout.edges[a] < layout.edges[b]; });
    if (!order.empty()) {
      text += html_inputs(page, station, layout.edges[order.front()] - 1,
                          passes_by(e.steps[order.front()]));
    }
    for (const std::size_t i : order) {
      text += edge(page, i, layout, page.leaving[e.steps[i].from].size() == 1);
    }
    text += box(page, station, layout.boxes[station]);
    text += html_inside(page, station, layout.boxes[station] + 1);
    text += layout.lanes[station] > 0 ? lane(page, station, layout) : "";
  }
  return text + "</div>\n";
}

}  // namespace

std::string html_graph(Page& page) {
  const Explanation& e = page.e;
  std::vector<bool> used(page.tensors.size());
  for (const JacobianStep& feed : e.feeds) {
    used[e.stations.size() + feed.from] = true;
  }
  for (const JacobianStep& step : e.steps) {
    for (const std::size_t operand : page.operands(step)) {
      used[operand] = true;
    }
  }
  const std::string text = flow(page);
  std::string others;
  for (std::size_t i = e.stations.size(); i < page.tensors.size(); ++i) {
    others += used[i] || i >= e.stations.size() + e.inputs.size() ? "" : html_input(page, i);
  }
  return others.empty()
             ? text
             : formatted("{}<h2>Other inputs</h2>\n<div class=\"inputs\">{}</div>\n", text, others);
}

}  // namespace retrograd::detail
