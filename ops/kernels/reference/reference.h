// The specification of each kernel, as a formula in xtensor. Tests hold the kernels to it.
#pragma once

#include <retrograd/ops/kernels/reference_table.h>

namespace retrograd::kernels::reference {

// Makes threads with a ReferenceKernelsGuard compute with the references until the end of the
// scope, in all threads of the process.
class Installed {
 public:
  Installed() noexcept;
  ~Installed();
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;

 private:
  const ReferenceTable* previous_;
};

// Each has the signature of the kernel of its name, takes all floating dtypes, computes in float64
// and rounds its result once.
decltype(kernels::conv) conv;
decltype(kernels::conv_input_grad) conv_input_grad;
decltype(kernels::conv_weight_grad) conv_weight_grad;
decltype(kernels::unfold) unfold;
decltype(kernels::fold) fold;
decltype(kernels::max_pool) max_pool;
decltype(kernels::max_pool_positions) max_pool_positions;
decltype(kernels::max_pool_scatter) max_pool_scatter;
decltype(kernels::max_pool_gather) max_pool_gather;
decltype(kernels::avg_pool) avg_pool;
decltype(kernels::avg_pool_input_grad) avg_pool_input_grad;
decltype(kernels::last_of_equals) last_of_equals;
decltype(kernels::standardise) standardise;
decltype(kernels::standardise_by) standardise_by;
decltype(kernels::moved_running) moved_running;
decltype(kernels::standardise_backward) standardise_backward;

decltype(kernels::softmax) softmax;
decltype(kernels::log_softmax) log_softmax;
decltype(kernels::softmax_grad) softmax_grad;
decltype(kernels::log_softmax_grad) log_softmax_grad;

decltype(kernels::cross_entropy) cross_entropy;
decltype(kernels::cross_entropy_grad) cross_entropy_grad;

decltype(kernels::sum) sum;
decltype(kernels::mean) mean;
decltype(kernels::prod) prod;
decltype(kernels::variance) variance;
decltype(kernels::standard_deviation) standard_deviation;
decltype(kernels::vector_norm) vector_norm;
decltype(kernels::extreme_magnitude) extreme_magnitude;
decltype(kernels::amax) amax;
decltype(kernels::amin) amin;
decltype(kernels::argmax) argmax;
decltype(kernels::argmin) argmin;
decltype(kernels::sum_of_exp) sum_of_exp;
decltype(kernels::times_exp) times_exp;
decltype(kernels::times_difference) times_difference;

decltype(kernels::linear_scan) linear_scan;
decltype(kernels::running_sum) running_sum;
decltype(kernels::running_product) running_product;

decltype(kernels::matmul) matmul;
decltype(kernels::matmul_wide) matmul_wide;

decltype(kernels::resample) resample;
decltype(kernels::resample_input_grad) resample_input_grad;

decltype(kernels::take_rows) take_rows;
decltype(kernels::sum_rows) sum_rows;
decltype(kernels::masked_product) masked_product;

decltype(kernels::unary) unary;
Tensor binary(Binary, const Tensor&, const Tensor&);
Tensor binary(Binary, const Tensor&, Scalar);
Tensor binary(Binary, Scalar, const Tensor&);
Tensor compare(Compare, const Tensor&, const Tensor&);
Tensor compare(Compare, const Tensor&, Scalar);
decltype(kernels::where) where;
decltype(kernels::lerp) lerp;

decltype(kernels::logsigmoid) logsigmoid;
decltype(kernels::softplus) softplus;
decltype(kernels::leaky_relu) leaky_relu;
decltype(kernels::elu) elu;
decltype(kernels::hardtanh) hardtanh;
decltype(kernels::hardsigmoid) hardsigmoid;
decltype(kernels::hardswish) hardswish;
decltype(kernels::softsign) softsign;
decltype(kernels::tanhshrink) tanhshrink;
decltype(kernels::softshrink) softshrink;
decltype(kernels::hardshrink) hardshrink;
decltype(kernels::prelu) prelu;
decltype(kernels::relu_grad) relu_grad;
decltype(kernels::add_relu) add_relu;
decltype(kernels::gated) gated;
decltype(kernels::gated_grad) gated_grad;

}  // namespace retrograd::kernels::reference
