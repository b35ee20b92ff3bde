/// @file
/// The usual training loop as a function. It is composed of `Run`, optimisers and metrics; loops
/// written by hand can do all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/train/run.h>

namespace retrograd::train {

/// A metric that `fit()` updates with each batch of the validation data.
struct FitMetric {
  std::string name;  ///< Name in logs.
  /// Function that adds a batch.
  std::function<void(const Tensor& output, const Tensor& targets)> update;
  std::function<double()> value;  ///< Function that returns the value.
  std::function<void()> reset;    ///< Function that removes all samples.
};

/// Returns the metric of an object such as `Accuracy`, which must outlive it.
template <class Metric>
FitMetric metric_of(std::string name, Metric& metric) {
  return {
      std::move(name),
      [&metric](const Tensor& output, const Tensor& targets) { metric.update(output, targets); },
      [&metric] { return metric.value(); }, [&metric] { metric.reset(); }};
}

/// State of a fit after an epoch.
struct FitEpoch {
  std::int64_t epoch;                                   ///< Number of the epoch, from 1.
  std::int64_t steps;                                   ///< Number of steps so far.
  double loss;                                          ///< Mean loss of the epoch's steps.
  std::vector<std::pair<std::string, double>> metrics;  ///< Validation loss and metrics, by name.
};

/// Options of `fit()`, beside those of its run.
struct FitOptions {
  std::string folder = {};  ///< Folder of the run.
  RunOptions run = {};  ///< Optimiser, epochs and more; `model` and `loader` are set by `fit()`.
  /// Loss of a batch; empty for `cross_entropy`.
  std::function<Tensor(const Tensor& output, const Tensor& targets)> loss = {};
  /// Data on which the model is validated after each epoch, with the averages if there are any.
  DataLoader* validation = nullptr;
  /// Metrics of the validation. The first decides which state is the best; without any, the
  /// validation loss does.
  std::vector<FitMetric> metrics = {};
  std::int64_t accumulate = 1;  ///< Number of batches whose gradients are added in a step.
  double clip_norm = 0;         ///< Largest norm of all gradients together; 0 for any.
  bool autocast = false;        ///< Computes products and convolutions in bfloat16 when true.
  std::int64_t patience = 0;    ///< Epochs without improvement after which it stops; 0 never stops.
  /// Function that is called after each step with the number of steps and the loss.
  std::function<void(std::int64_t step, double loss)> on_step = {};
  /// Function that is called after each epoch; it returns false to stop.
  std::function<bool(const FitEpoch& epoch)> on_epoch = {};
};

/// Result of a fit.
struct FitReport {
  std::int64_t epochs = 0;     ///< Number of finished epochs.
  std::int64_t steps = 0;      ///< Number of steps.
  std::optional<double> best;  ///< Best value of the deciding metric.
  bool stopped = false;        ///< Whether a signal, `patience` or `on_epoch` ended it early.
};

/// Trains a model, or continues the run of the folder.
///
/// @code
/// train::Accuracy accuracy;
/// train::fit(net, loader, {.folder = "runs/a", .run = {.optimizer = &opt, .epochs = 20},
///                          .validation = &testing,
///                          .metrics = {train::metric_of("accuracy", accuracy)}, .patience = 3});
/// @endcode
/// @throws ValueError if an option is out of range or there is no optimiser
/// @throws IoError as the constructor of `Run` does
RETROGRAD_API FitReport fit(nn::Module& model, DataLoader& data, FitOptions options,
                            Where where = {});

}  // namespace retrograd::train
