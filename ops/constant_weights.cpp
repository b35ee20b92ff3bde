#include <retrograd/ops/internal/constant_weights.h>

#include <retrograd/ops/kernels/prepared_weights.h>

namespace retrograd::detail {

ConstantWeights::ConstantWeights(const std::vector<Tensor>& constants)
    : prepared_(std::make_unique<kernels::PreparedWeights>(constants)) {}
ConstantWeights::~ConstantWeights() = default;

ConstantWeights::Use::Use(const ConstantWeights& weights) noexcept
    : before_(kernels::PreparedWeights::use(weights.prepared_.get())) {}
ConstantWeights::Use::~Use() {
  kernels::PreparedWeights::use(before_);
}

}  // namespace retrograd::detail
