/// @file
/// Curves as SVG pictures. Link `retrograd::log`.
///
/// @code
/// logging::save_plot("curve.svg", {
///     {.title = "loss", .xlabel = "batch", .ylabel = "cross-entropy", .curves = {training, test}},
///     {.title = "accuracy", .xlabel = "batch", .ylabel = "share", .curves = {accuracy}}});
/// @endcode
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd::logging {

/// Points that are joined by lines.
struct Curve {
  std::string name;                                    ///< Name in the legend.
  std::vector<std::pair<double, double>> points = {};  ///< Pairs of x and y.
};

/// A diagram with its axes.
struct Panel {
  std::string title;          ///< Text above the diagram.
  std::string xlabel = {};    ///< Name of the horizontal axis.
  std::string ylabel = {};    ///< Name of the vertical axis.
  std::vector<Curve> curves;  ///< Curves, drawn in this order.
  bool log_x = false;         ///< Whether the horizontal axis is logarithmic.
  bool log_y = false;         ///< Whether the vertical axis is logarithmic.
};

/// Options of save_plot().
struct PlotOptions {
  std::string title = {};    ///< Text above all panels.
  bool sharex = false;       ///< Whether all panels have one range on their horizontal axes.
  std::int64_t columns = 0;  ///< Number of panels beside each other; 0 for all of them.
};

/// Writes panels beside each other to an SVG file, which is replaced as a whole or not at all.
///
/// Ticks are 1, 2 or 5 times a power of ten apart. A curve has a gap at each point that is not
/// finite, and on a logarithmic axis at each value that is not positive. Points that have no
/// neighbours are dots. Names may have any characters.
/// @throws IoError if the file cannot be written
/// @throws ValueError if there is no panel, or `columns` is negative
RETROGRAD_API void save_plot(const std::string& path, const std::vector<Panel>& panels,
                             const PlotOptions& options = {}, Where where = {});

}  // namespace retrograd::logging
