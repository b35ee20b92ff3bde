#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

constexpr ReferenceTable kTable{
    .conv = conv,
    .conv_input_grad = conv_input_grad,
    .conv_weight_grad = conv_weight_grad,
};

}  // namespace

Installed::Installed() noexcept : previous_(exchange_references(&kTable)) {}

Installed::~Installed() {
  exchange_references(previous_);
}

}  // namespace retrograd::kernels::reference
