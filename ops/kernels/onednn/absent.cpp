// A build without oneDNN: it supports nothing.
#ifndef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/onednn/matmul.h>
#include <retrograd/ops/kernels/onednn/packed_matmul.h>

namespace retrograd::kernels::onednn {

bool available() noexcept {
  return false;
}
bool supports(Pass, const ConvGeometry&) {
  return false;
}
Tensor conv(const Tensor&, const Tensor&, const Tensor&, const ConvGeometry&, bool) {
  return {};
}
Tensor conv_input_grad(const Tensor&, const Tensor&, const ConvGeometry&, DType) {
  return {};
}
Tensor conv_weight_grad(const Tensor&, const Tensor&, const ConvGeometry&) {
  return {};
}
std::size_t cached_conv_plans() noexcept {
  return 0;
}
Tensor matmul(const Tensor&, const Tensor&, DType) {
  return {};
}

struct PackedMatmulPlan {};
PackedMatmul::PackedMatmul(std::int64_t, const Tensor&, bool) {}
std::int64_t PackedMatmul::scratch_bytes() const {
  return 0;
}
void PackedMatmul::run(const BFloat16*, float*, void*) const {}

}  // namespace retrograd::kernels::onednn
#endif
