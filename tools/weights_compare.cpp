#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <retrograd/tensor/internal/printable.h>

#include "weights.h"

namespace rg = retrograd;

namespace weights {

namespace {

struct Difference {
  double largest = 0;    // of the differences
  double magnitude = 0;  // the largest of the first tensor
  std::int64_t count = 0;
};

bool same_bits(const rg::Tensor& a, const rg::Tensor& b) {
  const auto bytes = static_cast<std::size_t>(a.numel()) * rg::item_size(a.dtype());
  return bytes == 0 || std::memcmp(a.raw_bytes(), b.raw_bytes(), bytes) == 0;
}

// In slices, so that large tensors need little memory.
Difference difference(const rg::Tensor& a, const rg::Tensor& b) {
  constexpr std::int64_t slice = 1 << 20;
  Difference found;
  const rg::Tensor x = rg::reshape(a, {-1});
  const rg::Tensor y = rg::reshape(b, {-1});
  for (std::int64_t at = 0; at < x.numel(); at += slice) {
    const rg::Slice range{at, std::min(at + slice, x.numel())};
    const auto first = x(range).to(rg::float64).to_vector<double>();
    const auto second = y(range).to(rg::float64).to_vector<double>();
    for (std::size_t i = 0; i < first.size(); ++i) {
      const bool equal = first[i] == second[i] || (std::isnan(first[i]) && std::isnan(second[i]));
      const double distance = equal ? 0 : std::abs(first[i] - second[i]);
      found.count += equal ? 0 : 1;
      found.largest = std::isnan(distance) ? std::numeric_limits<double>::infinity()
                                           : std::max(found.largest, distance);
      found.magnitude = std::max(found.magnitude, std::isfinite(first[i]) ? std::abs(first[i]) : 0);
    }
  }
  return found;
}

// How the tensors differ, or no text.
std::string text_of_difference(const rg::Tensor& a, const rg::Tensor& b,
                               std::optional<double> tolerance) {
  if (a.shape() != b.shape() || (a.dtype() != b.dtype() && !tolerance)) {
    return fmt::format("{} and {}", rg::describe(a), rg::describe(b));
  }
  const rg::Tensor x = a.contiguous();
  const rg::Tensor y = b.contiguous();
  if (a.dtype() == b.dtype() && same_bits(x, y)) {
    return {};
  }
  const Difference found = difference(x, y);
  if (tolerance && found.largest <= *tolerance * found.magnitude) {
    return {};
  }
  if (found.count == 0) {
    return "the values are equal, but not their bits: signs of zeros, or NaNs";
  }
  return fmt::format("{} of {} values differ, by {:.3g} at most", found.count, a.numel(),
                     found.largest);
}

std::optional<double> tolerance_of(const Arguments& words) {
  if (words.size() == 2) {
    return std::nullopt;
  }
  if (words.size() != 4 || words[2] != "--tolerance") {
    throw UsageError("compare needs two files, and takes --tolerance T");
  }
  char* end = nullptr;
  const double value = std::strtod(words[3].c_str(), &end);
  if (end == words[3].c_str() || *end != '\0' || !(value >= 0)) {
    throw UsageError(fmt::format("{} is no tolerance", rg::detail::in_quotes(words[3])));
  }
  return value;
}

}  // namespace

int compare(const Arguments& arguments) {
  if (arguments.size() < 2) {
    throw UsageError("compare needs two files");
  }
  const std::optional<double> tolerance = tolerance_of(arguments);
  const rg::StateDict first = rg::load(arguments[0], line());
  const rg::StateDict second = rg::load(arguments[1], line());
  std::size_t differences = 0;
  const auto report = [&](const std::string& name, const std::string& text) {
    fmt::print("{}: {}\n", rg::detail::printable(name), text);
    ++differences;
  };
  for (const auto& [name, tensor] : first) {
    const rg::Tensor* other = second.find(name);
    if (other == nullptr) {
      report(name, "only in the first file");
    } else if (const std::string text = text_of_difference(tensor, *other, tolerance);
               !text.empty()) {
      report(name, text);
    }
  }
  for (const auto& each : second) {
    if (!first.contains(each.first)) {
      report(each.first, "only in the second file");
    }
  }
  fmt::print("{} tensors, {} differences\n", first.size(), differences);
  return differences == 0 ? 0 : 1;
}

}  // namespace weights
