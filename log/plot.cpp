#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/internal/utf8.h>
#include <retrograd/log/detail/axis.h>
#include <retrograd/log/plot.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::logging {

namespace {

using detail::Axis;

// Pixels of a panel: the diagram, and what is around it.
constexpr double kLeft = 72, kRight = 20, kTop = 34, kWidth = 380, kHeight = 240;
constexpr double kBelow = 52;        // ticks and name of the axis
constexpr double kLegendRow = 18;    // one for each curve
constexpr double kTitle = 34;        // of all panels
constexpr std::size_t kMarked = 25;  // points of a curve that are dots too

struct Style {
  const char* colour;
  const char* dashes;
};
// Okabe and Ito's colours, which colour-blind people tell apart, and then dashed.
Style style_of(std::size_t curve) {
  constexpr std::array colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
  return {colours[curve % colours.size()],
          (curve / colours.size()) % 2 == 0 ? "" : " stroke-dasharray='5 3'"};
}

// Text of XML: control characters and bytes that are not UTF-8 become question marks.
std::string escaped(std::string_view text) {
  const bool readable = retrograd::detail::is_utf8(text);
  std::string made;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    switch (letter) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      default: made += byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !readable) ? '?' : letter;
    }
  }
  return made;
}

void add_values(std::vector<double>& values, const Panel& panel,
                double std::pair<double, double>::*coordinate) {
  for (const Curve& curve : panel.curves) {
    for (const auto& point : curve.points) {
      values.push_back(point.*coordinate);
    }
  }
}

std::vector<double> x_values(const std::vector<Panel>& panels) {
  std::vector<double> values;
  for (const Panel& panel : panels) {
    add_values(values, panel, &std::pair<double, double>::first);
  }
  return values;
}
std::vector<double> y_values(const Panel& panel) {
  std::vector<double> values;
  add_values(values, panel, &std::pair<double, double>::second);
  return values;
}

class PanelWriter {
 public:
  PanelWriter(std::string& svg, const Panel& panel, const std::vector<double>& x_values)
      : svg_(svg),
        panel_(panel),
        x_(x_values, panel.log_x, false),
        y_(y_values(panel), panel.log_y, true) {}

  void write() {
    text(kLeft + kWidth / 2, kTop - 12, "middle", panel_.title, " font-weight='bold'");
    write_ticks();
    add("<rect x='{}' y='{}' width='{}' height='{}' fill='none' stroke='#888'/>\n", kLeft, kTop,
        kWidth, kHeight);
    text(kLeft + kWidth / 2, kTop + kHeight + 38, "middle", panel_.xlabel);
    add("<g transform='translate(16 {}) rotate(-90)'>", kTop + kHeight / 2);
    text(0, 0, "middle", panel_.ylabel);
    svg_ += "</g>\n";
    for (std::size_t i = 0; i < panel_.curves.size(); ++i) {
      write_curve(panel_.curves[i], style_of(i));
      write_legend(i);
    }
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> text, Values&&... values) {
    fmt::format_to(std::back_inserter(svg_), text, std::forward<Values>(values)...);
  }
  void text(double x, double y, const char* anchor, const std::string& content,
            const char* more = "") {
    add("<text x='{:.1f}' y='{:.1f}' text-anchor='{}'{}>{}</text>\n", x, y, anchor, more,
        escaped(content));
  }

  double at_x(double value) const { return kLeft + kWidth * x_.part(value); }
  double at_y(double value) const { return kTop + kHeight * (1 - y_.part(value)); }

  void write_ticks() {
    for (const detail::Tick& tick : x_.ticks()) {
      add("<path d='M{:.1f} {}v{}' stroke='#e4e4e4'/>\n", at_x(tick.value), kTop, kHeight);
      text(at_x(tick.value), kTop + kHeight + 18, "middle", tick.label);
    }
    for (const detail::Tick& tick : y_.ticks()) {
      add("<path d='M{} {:.1f}h{}' stroke='#e4e4e4'/>\n", kLeft, at_y(tick.value), kWidth);
      text(kLeft - 8, at_y(tick.value) + 4, "end", tick.label);
    }
  }

