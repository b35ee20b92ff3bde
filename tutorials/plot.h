// Curves as an SVG picture.
#pragma once

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x and y
};

// Draws the curves over one another, from 0 up to the largest x and y.
inline void save_plot(const std::string& path, const std::string& x_title,
                      const std::vector<Curve>& curves) {
  constexpr double left = 60, top = 20, width = 560, height = 300;
  double most_x = 1e-9;
  double most_y = 1e-9;
  for (const Curve& curve : curves) {
    for (const auto& [x, y] : curve.points) {
      most_x = std::max(most_x, x);
      most_y = std::max(most_y, y);
    }
  }
  std::string svg =
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 380' font-family='sans-serif' "
      "font-size='12'>\n<rect width='640' height='380' fill='white'/>\n";
  const auto add = [&](const char* format, auto... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    svg += text;
  };
  for (int tick = 0; tick <= 4; ++tick) {
    const double part = tick / 4.0;
    const double y = top + height * (1 - part);
    add("<path d='M%.1f %.1fh%.1f' stroke='#ddd'/>\n", left, y, width);
    add("<text x='%.1f' y='%.1f' text-anchor='end'>%.2f</text>\n", left - 6, y + 4, part * most_y);
    add("<text x='%.1f' y='%.1f' text-anchor='middle'>%.0f</text>\n", left + width * part,
        top + height + 18, part * most_x);
  }
  add("<text x='%.1f' y='%.1f' text-anchor='middle'>%s</text>\n", left + width / 2,
      top + height + 40, x_title.c_str());
  const char* const colours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd"};
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const char* colour = colours[i % 4];
    svg += "<polyline fill='none' stroke-width='1.5' stroke='" + std::string(colour) + "' points='";
    for (const auto& [x, y] : curves[i].points) {
      add("%.1f,%.1f ", left + width * x / most_x, top + height * (1 - y / most_y));
    }
    add("'/>\n<text x='%.1f' y='%.1f' text-anchor='end' fill='%s'>%s</text>\n", left + width - 8,
        top + 16 + 16 * static_cast<double>(i), colour, curves[i].name.c_str());
  }
  std::ofstream file(path);
  file << svg << "</svg>\n";
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path);
  }
}
