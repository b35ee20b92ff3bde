#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/train/detail/check_scores.h>
#include <retrograd/train/metrics.h>

namespace retrograd::train {

namespace {

using std::int64_t;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Tensor plain(const Tensor& x, DType dtype) {
  return x.detach().to(dtype).contiguous();
}

std::size_t at(int64_t i) {
  return static_cast<std::size_t>(i);
}

// Scores (N, C, ...) for labels (N, ...), or throws.
void check_scores(const Frame& call, const Tensor& scores, const Tensor& labels) {
  detail::check_dtypes(call, scores, labels);
  Shape without_classes;
  for (int64_t d = 0; d < scores.dim(); ++d) {
    if (d != 1) {
      without_classes.push_back(scores.size(d));
    }
  }
  check::require<ShapeError>(call, scores.dim() >= 2 && without_classes == labels.shape(),
                             {{"scores", scores}, {"labels", labels}},
                             "scores (N, C, ...) need labels (N, ...) [shapes-differ]");
}

// Whether fewer than k classes are before the label: of a higher score, or an equal one and first.
// Scores are `stride` elements apart.
bool is_among_first(const double* scores, int64_t classes, int64_t stride, int64_t label,
                    int64_t k) {
  const double own = scores[label * stride];
  int64_t before = 0;
  for (int64_t c = 0; c < classes; ++c) {
    const double other = scores[c * stride];
    before += !(other < own) && !(other == own && c >= label) ? 1 : 0;  // NaN is before all
  }
  return before < k;
}

}  // namespace

namespace detail {

void check_dtypes(const Frame& call, const Tensor& scores, const Tensor& labels) {
  check::require<DTypeError>(call, is_floating(scores.dtype()) && labels.dtype() == int64,
                             {{"scores", scores}, {"labels", labels}},
                             "scores must be floating and labels int64 [dtype-unexpected]");
}

void require_class(const Frame& call, const char* what, int64_t index, int64_t classes) {
  check::require<IndexError>(call, index >= 0 && index < classes, {},
                             "a {} is {}, and there are {} classes [index-out-of-range]", what,
                             index, classes);
}

}  // namespace detail

Accuracy::Accuracy(int64_t k, Where where) : k_(k) {
  const Frame call("Accuracy", where);
  check::require<ValueError>(call, k >= 1, {}, "k must be at least 1, not {} [value-out-of-range]",
                             k);
}

void Accuracy::update(const Tensor& scores, const Tensor& labels, Where where) {
  const Frame call("Accuracy::update", where);
  const NoGradGuard unrecorded;
  check_scores(call, scores, labels);
  const Tensor values = plain(scores, float64);
  const Tensor classes_of = plain(labels, int64);
  const int64_t count = labels.numel();
  const int64_t classes = scores.size(1);
  const int64_t inner = scores.size(0) == 0 ? 0 : count / scores.size(0);
  const int64_t* const label = classes_of.data<int64_t>();
  for (int64_t i = 0; i < count; ++i) {
    detail::require_class(call, "label", label[i], classes);
  }
  for (int64_t i = 0; i < count; ++i) {
    const double* const of_sample = values.data<double>() + i / inner * classes * inner + i % inner;
    right_ += is_among_first(of_sample, classes, inner, label[i], k_) ? 1 : 0;
  }
  count_ += count;
}

double Accuracy::value() const noexcept {
  return count_ == 0 ? kNaN : static_cast<double>(right_) / static_cast<double>(count_);
}

ConfusionMatrix::ConfusionMatrix(int64_t classes, std::optional<int64_t> ignored, Where where)
    : classes_(classes), ignored_(ignored) {
  const Frame call("ConfusionMatrix", where);
  check::require<ValueError>(call, classes >= 1, {},
                             "there must be at least 1 class, not {} [value-out-of-range]",
                             classes);
  reset();
}

void ConfusionMatrix::reset() {
  counts_.assign(at(classes_ * classes_), 0);
}

void ConfusionMatrix::update(const Tensor& predictions, const Tensor& labels, Where where) {
  const Frame call("ConfusionMatrix::update", where);
  const NoGradGuard unrecorded;
  Tensor predicted = predictions;
  if (predictions.dtype() == int64) {
    check::require<DTypeError>(call, labels.dtype() == int64, {{"labels", labels}},
                               "labels must be int64 [dtype-unexpected]");
    check::require<ShapeError>(call, predictions.shape() == labels.shape(),
                               {{"predictions", predictions}, {"labels", labels}},
                               "predictions and labels need one shape [shapes-differ]");
  } else {
    check_scores(call, predictions, labels);
    predicted = labels.numel() == 0 ? labels : argmax(predictions.detach(), 1);
  }
  predicted = plain(predicted, int64);
  const Tensor expected = plain(labels, int64);
  const int64_t* const label = expected.data<int64_t>();
  const int64_t* const guess = predicted.data<int64_t>();
  const auto counts = [&](int64_t i) { return !ignored_ || label[i] != *ignored_; };
  for (int64_t i = 0; i < expected.numel(); ++i) {
    if (counts(i)) {
      detail::require_class(call, "label", label[i], classes_);
      detail::require_class(call, "prediction", guess[i], classes_);
    }
  }
  for (int64_t i = 0; i < expected.numel(); ++i) {
    if (counts(i)) {
      ++counts_[at(label[i] * classes_ + guess[i])];
    }
  }
}

Tensor ConfusionMatrix::counts() const {
  return view_of(tensor(counts_), {classes_, classes_}, {classes_, 1}, 0);
}

ConfusionMatrix::Sums ConfusionMatrix::sums_of(int64_t label) const {
  Sums sums = {static_cast<double>(counts_[at(label * classes_ + label)]), 0, 0};
  for (int64_t i = 0; i < classes_; ++i) {
    sums.labelled += static_cast<double>(counts_[at(label * classes_ + i)]);
    sums.predicted += static_cast<double>(counts_[at(i * classes_ + label)]);
  }
  return sums;
}

double ConfusionMatrix::accuracy() const {
  double right = 0;
  double all = 0;
  for (int64_t i = 0; i < classes_; ++i) {
    const Sums sums = sums_of(i);
    right += sums.right;
    all += sums.labelled;
  }
  return right / all;
}

// The ratio of each class that occurs or is predicted: `ratio` gives dividend and divisor.
template <class Ratio>
std::vector<double> ConfusionMatrix::for_classes(Ratio ratio) const {
  std::vector<double> values;
  for (int64_t i = 0; i < classes_; ++i) {
    const Sums sums = sums_of(i);
    const double divisor = ratio(sums);
    const bool is_there = sums.labelled + sums.predicted > 0;
    values.push_back(!is_there ? kNaN : divisor == 0 ? 0 : sums.right / divisor);
  }
  return values;
}

std::vector<double> ConfusionMatrix::precision() const {
  return for_classes([](const Sums& sums) { return sums.predicted; });
}
std::vector<double> ConfusionMatrix::recall() const {
  return for_classes([](const Sums& sums) { return sums.labelled; });
}
std::vector<double> ConfusionMatrix::f1() const {
  return for_classes([](const Sums& sums) { return (sums.labelled + sums.predicted) / 2; });
}
std::vector<double> ConfusionMatrix::iou() const {
  return for_classes([](const Sums& sums) { return sums.labelled + sums.predicted - sums.right; });
}

double ConfusionMatrix::mean(const std::vector<double>& values, Average average) const {
  double total = 0;
  double weights = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) {
      const double weight =
          average == Average::macro ? 1 : sums_of(static_cast<int64_t>(i)).labelled;
      total += weight * values[i];
      weights += weight;
    }
  }
  return total / weights;
}

}  // namespace retrograd::train
