#include <retrograd/nn/pad.h>

#include <algorithm>
#include <cstring>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

namespace {

// "ReflectionPad2d(1)", or "ReflectionPad2d(1, 2, 0, 0)" where the sides differ.
std::string shown(const std::vector<std::int64_t>& padding, PaddingMode mode) {
  constexpr const char* kModes[] = {"Constant", "Reflection", "Replication", "Circular"};
  const bool equal = std::equal(padding.begin() + 1, padding.end(), padding.begin());
  return kModes[static_cast<std::size_t>(mode)] + ("Pad" + text(padding.size() / 2)) + "d(" +
         (equal ? text(padding.front()) : text(padding, ", ")) + ")";
}

}  // namespace

PadLayer::PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options)
    : Stateless(shown(padding, options.mode), with(pad, padding, options)) {}

std::string ZeroPad2d::describe() const {
  return "Zero" + ConstantPad2d::describe().substr(std::strlen("Constant"));
}

}  // namespace retrograd::nn
