#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/train/detail/check_scores.h>
#include <retrograd/train/metrics.h>

namespace retrograd::train {

namespace {

using std::int64_t;

std::size_t at(int64_t i) {
  return static_cast<std::size_t>(i);
}

// The area for one column of scores: from the sum of the ranks of the positive samples, in which
// equal scores have their mean rank.
template <class Score, class Positive>
double area(int64_t count, Score score, Positive is_positive) {
  std::vector<int64_t> order(at(count));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return score(a) < score(b); });
  double positives = 0;
  double ranks = 0;
  for (int64_t begin = 0, end = 0; begin < count; begin = end) {
    double here = 0;
    for (end = begin; end < count && score(order[at(end)]) == score(order[at(begin)]); ++end) {
      here += is_positive(order[at(end)]) ? 1 : 0;
    }
    positives += here;
    ranks += here * (static_cast<double>(begin + end - 1) / 2 + 1);
  }
  const double negatives = static_cast<double>(count) - positives;
  if (positives == 0 || negatives == 0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

}  // namespace

void AUROC::update(const Tensor& scores, const Tensor& labels, Where where) {
  const Frame call("AUROC::update", where);
  const NoGradGuard unrecorded;
  detail::check_dtypes(call, scores, labels);
  const int64_t columns = scores.dim() == 2 ? scores.size(1) : 1;
  check::require<ShapeError>(call,
                             (scores.dim() == 1 || scores.dim() == 2) && labels.dim() == 1 &&
                                 labels.size(0) == scores.size(0),
                             {{"scores", scores}, {"labels", labels}},
                             "scores (N) or (N, C) need labels (N) [shapes-differ]");
  check::require<ShapeError>(call, columns >= 1 && (columns_ == 0 || columns == columns_),
                             {{"scores", scores}},
                             "the scores before had {} columns [shapes-differ]", columns_);
  const auto values = scores.detach().to(float64).to_vector<double>();
  const auto expected = labels.to_vector<int64_t>();
  const int64_t classes = columns == 1 ? 2 : columns;
  for (const int64_t label : expected) {
    detail::require_class(call, "label", label, classes);
  }
  for (const double value : values) {
    check::require<ValueError>(call, !std::isnan(value), {{"scores", scores}},
                               "a score is NaN [value-out-of-range]");
  }
  columns_ = columns;
  scores_.insert(scores_.end(), values.begin(), values.end());
  labels_.insert(labels_.end(), expected.begin(), expected.end());
}

double AUROC::value() const {
  const auto count = static_cast<int64_t>(labels_.size());
  double total = 0;
  for (int64_t column = 0; column < columns_; ++column) {
    const int64_t positive = columns_ == 1 ? 1 : column;
    total += area(
        count, [&](int64_t i) { return scores_[at(i * columns_ + column)]; },
        [&](int64_t i) { return labels_[at(i)] == positive; });
  }
  return total / static_cast<double>(columns_);
}

void AUROC::reset() {
  columns_ = 0;
  scores_.clear();
  labels_.clear();
}

}  // namespace retrograd::train
