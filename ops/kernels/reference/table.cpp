#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

constexpr ReferenceTable kTable{
    .conv = conv,
    .conv_input_grad = conv_input_grad,
    .conv_weight_grad = conv_weight_grad,
    .unfold = unfold,
    .fold = fold,
    .max_pool = max_pool,
    .max_pool_positions = max_pool_positions,
    .max_pool_scatter = max_pool_scatter,
    .max_pool_gather = max_pool_gather,
    .avg_pool = avg_pool,
    .avg_pool_input_grad = avg_pool_input_grad,
    .last_of_equals = last_of_equals,
    .standardise = standardise,
    .standardise_by = standardise_by,
    .moved_running = moved_running,
    .standardise_backward = standardise_backward,

    .softmax = softmax,
    .log_softmax = log_softmax,
    .softmax_grad = softmax_grad,
    .log_softmax_grad = log_softmax_grad,

    .cross_entropy = cross_entropy,
    .cross_entropy_grad = cross_entropy_grad,

    .sum = sum,
    .mean = mean,
    .prod = prod,
    .variance = variance,
    .standard_deviation = standard_deviation,
    .vector_norm = vector_norm,
    .extreme_magnitude = extreme_magnitude,
    .amax = amax,
    .amin = amin,
    .argmax = argmax,
    .argmin = argmin,
    .sum_of_exp = sum_of_exp,
    .times_exp = times_exp,
    .times_difference = times_difference,

    .linear_scan = linear_scan,
    .running_sum = running_sum,
    .running_product = running_product,

    .matmul = matmul,
    .matmul_wide = matmul_wide,

    .resample = resample,
    .resample_input_grad = resample_input_grad,

    .take_rows = take_rows,
    .sum_rows = sum_rows,
    .masked_product = masked_product,

    .unary = unary,
    .binary = binary,
    .binary_number = binary,
    .number_binary = binary,
    .compare = compare,
    .compare_number = compare,
    .where = where,
    .lerp = lerp,

    .logsigmoid = logsigmoid,
    .softplus = softplus,
    .leaky_relu = leaky_relu,
    .elu = elu,
    .hardtanh = hardtanh,
    .hardsigmoid = hardsigmoid,
    .hardswish = hardswish,
    .softsign = softsign,
    .tanhshrink = tanhshrink,
    .softshrink = softshrink,
    .hardshrink = hardshrink,
    .prelu = prelu,
    .relu_grad = relu_grad,
    .add_relu = add_relu,
    .gated = gated,
    .gated_grad = gated_grad,
};

}  // namespace

Installed::Installed() noexcept : previous_(exchange_references(&kTable)) {}

Installed::~Installed() {
  exchange_references(previous_);
}

}  // namespace retrograd::kernels::reference
