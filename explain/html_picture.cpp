// Colours of numbers, and pictures of them.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/html.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

// From -1 to 1.
double share_of(double value, double largest) {
  if (std::isinf(value)) {
    return std::copysign(1.0, value);
  }
  return largest > 0 ? value / largest : 0;
}

}  // namespace

double largest_magnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) {
      largest = std::max(largest, std::fabs(value));
    }
  }
  return largest;
}

std::string cell_colour(double value, double largest) {
  if (std::isnan(value)) {
    return "nan\"";
  }
  const double share = share_of(value, largest);
  return share == 0 ? "zero\""
                    : formatted("{}\" style=\"--s:{}%\"", share < 0 ? "neg" : "pos",
                                std::max(4, static_cast<int>(std::fabs(share) * 100)));
}

void keep_larger(double& kept, double value) {
  if (std::isnan(value) || std::fabs(value) > std::fabs(kept)) {
    kept = value;
  }
}

Raster shrunk(const Raster& raster, std::int64_t most_pixels) {
  const auto parts = [](std::int64_t length, std::int64_t block) {
    return (length + block - 1) / block;
  };
  std::int64_t block = 1;
  while (parts(raster.rows, block) * parts(raster.columns, block) > most_pixels) {
    ++block;
  }
  if (block == 1) {
    return raster;
  }
  Raster small(parts(raster.rows, block), parts(raster.columns, block));
  for (std::int64_t row = 0; row < raster.rows; ++row) {
    for (std::int64_t column = 0; column < raster.columns; ++column) {
      keep_larger(small.at(row / block, column / block), raster.at(row, column));
    }
  }
  return small;
}

std::string bitmap(const Raster& raster) {
  constexpr int kLevels = 48;  // of each sign
  constexpr int kColours = 2 * kLevels + 2;
  std::string bytes = "BM";
  const auto put = [&bytes](std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes += static_cast<char>(value >> (8 * i) & 255);
    }
  };
  const auto width = static_cast<std::uint64_t>(raster.columns + 3) / 4 * 4;
  const auto rows = static_cast<std::uint64_t>(raster.rows);
  const std::uint64_t begin = 14 + 40 + 4 * kColours;
  for (const std::uint64_t value :
       {begin + width * rows, std::uint64_t{0}, begin, std::uint64_t{40},
        static_cast<std::uint64_t>(raster.columns), rows}) {
    put(value, 4);
  }
  put(1, 2);
  put(8, 2);
  for (const int value : {0, 0, 2835, 2835, kColours, 0}) {
    put(static_cast<std::uint64_t>(value), 4);
  }
  for (int level = -kLevels; level <= kLevels; ++level) {
    const int strength = level < 0 ? -level : level;
    const auto blend = [&](int full) {
      put(static_cast<std::uint64_t>(255 - (255 - full) * strength / kLevels), 1);
    };
    for (const int full :
         level < 0 ? std::vector<int>{230, 148, 92} : std::vector<int>{40, 130, 240}) {
      blend(full);
    }
    put(0, 1);
  }
  put(0xC8C8C8, 4);
  const double largest = largest_magnitude(raster.values);
  for (std::int64_t row = raster.rows; row-- > 0;) {  // bottom first
    for (std::uint64_t column = 0; column < width; ++column) {
      const auto c = static_cast<std::int64_t>(column);
      const double value = c < raster.columns
                               ? raster.values[static_cast<std::size_t>(row * raster.columns + c)]
                               : 0;
      const double share = std::isnan(value) ? 0 : share_of(value, largest);
      const int least = share == 0 ? 0 : share < 0 ? -2 : 2;  // seen, however small
      const int level = least + static_cast<int>(std::lround(share * (kLevels - 2)));
      put(static_cast<std::uint64_t>(std::isnan(value) ? kColours - 1 : level + kLevels), 1);
    }
  }
  return bytes;
}

}  // namespace retrograd::detail
