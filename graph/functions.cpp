// What ops/registry.cpp is for operators, for the functions of tensor/ and autograd/.
#include <retrograd/autograd/backward.h>
#include <retrograd/graph/detail/functions.h>
#include <retrograd/ops/internal/arguments.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::detail {

namespace {

using Tensors = std::vector<Tensor>;

// What a trace tells of that is no function.
Tensor grad_of(const Tensor& x) {
  return x.grad();
}
Tensor unchanged(const Tensor& x) {
  return view(x, x.shape());
}
Tensor module_gate(const Tensors& /*inputs*/, std::int64_t count) {
  return zeros({count});
}

constexpr OperatorEntry kFunctions[] = {
    {"add_", called<&Tensor::add_>, kPointwise},
    {"arange", called<as<Tensor(Scalar, Scalar, Scalar, TensorOptions, Where)>(arange)>},
    {"backward",
     called<as<void(const Tensors&, const Tensors&, BackwardOptions, Where)>(backward)>},
    {"clone", called<&Tensor::clone>, kPointwise},
    {"contiguous", called<&Tensor::contiguous>, kPointwise},
    {"copy_", called<&Tensor::copy_>, kPointwise},
    {"detach", called<&Tensor::detach>, kPointwise},
    {"div_", called<&Tensor::div_>, kPointwise},
    {"empty", called<empty>},
    {"empty_like", called<empty_like>},
    {"eye", called<eye>},
    {"fill_", called<&Tensor::fill_>},
    {"full", called<full>},
    {"full_like", called<full_like>},
    {"grad", called<grad>},
    {"grad_of", called<grad_of>},
    {"index_put_", called<&Tensor::index_put_>},
    {"linspace", called<linspace>},
    {"module_gate", called<module_gate>},
    {"module_input", called<unchanged>, kPointwise},
    {"module_output", called<unchanged>, kPointwise},
    {"mul_", called<&Tensor::mul_>, kPointwise},
    {"ones", called<ones>},
    {"rand", called<rand>},
    {"rand_like", called<rand_like>},
    {"randint", called<randint>},
    {"randn", called<randn>},
    {"randn_like", called<randn_like>},
    {"randperm", called<randperm>},
    {"set_grad", called<&Tensor::set_grad>},
    {"set_requires_grad", called<&Tensor::set_requires_grad>},
    {"sub_", called<&Tensor::sub_>, kPointwise},
    {"to", called<&Tensor::to>, kPointwise},
    {"zero_", called<&Tensor::zero_>},
    {"zero_grad", called<&Tensor::zero_grad>},
    {"zeros", called<zeros>},
};

}  // namespace

std::span<const OperatorEntry> other_functions() noexcept {
  return kFunctions;
}

}  // namespace retrograd::detail
