#include <retrograd/nn/pad.h>

#include <algorithm>
#include <vector>

namespace retrograd::nn {

namespace {

template <std::size_t N>
std::vector<std::int64_t> list(const Size<N>& padding) {
  return {padding.begin(), padding.end()};
}

// "1", or "1, 2, 0, 0" where the sides differ.
template <std::size_t N>
std::string sides(const Size<N>& padding) {
  std::string all;
  for (const std::int64_t size : padding) {
    all += (all.empty() ? "" : ", ") + std::to_string(size);
  }
  const bool equal = std::count(padding.begin(), padding.end(), padding[0]) == N;
  return equal ? std::to_string(padding[0]) : all;
}

const char* name_of(PaddingMode mode) {
  switch (mode) {
    case PaddingMode::reflect: return "ReflectionPad";
    case PaddingMode::replicate: return "ReplicationPad";
    case PaddingMode::circular: return "CircularPad";
    case PaddingMode::constant: break;
  }
  return "ConstantPad";
}

}  // namespace

template <std::size_t N>
Tensor ConstantPad<N>::forward(const Tensor& x) {
  return pad(x, list(padding_), {.value = value_});
}
template <std::size_t N>
std::string ConstantPad<N>::describe() const {
  return name_of(PaddingMode::constant) + std::to_string(N) + "d(" + sides(padding_) + ")";
}

std::string ZeroPad2d::describe() const {
  return "ZeroPad2d(" + sides(padding_) + ")";
}

template <std::size_t N, PaddingMode mode>
Tensor EdgePad<N, mode>::forward(const Tensor& x) {
  return pad(x, list(padding_), {.mode = mode});
}
template <std::size_t N, PaddingMode mode>
std::string EdgePad<N, mode>::describe() const {
  return name_of(mode) + std::to_string(N) + "d(" + sides(padding_) + ")";
}

template class ConstantPad<1>;
template class ConstantPad<2>;
template class ConstantPad<3>;
template class EdgePad<1, PaddingMode::reflect>;
template class EdgePad<2, PaddingMode::reflect>;
template class EdgePad<3, PaddingMode::reflect>;
template class EdgePad<1, PaddingMode::replicate>;
template class EdgePad<2, PaddingMode::replicate>;
template class EdgePad<3, PaddingMode::replicate>;
template class EdgePad<1, PaddingMode::circular>;
template class EdgePad<2, PaddingMode::circular>;
template class EdgePad<3, PaddingMode::circular>;

}  // namespace retrograd::nn