  bool has_position(const std::pair<double, double>& point) const {
    return x_.holds(point.first) && y_.holds(point.second);
  }

  // Runs of points without gaps.
  void write_curve(const Curve& curve, const Style& style) {
    const auto& points = curve.points;
    for (std::size_t first = 0; first < points.size();) {
      std::size_t end = first;
      while (end < points.size() && has_position(points[end])) {
        ++end;
      }
      write_run(curve, first, end, style);
      first = std::max(end, first + 1);
    }
  }

  void write_run(const Curve& curve, std::size_t first, std::size_t end, const Style& style) {
    if (end - first >= 2) {
      add("<polyline fill='none' stroke-width='1.6' stroke-linejoin='round' stroke='{}'{} points='",
          style.colour, style.dashes);
      std::string last;
      for (std::size_t i = first; i < end; ++i) {
        std::string point = fmt::format("{:.1f},{:.1f} ", at_x(curve.points[i].first),
                                        at_y(curve.points[i].second));
        if (point != last) {  // many points may share a pixel
          svg_ += point;
          last = std::move(point);
        }
      }
      svg_ += "'/>\n";
    }
    for (std::size_t i = first; i < end && (end - first == 1 || curve.points.size() <= kMarked);
         ++i) {
      add("<circle cx='{:.1f}' cy='{:.1f}' r='2.6' fill='{}'/>\n", at_x(curve.points[i].first),
          at_y(curve.points[i].second), style.colour);
    }
  }

  void write_legend(std::size_t curve) {
    const double y = kTop + kHeight + kBelow + kLegendRow * static_cast<double>(curve);
    add("<path d='M{} {}h24' stroke-width='2.5' stroke='{}'{}/>\n", kLeft, y + 6,
        style_of(curve).colour, style_of(curve).dashes);
    text(kLeft + 32, y + 10, "start", panel_.curves[curve].name);
  }

  std::string& svg_;
  const Panel& panel_;
  Axis x_;
  Axis y_;
};

std::string svg_of(const std::vector<Panel>& panels, const PlotOptions& options) {
  const std::size_t columns =
      options.columns == 0 ? panels.size()
                           : std::min(panels.size(), static_cast<std::size_t>(options.columns));
  const std::size_t rows = (panels.size() + columns - 1) / columns;
  std::size_t curves = 0;
  for (const Panel& panel : panels) {
    curves = std::max(curves, panel.curves.size());
  }
  const double panel_width = kLeft + kWidth + kRight;
  const double panel_height =
      kTop + kHeight + kBelow + kLegendRow * static_cast<double>(curves) + 12;
  const double top = options.title.empty() ? 0 : kTitle;
  const double width = panel_width * static_cast<double>(columns);
  const double height = top + panel_height * static_cast<double>(rows);
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12' fill='#222'>\n"
      "<rect width='{0}' height='{1}' fill='white'/>\n",
      width, height);
  if (!options.title.empty()) {
    svg += fmt::format("<text x='{}' y='24' text-anchor='middle' font-size='16'>{}</text>\n",
                       width / 2, escaped(options.title));
  }
  for (std::size_t i = 0; i < panels.size(); ++i) {
    svg += fmt::format("<g transform='translate({} {})'>\n",
                       panel_width * static_cast<double>(i % columns),
                       top + panel_height * static_cast<double>(i / columns));
    PanelWriter(svg, panels[i], x_values(options.sharex ? panels : std::vector{panels[i]})).write();
    svg += "</g>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace

void save_plot(const std::string& path, const std::vector<Panel>& panels,
               const PlotOptions& options, Where where) {
  const retrograd::detail::FileCall call("save_plot", path, where);
  check::require<ValueError>(call, !panels.empty(), {}, "there is no panel [value-out-of-range]");
  check::require<ValueError>(call, options.columns >= 0, {},
                             "columns is {} but must be at least 0 [value-out-of-range]",
                             options.columns);
  const std::string svg = svg_of(panels, options);
  retrograd::detail::OutputFile file(call);
  file.append(svg.data(), svg.size());
  file.commit();
}

}  // namespace retrograd::logging
