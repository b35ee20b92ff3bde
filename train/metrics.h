/// @file
/// Metrics of classification that take batch after batch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::train {

/// Share of samples whose label is among the `k` classes of the highest scores.
///
/// @code
/// train::Accuracy accuracy;
/// for (auto& [images, labels] : testing) { accuracy.update(net(images), labels); }
/// run.metric("accuracy", accuracy.value());
/// @endcode
class RETROGRAD_API Accuracy {
 public:
  /// Constructs an accuracy without samples. Of equal scores, the first class is the highest.
  /// @throws ValueError if `k` is below 1
  explicit Accuracy(std::int64_t k = 1, Where where = {});

  /// Adds samples by their scores (N, C) or (N, C, ...), and labels (N) or (N, ...).
  /// @throws ShapeError if the shapes do not fit
  /// @throws DTypeError if scores are not floating, or labels not int64
  /// @throws IndexError if a label is no class
  void update(const Tensor& scores, const Tensor& labels, Where where = {});
  /// Returns the share, or NaN without samples.
  double value() const noexcept;
  /// Returns the number of samples.
  std::int64_t count() const noexcept { return count_; }
  /// Removes all samples.
  void reset() noexcept { count_ = right_ = 0; }

 private:
  std::int64_t k_;
  std::int64_t count_ = 0;
  std::int64_t right_ = 0;
};

/// The ways to take the mean of a metric over classes.
enum class Average {
  macro,    ///< Each class counts once.
  weighted  ///< Each class counts by the number of its samples.
};

/// Counts of samples by label and predicted class, and the metrics that follow from them.
///
/// A class that neither occurs nor is predicted has NaN as each metric, and does not count in
/// means. A ratio of 0 to 0 is 0 otherwise, as in scikit-learn.
class RETROGRAD_API ConfusionMatrix {
 public:
  /// Constructs a matrix without samples. Samples of the label `ignored` are not counted.
  /// @throws ValueError if `classes` is below 1
  explicit ConfusionMatrix(std::int64_t classes, std::optional<std::int64_t> ignored = {},
                           Where where = {});

  /// Adds samples by their scores (N, C) or (N, C, ...), or by their classes, as int64 of the
  /// labels' shape.
  /// @throws ShapeError if the shapes do not fit
  /// @throws DTypeError if an element type does not fit
  /// @throws IndexError if a label or prediction is no class; no sample is added then
  void update(const Tensor& predictions, const Tensor& labels, Where where = {});
  /// Removes all samples.
  void reset();

  /// Returns the counts (C, C): row `i`, column `j` has the samples of label `i` that were
  /// predicted as `j`.
  Tensor counts() const;
  /// Returns the share of samples that were predicted as their label, or NaN without samples.
  double accuracy() const;
  /// Returns, for each class, the share of right predictions among those of the class.
  std::vector<double> precision() const;
  /// Returns, for each class, the share of right predictions among its samples.
  std::vector<double> recall() const;
  /// Returns, for each class, the harmonic mean of precision and recall.
  std::vector<double> f1() const;
  /// Returns, for each class, the intersection of its samples and predictions over their union.
  std::vector<double> iou() const;
  /// Returns the mean of `f1()`.
  double mean_f1(Average average = Average::macro) const { return mean(f1(), average); }
  /// Returns the mean of `iou()`, the usual metric of segmentation.
  double mean_iou(Average average = Average::macro) const { return mean(iou(), average); }
  /// Returns the mean of a metric over the classes that occur or are predicted, or NaN.
  double mean(const std::vector<double>& values, Average average = Average::macro) const;

 private:
  struct Sums {
    double right, labelled, predicted;
  };
  Sums sums_of(std::int64_t label) const;
  template <class Ratio>
  std::vector<double> for_classes(Ratio ratio) const;

  std::int64_t classes_;
  std::optional<std::int64_t> ignored_;
  std::vector<std::int64_t> counts_;  // (C, C)
};

/// Area under the receiver operating characteristic: the probability that a positive sample has a
/// higher score than a negative one. Equal scores count one half.
///
/// It keeps all scores in float64.
class RETROGRAD_API AUROC {
 public:
  /// Constructs an area without samples.
  AUROC() = default;

  /// Adds samples by scores (N) with labels 0 and 1, or scores (N, C) with labels from 0 to C - 1.
  /// @throws ShapeError if the shapes do not fit, or the number of classes is not that of before
  /// @throws DTypeError if scores are not floating, or labels not int64
  /// @throws IndexError if a label is no class
  /// @throws ValueError if a score is NaN
  void update(const Tensor& scores, const Tensor& labels, Where where = {});
  /// Returns the area. For several classes, it is the mean over the areas of each class against all
  /// others. It is NaN if a class has no positive or negative samples.
  double value() const;
  /// Removes all samples.
  void reset();

 private:
  std::int64_t columns_ = 0;
  std::vector<double> scores_;  // (N, columns)
  std::vector<std::int64_t> labels_;
};

}  // namespace retrograd::train
