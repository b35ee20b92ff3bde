#include <retrograd/optim/clip.h>

#include <algorithm>
#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/vector_norm.h>
#include <retrograd/optim/detail/one_pass.h>
#include <retrograd/optim/detail/parameters.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim {

using namespace detail;

namespace {

// The gradients there are, each once.
std::vector<Tensor> gradients(const Frame& call, const std::vector<Tensor>& parameters) {
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor parameter = parameters[i];
    check::require<GraphError>(call, parameter.defined(), {},
                               "parameter {} is undefined [undefined-tensor]", i);
    Tensor grad = parameter.grad();
    if (!grad.defined() || grad.numel() == 0) {
      continue;
    }
    if (shows_an_element_twice(grad)) {
      grad = empty_tensor(grad.shape(), grad.dtype()).copy_(grad);
      parameter.set_grad(grad);
    }
    const auto same = [&](const Tensor& other) { return &other.impl() == &grad.impl(); };
    if (std::none_of(all.begin(), all.end(), same)) {
      all.push_back(grad);
    }
  }
  return all;
}

// f is a function of one number, in place.
template <class F>
void change(const Frame& call, const std::vector<Tensor>& gradients, F&& f) {
  for (const Tensor& grad : gradients) {
    for_floating_element(grad.dtype(), [&]<class C>() { one_pass<C>(std::array{grad}, f); });
    grad.impl().storage->wrote(call);
  }
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite, Where where) {
  const Frame call("clip_grad_norm_", where);
  check::require<ValueError>(call, max_norm >= 0, {},
                             "max_norm must be at least 0, not {} [value-out-of-range]", max_norm);
  check::require<ValueError>(call, norm_type > 0, {},
                             "norm_type must be above 0, not {} [value-out-of-range]", norm_type);
  const NoGradGuard unrecorded;
  const std::vector<Tensor> all = gradients(call, parameters);
  std::vector<double> norms;
  for (const Tensor& grad : all) {
    const Tensor wide = grad.dtype() == bfloat16 ? grad.to(float32) : grad;
    norms.push_back(norm(wide, norm_type).item<double>());
  }
  const double total =
      norms.empty() ? 0 : norm(tensor(norms, {.dtype = float64}), norm_type).item<double>();
  check::require<ValueError>(call, !error_if_nonfinite || std::isfinite(total), {},
                             "the norm of the gradients is {} [not-finite]", total);
  const double factor = max_norm / (total + 1e-6);
  if (!(factor >= 1)) {
    change(call, all, [=]<class C>(C& g) { g *= static_cast<C>(factor); });
  }
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value, Where where) {
  const Frame call("clip_grad_value_", where);
  check::require<ValueError>(call, clip_value >= 0, {},
                             "clip_value must be at least 0, not {} [value-out-of-range]",
                             clip_value);
  const NoGradGuard unrecorded;
  const auto limit = [=]<class C>(C& g) {
    const C most = static_cast<C>(clip_value);
    g = g < -most ? -most : g > most ? most : g;
  };
  change(call, gradients(call, parameters), limit);
}

}  // namespace retrograd::optim
