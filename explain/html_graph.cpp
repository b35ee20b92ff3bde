// The drawing of the stations: one below the other, those equally far from the input side by side.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

// In pixels.
constexpr int kBoxWidth = 150;
constexpr int kBoxHeight = 46;
constexpr int kColumn = 350;
constexpr int kRow = 142;
constexpr int kMargin = 12;
constexpr std::int64_t kMostInVector = 3;

struct Place {
  int row = 0;
  int column = 0;

  int x() const { return kMargin + column * kColumn; }
  int y() const { return kMargin + row * kRow; }
  int middle() const { return x() + kBoxWidth / 2; }
  int right() const { return x() + kBoxWidth; }
  int bottom() const { return y() + kBoxHeight; }
};

struct Layout {
  std::vector<Place> places;  // by station
  int columns = 0;            // of stations; to the right of them are lanes
  std::vector<int> lanes;     // by step: the column it runs down in, if it skips a row
};

// A station's row is the longest way to it.
Layout layout_of(const Explanation& e) {
  Layout layout{std::vector<Place>(e.stations.size()), 0, std::vector<int>(e.steps.size())};
  auto& places = layout.places;
  for (const JacobianStep& step : e.steps) {  // by the age of `to`: that of `from` is known
    places[step.to].row = std::max(places[step.to].row, places[step.from].row + 1);
  }
  std::vector<int> used(e.stations.size());
  for (Place& place : places) {
    place.column = used[static_cast<std::size_t>(place.row)]++;
    layout.columns = std::max(layout.columns, place.column + 1);
  }
  int lane = layout.columns;
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    if (places[e.steps[i].to].row > places[e.steps[i].from].row + 1) {
      layout.lanes[i] = lane++;
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

std::string text_at(int x, int y, const char* style, const std::string& text) {
  return formatted("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n", x, y, style,
                   html_escaped(text));
}

std::string box(const ExplainedStation& station, const Place& place) {
  return formatted(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"#fff\" "
      "stroke=\"#59636e\"/>\n{}{}",
      place.x(), place.y(), kBoxWidth, kBoxHeight,
      text_at(place.x() + 10, place.y() + 20, "title", station.name),
      text_at(place.x() + 10, place.y() + 37, "small", to_string(station.shape)));
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

// Straight down, or along one side and then down, or the other way round.
struct Line {
  std::string path;
  int text_x;
  int text_y;
};
Line line_of(const Place& from, const Place& to, int lane) {
  const int apart = lane > 0 ? 9 : -9;  // lanes run below what goes one row down
  const int out = from.y() + kBoxHeight / 2 + apart;
  const int in = to.y() + kBoxHeight / 2 + apart;
  const int beside = from.bottom() + 24;
  if (lane > 0) {
    const int x = Place{0, lane}.x();
    return {formatted("M{} {}H{}V{}H{}", from.right(), out, x, in, to.right() + 4), x + 12, beside};
  }
  if (to.column > from.column) {
    return {formatted("M{} {}H{}V{}", from.right(), out, to.middle(), to.y() - 4), to.middle() + 14,
            beside};
  }
  const std::string down = formatted("M{} {}V", from.middle(), from.bottom());
  if (to.column < from.column) {
    return {formatted("{}{}H{}", down, in, to.right() + 4), from.middle() + 14, beside};
  }
  return {formatted("{}{}", down, to.y() - 4), from.middle() + 14, beside};
}

std::string arrow(const Explanation& e, std::size_t number, const Layout& layout) {
  const JacobianStep& step = e.steps[number];
  const auto [path, x, y] =
      line_of(layout.places[step.from], layout.places[step.to], layout.lanes[number]);
  const ExplainedStation& source = e.stations[step.from];
  std::string text = formatted(
      "<a id=\"arrow{0}\" href=\"#step{0}\">\n<path d=\"{1}\" class=\"near\"/>\n"
      "<path d=\"{1}\" class=\"line\" marker-end=\"url(#head)\"/>\n{2}{3}",
      number, path, text_at(x, y, "", few_operators(step.operators)),
      text_at(x, y + 17, "",
              formatted("{}, {}", size_text(step.rows, step.columns, "×"), name(step.structure))));
  int below = y + 34;
  if (source.value.defined()) {
    text += text_at(x, below, "small", "value " + vector_text(source.value, kMostInVector));
    below += 17;
  }
  if (step.computed()) {
    text += text_at(x, below, "small",
                    "gradient " + vector_text(gradient_through(e, step), kMostInVector));
  }
  return text + "</a>\n";
}

}  // namespace

std::string html_graph(const Explanation& e) {
  const Layout layout = layout_of(e);
  std::string drawing;
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    drawing += arrow(e, i, layout);
  }
  for (std::size_t i = 0; i < e.stations.size(); ++i) {
    drawing += box(e.stations[i], layout.places[i]);
  }
  const Place& last = layout.places.back();
  drawing += text_at(last.x(), last.bottom() + 18, "small",
                     "value " + vector_text(e.stations.back().value, 1));
  int columns = layout.columns;
  for (const int lane : layout.lanes) {
    columns = std::max(columns, lane + 1);
  }
  return formatted(
      "<svg width=\"{}\" height=\"{}\">\n"
      "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"11\" "
      "markerHeight=\"11\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
      "<path d=\"M0 0L8 4L0 8z\" fill=\"#0a58ca\"/></marker></defs>\n{}</svg>\n",
      Place{0, columns}.x() + kBoxWidth / 2, last.bottom() + 40, drawing);
}

}  // namespace retrograd::detail
