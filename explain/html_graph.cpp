// The drawing of the stations: one below the other, those equally far from the input side by side.
#include <algorithm>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::detail {

namespace {

// In pixels.
constexpr int kBoxWidth = 150;
constexpr int kBoxHeight = 46;
constexpr int kColumn = 420;
constexpr int kRow = 142;
constexpr int kMargin = 12;
constexpr std::int64_t kMostInVector = 5;

struct Place {
  int row = 0;
  int column = 0;

  int x() const { return kMargin + column * kColumn; }
  int y() const { return kMargin + row * kRow; }
};

// A station's row is the longest way to it.
std::vector<Place> places_of(const Explanation& e) {
  std::vector<Place> places(e.stations.size());
  for (const JacobianStep& step : e.steps) {  // by the age of `to`: that of `from` is known
    places[step.to].row = std::max(places[step.to].row, places[step.from].row + 1);
  }
  std::vector<int> used(e.stations.size());
  for (Place& place : places) {
    place.column = used[static_cast<std::size_t>(place.row)]++;
  }
  return places;
}

std::string text_at(int x, int y, const char* style, const std::string& text) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" class=\"" + style +
         "\">" + html_escaped(text) + "</text>\n";
}

std::string box(const ExplainedStation& station, const Place& place) {
  return "<rect x=\"" + std::to_string(place.x()) + "\" y=\"" + std::to_string(place.y()) +
         "\" width=\"" + std::to_string(kBoxWidth) + "\" height=\"" + std::to_string(kBoxHeight) +
         "\" rx=\"6\" fill=\"#fff\" stroke=\"#59636e\"/>\n" +
         text_at(place.x() + 10, place.y() + 20, "title", station.name) +
         text_at(place.x() + 10, place.y() + 37, "small", to_string(station.shape));
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

std::string arrow(const Explanation& e, std::size_t number, const std::vector<Place>& places) {
  const JacobianStep& step = e.steps[number];
  const Place& from = places[step.from];
  const Place& to = places[step.to];
  const int x1 = from.x() + kBoxWidth / 2;
  const int y1 = from.y() + kBoxHeight;
  const int x2 = to.x() + kBoxWidth / 2;
  const int y2 = to.y() - 4;
  // Around the boxes between, if there are any, and past the arrows beside it.
  const bool around = to.row > from.row + 1 && to.column == from.column;
  const int bend = around ? kBoxWidth : 0;
  const auto point = [](int x, int y) { return std::to_string(x) + " " + std::to_string(y); };
  const std::string path = "M" + point(x1, y1) + " C" + point(x1 + bend, y1 + 40) + " " +
                           point(x2 + bend, y2 - 40) + " " + point(x2, y2);
  const int x = (x1 + x2) / 2 + bend * 3 / 4 + 14;
  const int y = (y1 + y2) / 2 - 22;
  const ExplainedStation& source = e.stations[step.from];
  std::string text =
      "<a href=\"#step" + std::to_string(number) + "\">\n<path d=\"" + path +
      "\" fill=\"none\" stroke=\"transparent\" stroke-width=\"24\"/>\n<path d=\"" + path +
      "\" fill=\"none\" stroke=\"#0a58ca\" stroke-width=\"1.6\" marker-end=\"url(#head)\"/>\n" +
      text_at(x, y, "", step.operators) +
      text_at(x, y + 17, "", size_text(step.rows, step.columns, "×") + ", " + name(step.structure));
  if (source.value.defined()) {
    text += text_at(x, y + 34, "small", "value " + vector_text(source.value, kMostInVector));
  }
  if (step.computed()) {
    text += text_at(x, y + 51, "small",
                    "gradient " + vector_text(gradient_through(e, step), kMostInVector));
  }
  return text + "</a>\n";
}

}  // namespace

std::string html_graph(const Explanation& e) {
  const std::vector<Place> places = places_of(e);
  int width = 0;
  int height = 0;
  std::string drawing;
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    drawing += arrow(e, i, places);
  }
  for (std::size_t i = 0; i < e.stations.size(); ++i) {
    drawing += box(e.stations[i], places[i]);
    width = std::max(width, places[i].x() + kColumn);
    height = std::max(height, places[i].y() + kBoxHeight + 40);
  }
  const Place& last = places.back();
  drawing += text_at(last.x() + kBoxWidth + 12, last.y() + 28, "small",
                     "value " + vector_text(e.stations.back().value, 1));
  return "<svg width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(height) +
         "\">\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
         "markerWidth=\"7\" "
         "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" "
         "fill=\"#0a58ca\"/></marker></defs>\n" +
         drawing + "</svg>\n";
}

}  // namespace retrograd::detail
