#include <retrograd/nn/dropout.h>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/dropout.h>

namespace retrograd::nn {

using namespace detail;

namespace {

// What drops with probability p, once that is checked.
auto drop(Tensor (*dropout)(const Tensor&, double, bool, Generator&, Where), const Frame& call,
          double p) {
  require(call, p >= 0 && p <= 1, "p", p, "it must lie between 0 and 1");
  return [=](const Tensor& x, bool training) {
    return dropout(x, p, training, default_generator(), {});
  };
}

}  // namespace

Dropout::Dropout(double p, Where where)
    : Stateless(described("Dropout", p), drop(dropout, Frame("Dropout", where), p)) {}
Dropout1d::Dropout1d(double p, Where where)
    : Stateless(described("Dropout1d", p), drop(dropout1d, Frame("Dropout1d", where), p)) {}
Dropout2d::Dropout2d(double p, Where where)
    : Stateless(described("Dropout2d", p), drop(dropout2d, Frame("Dropout2d", where), p)) {}

}  // namespace retrograd::nn
