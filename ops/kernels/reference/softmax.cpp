// Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990:
//   y[i] = exp(x[i]) / sum over j of exp(x[j])
// with the largest x taken from all of them first, so that nothing overflows.
#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

Tensor softmax(const Tensor& x, std::size_t dim) {
  const Array values = array(x);
  const Array powers = xt::exp(values - largest(values, {dim}));
  return tensor(powers / total(powers, {dim}), x.shape(), x.dtype());
}

// dx = y (dy - sum of dy y)
Tensor softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const Array p = array(y);
  const Array g = array(grad);
  return tensor(p * (g - total(g * p, {dim})), y.shape(), y.dtype());
}

Tensor log_softmax(const Tensor& x, std::size_t dim) {
  const Array values = array(x);
  const Array below = values - largest(values, {dim});
  return tensor(below - xt::log(total(xt::exp(below), {dim})), x.shape(), x.dtype());
}

// dx = dy - exp(y) sum of dy
Tensor log_softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const Array g = array(grad);
  return tensor(g - xt::exp(array(y)) * total(g, {dim}), y.shape(), y.dtype());
}

}  // namespace retrograd::kernels::reference
