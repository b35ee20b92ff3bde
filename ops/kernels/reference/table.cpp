#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

constexpr ReferenceTable kTable{
    .conv = conv,
    .conv_input_grad = conv_input_grad,
    .conv_weight_grad = conv_weight_grad,
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
};

}  // namespace

Installed::Installed() noexcept : previous_(exchange_references(&kTable)) {}

Installed::~Installed() {
  exchange_references(previous_);
}

}  // namespace retrograd::kernels::reference
