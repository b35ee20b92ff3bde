// Values on the page: cells with numbers, or pictures.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/chain.h>
#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/base64.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostCells = 36;
constexpr std::int64_t kMostCellColumns = 6;
constexpr std::int64_t kMostPixels = 16384;
constexpr std::int64_t kMostTiles = 64;

// A tensor as images of rows and columns: those of its last dimensions that have several.
struct Tiles {
  std::int64_t count = 1;
  std::int64_t rows = 1;
  std::int64_t columns = 1;

  explicit Tiles(const Shape& shape) {
    std::vector<std::int64_t*> free{&columns, &rows};
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (shape[d] == 1) {
        continue;
      }
      if (free.empty()) {
        count *= shape[d];
      } else {
        *free.front() = shape[d];
        free.erase(free.begin());
      }
    }
  }
  bool fits_cells() const {
    return count * rows * columns <= kMostCells &&
           (columns <= kMostCellColumns || count * rows == 1);
  }
};

std::string all_text(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) {
    texts.push_back(short_text(value));
  }
  return joined(texts, ", ");
}

std::string cells(std::size_t tensor, const std::vector<double>& values, const Tiles& tiles,
                  const std::vector<std::int64_t>& winners) {
  const double largest = largest_magnitude(values);
  const std::string open =
      formatted("<span class=\"cells {}\" style=\"--n:{}\">",
                tiles.count * tiles.rows == 1 ? "line" : "tile", tiles.columns);
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = static_cast<std::int64_t>(i);
    const bool new_tile = tiles.count > 1 && element % (tiles.rows * tiles.columns) == 0;
    text += i == 0 ? open : new_tile ? "</span>" + open : "";
    const bool won = std::find(winners.begin(), winners.end(), element) != winners.end();
    text += formatted("<span class=\"c {}{} data-e=\"{}.{}\">{}</span>", won ? "won " : "",
                      cell_colour(values[i], largest), tensor, i, short_text(values[i]));
  }
  return text + (values.empty() ? "" : "</span> ");
}

// Images in a line: about a square of them, and full lines if possible.
std::int64_t across_of(std::int64_t count, const Tiles& tiles) {
  if (count <= 4) {
    return std::max<std::int64_t>(count, 1);
  }
  std::int64_t least = 1;
  while (least * least * tiles.columns < count * tiles.rows && least < count) {
    ++least;
  }
  for (std::int64_t across = least; across < 2 * least; ++across) {
    if (count % across == 0) {
      return across;
    }
  }
  return least;
}

// Images side by side, with grey lines between them.
Raster side_by_side(const std::vector<double>& values, const Tiles& tiles, std::int64_t shown,
                    std::int64_t across) {
  const std::int64_t down = (shown + across - 1) / across;
  Raster raster(down * (tiles.rows + 1) - 1, across * (tiles.columns + 1) - 1);
  std::fill(raster.values.begin(), raster.values.end(), std::nan(""));
  std::size_t element = 0;
  for (std::int64_t t = 0; t < shown; ++t) {
    for (std::int64_t r = 0; r < tiles.rows; ++r) {
      for (std::int64_t c = 0; c < tiles.columns; ++c) {
        raster.at(t / across * (tiles.rows + 1) + r, t % across * (tiles.columns + 1) + c) =
            values[element++];
      }
    }
  }
  return raster;
}

}  // namespace

std::string short_text(double value) {
  const double size = std::fabs(value);
  if (std::isnan(value) || std::isinf(value)) {
    return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  }
  if (size != 0 && (size < 1e-3 || size >= 99950)) {
    std::string text = formatted("{:.2e}", value);  // -1.20e-05
    const std::size_t e = text.find('e');
    std::string power = text.substr(e + 1);
    power.erase(0, power[0] == '+' ? 1 : 0);
    const std::size_t digit = power.find_first_of("0123456789");
    power.erase(digit, std::min(power.find_first_not_of('0', digit), power.size() - 1) - digit);
    return formatted("{}e{}", text.substr(0, e), power);
  }
  return size >= 999.5 ? formatted("{:.0f}", value) : formatted("{:.3g}", value == 0 ? 0 : value);
}

std::string element_html(const std::string& tensor, const Dims& index) {
  return formatted("<i>{}</i>{}", html_escaped(tensor),
                   index.empty() ? "" : formatted("<sub>{}</sub>", index_text(index)));
}

std::string Page::picture_class(const std::string& key, const Raster& raster) {
  auto& known = classes_[key];
  if (known.empty()) {
    known = formatted("p{}", classes_.size());
    styles_ += formatted(".{}{{background-image:url(data:image/bmp;base64,{})}}\n", known,
                         in_base64(bitmap(raster)));
  }
  return known;
}

std::string Page::values(std::size_t tensor, bool gradient, double scale,
                         const std::vector<std::int64_t>& winners) {
  const Named& named = tensors[tensor];
  const Tensor& source = gradient ? named.gradient : named.value;
  if (!source.defined()) {
    return "";
  }
  const auto values = source.to_vector<double>();
  const Tiles tiles(named.shape);
  const char* const kind = gradient ? "gradient of" : "value of";
  const std::string name = html_escaped(named.name);
  if (tiles.fits_cells()) {
    return formatted(
        "<span class=\"tiles\" role=\"img\" data-t=\"{}\" data-k=\"{}\" aria-label=\"{} {}: "
        "{}\">{}</span>",
        tensor, gradient ? "g" : "v", kind, name, all_text(values),
        cells(tensor, values, tiles, winners));
  }
  const std::int64_t shown = std::min(tiles.count, kMostTiles);
  const std::int64_t across = across_of(shown, tiles);
  Raster raster = side_by_side(values, tiles, shown, across);
  const std::int64_t pixels = raster.rows * raster.columns;
  const double pixel = std::clamp(14.0 / static_cast<double>(raster.columns), 0.05, 0.5);
  const std::string aspect = formatted("{}/{}", raster.columns, raster.rows);
  const double width = static_cast<double>(raster.columns) * pixel * scale;
  const std::string grid = formatted("{},{},{},{}", tiles.rows, tiles.columns, across, shown);
  std::string marks;
  if (!winners.empty() && winners.size() <= 2048) {
    marks = formatted(
        "<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\"><path class=\"winners\" d=\"",
        raster.columns, raster.rows);
    for (const std::int64_t winner : winners) {
      const std::int64_t tile = winner / (tiles.rows * tiles.columns);
      const std::int64_t y = tile / across * (tiles.rows + 1) + winner / tiles.columns % tiles.rows;
      const std::int64_t x = tile % across * (tiles.columns + 1) + winner % tiles.columns;
      marks += tile < shown ? formatted("M{} {}h1v1h-1z", x, y) : "";
    }
    marks += "\"/></svg>";
  }
  raster = shrunk(raster, kMostPixels);
  return formatted(
      "<span class=\"picture {}\" role=\"img\" data-t=\"{}\" data-k=\"{}\" data-g=\"{}\" "
      "style=\"--w:{:.2f};--a:{}\" aria-label=\"{} {}: picture of {}{}, largest magnitude "
      "{}\">{}</span>",
      picture_class(formatted("{}{}", tensor, gradient ? "g" : "v"), raster), tensor,
      gradient ? "g" : "v", grid, width, aspect, kind, name, to_string(named.shape),
      pixels > kMostPixels ? ", drawn smaller" : "", short_text(largest_magnitude(values)), marks);
}

}  // namespace retrograd::detail
