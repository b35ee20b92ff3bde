#include <retrograd/autograd/anomaly.h>

#include <cmath>

#include <retrograd/autograd/detail/finite.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

bool anomaly_detection_enabled() noexcept {
  return detail::record_mode().detect_anomaly;
}

DetectAnomalyGuard::DetectAnomalyGuard(bool enabled) noexcept
    : previous_(anomaly_detection_enabled()) {
  detail::set_detect_anomaly(enabled);
}

DetectAnomalyGuard::~DetectAnomalyGuard() {
  detail::set_detect_anomaly(previous_);
}

namespace detail {

std::optional<Dims> first_not_finite(const Tensor& tensor) {
  std::optional<Dims> found;
  if (!tensor.defined() || !is_floating(tensor.dtype())) {
    return found;
  }
  std::int64_t number = 0;
  std::int64_t first = -1;
  for_floating(tensor.dtype(), [&]<class T>() {
    for_each_element(tensor.shape(), tensor.strides(), [&](std::int64_t offset) {
      if (first < 0 && !std::isfinite(static_cast<double>(tensor.raw<T>()[offset]))) {
        first = number;
      }
      ++number;
    });
  });
  if (first >= 0) {
    found = Dims::filled(tensor.shape().size(), 0);
    for (std::size_t d = tensor.shape().size(); d-- > 0;) {
      (*found)[d] = first % tensor.shape()[d];
      first /= tensor.shape()[d];
    }
  }
  return found;
}

void require_finite(const char* op, Where where, const char* what, const Tensor& made) {
  if (const auto index = first_not_finite(made)) {
    const char* const value = std::isnan(made.at(*index)) ? "nan" : "an infinity";
    check::refuse<GraphError>({op, where}, {{"result", made}}, "{} {} at {} [not-finite]", what,
                              value, *index);
  }
}

void detect_anomaly(const Record& record) {
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    if (first_not_finite(record.inputs[i])) {
      return;  // it was made elsewhere, or given
    }
  }
  require_finite(record.op, record.where, "made", record.output);
}

}  // namespace detail

}  // namespace retrograd
