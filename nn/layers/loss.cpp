#include <retrograd/nn/loss.h>

#include <retrograd/ops/internal/loss.h>

namespace retrograd::nn {

using retrograd::loss::require;
using retrograd::loss::require_number;

namespace detail {

void check(const Frame& call, const SmoothL1LossOptions& options) {
  require(call, options.beta >= 0, "beta", options.beta, "at least 0");
}
void check(const Frame& call, const HuberLossOptions& options) {
  require(call, options.delta > 0, "delta", options.delta, "above 0");
}
void check(const Frame& call, const CrossEntropyLossOptions& options) {
  const double smoothing = options.label_smoothing;
  require(call, smoothing >= 0 && smoothing <= 1, "label_smoothing", smoothing, "in [0, 1]");
}
void check(const Frame& call, const PoissonNLLLossOptions& options) {
  require(call, options.eps >= 0, "eps", options.eps, "at least 0");
}
void check(const Frame& call, const GaussianNLLLossOptions& options) {
  require(call, options.eps > 0, "eps", options.eps, "above 0");
}
void check(const Frame& call, const MultiMarginLossOptions& options) {
  require(call, options.p == 1 || options.p == 2, "p", static_cast<double>(options.p), "1 or 2");
  require_number(call, "margin", options.margin);
}
void check_margin(const Frame& call, double margin) {
  require_number(call, "margin", margin);
}
void check(const Frame& call, const TripletMarginLossOptions& options) {
  require_number(call, "margin", options.margin);
  require(call, options.p > 0, "p", options.p, "above 0");
  require_number(call, "eps", options.eps);
}

}  // namespace detail

}  // namespace retrograd::nn
