// The references of the kernels: formulas in a library of their own, ops/kernels/reference/, which
// tests link and the library does not.
#pragma once

#include <atomic>

#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/activation/dropout.h>
#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/conv/unfold.h>
#include <retrograd/ops/kernels/image/resample.h>
#include <retrograd/ops/kernels/index/embedding.h>
#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/matmul.h>
#include <retrograd/ops/kernels/loss/cross_entropy.h>
#include <retrograd/ops/kernels/norm/norm.h>
#include <retrograd/ops/kernels/pool/pool.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/reduce/scan.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

// A reference for each kernel that has one, of the kernel's name and signature; null without.
struct ReferenceTable {
  decltype(&kernels::conv) conv = nullptr;
  decltype(&kernels::conv_input_grad) conv_input_grad = nullptr;
  decltype(&kernels::conv_weight_grad) conv_weight_grad = nullptr;
  decltype(&kernels::unfold) unfold = nullptr;
  decltype(&kernels::fold) fold = nullptr;
  decltype(&kernels::max_pool) max_pool = nullptr;
  decltype(&kernels::max_pool_positions) max_pool_positions = nullptr;
  decltype(&kernels::max_pool_scatter) max_pool_scatter = nullptr;
  decltype(&kernels::max_pool_gather) max_pool_gather = nullptr;
  decltype(&kernels::avg_pool) avg_pool = nullptr;
  decltype(&kernels::avg_pool_input_grad) avg_pool_input_grad = nullptr;
  decltype(&kernels::last_of_equals) last_of_equals = nullptr;
  decltype(&kernels::standardise) standardise = nullptr;
  decltype(&kernels::standardise_by) standardise_by = nullptr;
  decltype(&kernels::moved_running) moved_running = nullptr;
  decltype(&kernels::standardise_backward) standardise_backward = nullptr;

  decltype(&kernels::softmax) softmax = nullptr;
  decltype(&kernels::log_softmax) log_softmax = nullptr;
  decltype(&kernels::softmax_grad) softmax_grad = nullptr;
  decltype(&kernels::log_softmax_grad) log_softmax_grad = nullptr;

  decltype(&kernels::cross_entropy) cross_entropy = nullptr;
  decltype(&kernels::cross_entropy_grad) cross_entropy_grad = nullptr;

  decltype(&kernels::sum) sum = nullptr;
  decltype(&kernels::mean) mean = nullptr;
  decltype(&kernels::prod) prod = nullptr;
  decltype(&kernels::variance) variance = nullptr;
  decltype(&kernels::standard_deviation) standard_deviation = nullptr;
  decltype(&kernels::vector_norm) vector_norm = nullptr;
  decltype(&kernels::extreme_magnitude) extreme_magnitude = nullptr;
  decltype(&kernels::amax) amax = nullptr;
  decltype(&kernels::amin) amin = nullptr;
  decltype(&kernels::argmax) argmax = nullptr;
  decltype(&kernels::argmin) argmin = nullptr;
  decltype(&kernels::sum_of_exp) sum_of_exp = nullptr;
  decltype(&kernels::times_exp) times_exp = nullptr;
  decltype(&kernels::times_difference) times_difference = nullptr;

  decltype(&kernels::linear_scan) linear_scan = nullptr;
  decltype(&kernels::running_sum) running_sum = nullptr;
  decltype(&kernels::running_product) running_product = nullptr;

  decltype(&kernels::matmul) matmul = nullptr;
  decltype(&kernels::matmul_wide) matmul_wide = nullptr;

  decltype(&kernels::resample) resample = nullptr;
  decltype(&kernels::resample_input_grad) resample_input_grad = nullptr;

  decltype(&kernels::take_rows) take_rows = nullptr;
  decltype(&kernels::sum_rows) sum_rows = nullptr;
  decltype(&kernels::masked_product) masked_product = nullptr;

  decltype(&kernels::unary) unary = nullptr;
  Tensor (*binary)(Binary, const Tensor&, const Tensor&) = nullptr;
  Tensor (*binary_number)(Binary, const Tensor&, Scalar) = nullptr;
  Tensor (*number_binary)(Binary, Scalar, const Tensor&) = nullptr;
  Tensor (*compare)(Compare, const Tensor&, const Tensor&) = nullptr;
  Tensor (*compare_number)(Compare, const Tensor&, Scalar) = nullptr;
  decltype(&kernels::where) where = nullptr;
  decltype(&kernels::lerp) lerp = nullptr;

  decltype(&kernels::logsigmoid) logsigmoid = nullptr;
  decltype(&kernels::softplus) softplus = nullptr;
  decltype(&kernels::leaky_relu) leaky_relu = nullptr;
  decltype(&kernels::elu) elu = nullptr;
  decltype(&kernels::hardtanh) hardtanh = nullptr;
  decltype(&kernels::hardsigmoid) hardsigmoid = nullptr;
  decltype(&kernels::hardswish) hardswish = nullptr;
  decltype(&kernels::softsign) softsign = nullptr;
  decltype(&kernels::tanhshrink) tanhshrink = nullptr;
  decltype(&kernels::softshrink) softshrink = nullptr;
  decltype(&kernels::hardshrink) hardshrink = nullptr;
  decltype(&kernels::prelu) prelu = nullptr;
  decltype(&kernels::relu_grad) relu_grad = nullptr;
  decltype(&kernels::add_relu) add_relu = nullptr;
  decltype(&kernels::gated) gated = nullptr;
  decltype(&kernels::gated_grad) gated_grad = nullptr;
};

// The references that are installed in this process; null in programs that link none.
extern std::atomic<const ReferenceTable*> installed_references;

// Installs references, or none for null. Returns those that were installed.
RETROGRAD_API const ReferenceTable* exchange_references(const ReferenceTable* table) noexcept;

// Returns the reference of a kernel if this thread computes with references, else null. Kernels
// begin with
//   if (const auto reference = reference_of(&ReferenceTable::conv)) {
//     return reference(x, weight, bias, geometry);
//   }
template <class Kernel>
Kernel reference_of(Kernel ReferenceTable::*kernel) {
  const ReferenceTable* const table = installed_references.load(std::memory_order_acquire);
  if (table == nullptr || !kernel_state().reference_only || table->*kernel == nullptr) [[likely]] {
    return nullptr;
  }
  ++kernel_state().reference_runs;
  detail::kernel_uses(detail::kReference);
  return table->*kernel;
}

}  // namespace retrograd::kernels
