#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/log/detail/axis.h>
#include <retrograd/log/plot.h>
#include <retrograd/tensor/error.h>

#include "unit/io_temp_files.h"

namespace logging = retrograd::logging;
using logging::detail::Axis;

namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> texts;
  for (const auto& tick : axis.ticks()) {
    texts.push_back(tick.label);
  }
  return texts;
}
using Texts = std::vector<std::string>;

std::string svg_of(const std::vector<logging::Panel>& panels,
                   const logging::PlotOptions& options = {}) {
  const test::TempFolder folder;
  logging::save_plot(folder.file("plot.svg"), panels, options);
  return test::read_file(folder.file("plot.svg"));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("save_plot: ticks are 1, 2 or 5 times a power of ten apart") {
  CHECK(labels(Axis({0, 1}, false, true)) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(Axis({0.9812, 0.9934}, false, true)) ==
        Texts{"0.980", "0.982", "0.984", "0.986", "0.988", "0.990", "0.992", "0.994"});
  CHECK(labels(Axis({3, 938}, false, false)) == Texts{"200", "400", "600", "800"});
  CHECK(labels(Axis({-1.5, 2}, false, true)) ==
        Texts{"-1.5", "-1.0", "-0.5", "0", "0.5", "1.0", "1.5", "2.0"});
  CHECK(labels(Axis({0, 3e7}, false, true)) ==
        Texts{"0", "5e+06", "1e+07", "1.5e+07", "2e+07", "2.5e+07", "3e+07"});
}

TEST_CASE("save_plot: logarithmic axes have powers of ten") {
  CHECK(labels(Axis({1e-4, 1}, true, true)) == Texts{"0.0001", "0.001", "0.01", "0.1", "1"});
  CHECK(labels(Axis({0.5, 20}, true, true)) == Texts{"0.5", "1", "2", "5", "10", "20"});
  CHECK(labels(Axis({3.1, 3.6}, true, true)) == Texts{"3.1", "3.2", "3.3", "3.4", "3.5", "3.6"});
  CHECK(Axis({0.1, 10}, true, true).part(1) == doctest::Approx(0.5));
  CHECK_FALSE(Axis({1, 2}, true, true).holds(0));
}

TEST_CASE("save_plot: axes of odd values are finite, with few ticks") {
  const double most = std::numeric_limits<double>::max();
  const double least = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {kNaN},
                                            {0},
                                            {5, 5},
                                            {-7},
                                            {-most, most},
                                            {0, least},
                                            {least},
                                            {1e9, 1e9 + 1e-6},
                                            {INFINITY, 1, 2},
                                            {most},
                                            {1e-300, 2e-300}}) {
    for (const bool logarithmic : {false, true}) {
      for (const bool rounded : {false, true}) {
        const Axis axis(values, logarithmic, rounded);
        CAPTURE(values.size());
        CAPTURE(logarithmic);
        CHECK(std::isfinite(axis.low()));
        CHECK(axis.low() < axis.high());
        CHECK(axis.ticks().size() <= 10);
        for (const double value : values) {
          CHECK((!axis.holds(value) || (axis.part(value) >= 0 && axis.part(value) <= 1)));
        }
      }
    }
  }
}

TEST_CASE("save_plot: curves have gaps, and points alone are dots") {
  std::vector<std::pair<double, double>> points;
  for (int i = 0; i < 40; ++i) {
    points.emplace_back(i, i == 10 || i == 12 ? kNaN : i);
  }
  const std::string svg = svg_of({{.title = "t", .curves = {{"c", points}}}});
  CHECK(count(svg, "<polyline") == 2);
  CHECK(count(svg, "<circle") == 1);
  CHECK(svg.find("nan") == std::string::npos);
  const std::string log = svg_of({{.title = "t", .curves = {{"c", points}}, .log_y = true}});
  CHECK(count(log, "<polyline") == 2);
  CHECK(log.find("inf") == std::string::npos);
}

TEST_CASE("save_plot: names may have any characters") {
  const std::string svg =
      svg_of({{.title = "a<b & 'c' \"d\"\x01", .xlabel = "\xff", .curves = {{"\xc3\xa4", {}}}}},
             {.title = "]]>"});
  test::check_contains(svg, ">a&lt;b &amp; 'c' \"d\"?</text>");
  test::check_contains(svg, ">?</text>");
  test::check_contains(svg, ">\xc3\xa4</text>");
  test::check_contains(svg, ">]]&gt;</text>");
}

TEST_CASE("save_plot: panels are beside each other, or in rows") {
  const logging::Panel panel = {.title = "t", .curves = {{"c", {{0, 1}, {1, 2}}}}};
  const auto width_of = [](const std::string& svg) {
    return std::stod(svg.substr(svg.find("width='") + 7));
  };
  const double one = width_of(svg_of({panel}));
  CHECK(width_of(svg_of({panel, panel, panel})) == 3 * one);
  CHECK(width_of(svg_of({panel, panel, panel}, {.columns = 2})) == 2 * one);
  CHECK(width_of(svg_of({panel}, {.columns = 2})) == one);
}

TEST_CASE("save_plot: panels may share the range of their horizontal axes") {
  const std::vector<logging::Panel> panels = {{.title = "a", .curves = {{"c", {{0, 1}, {4, 2}}}}},
                                              {.title = "b", .curves = {{"c", {{2, 1}, {4, 2}}}}}};
  CHECK(count(svg_of(panels), ">1.0</text>") == 2);  // among the vertical ticks
  const auto at_zero = [](const std::string& svg) {
    return count(svg, " text-anchor='middle'>0</text>");
  };
  CHECK(at_zero(svg_of(panels)) == 1);
  CHECK(at_zero(svg_of(panels, {.sharex = true})) == 2);
}

TEST_CASE("save_plot: refuses no panels, negative columns and folders that are not there") {
  const test::TempFolder folder;
  CHECK_THROWS_AS(logging::save_plot(folder.file("a"), {}), retrograd::ValueError);
  CHECK_THROWS_AS(logging::save_plot(folder.file("a"), {{.title = "t"}}, {.columns = -1}),
                  retrograd::ValueError);
  CHECK_THROWS_AS(logging::save_plot(folder.file("b/c"), {{.title = "t"}}), retrograd::IoError);
  CHECK(folder.count() == 0);
}
