#include <retrograd/ops/kernels/prepared_weights.h>

#include <utility>

namespace retrograd::kernels {

namespace {

constinit thread_local PreparedWeights* used = nullptr;

}  // namespace

PreparedWeights::PreparedWeights(const std::vector<Tensor>& constants) : constants_(constants) {
  for (const Tensor& constant : constants_) {
    by_memory_[constant.impl().storage.get()];
  }
}

PreparedWeights* PreparedWeights::current() noexcept {
  return used;
}

PreparedWeights* PreparedWeights::use(PreparedWeights* weights) noexcept {
  return std::exchange(used, weights);
}

bool PreparedWeights::is_same(const Tensor& a, const Tensor& b) {
  return a.impl().offset == b.impl().offset && a.dtype() == b.dtype() && a.shape() == b.shape() &&
         a.strides() == b.strides();
}

std::vector<PreparedWeights::Copy>* PreparedWeights::copies_of(const Tensor& weight) {
  const auto found = by_memory_.find(weight.impl().storage.get());
  return found != by_memory_.end() ? &found->second : nullptr;
}

}  // namespace retrograd::kernels
