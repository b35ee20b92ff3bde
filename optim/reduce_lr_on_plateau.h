/// @file
/// A learning rate that decreases when a metric stops improving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::optim::lr_scheduler {

/// The direction in which a metric improves: to smaller or to larger values.
enum class Better { min, max };
/// The meaning of the threshold.
enum class Threshold {
  /// A share of the best value.
  rel,
  /// A difference from the best value.
  abs
};

/// Options of `ReduceLROnPlateau`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API ReduceLROnPlateauOptions {
  Better mode = Better::min;   ///< Direction of improvement.
  double factor = 0.1;         ///< Factor of the rates at each reduction, in [0, 1).
  std::int64_t patience = 10;  ///< Epochs without improvement that cause no reduction, >= 0.
  double threshold = 1e-4;     ///< Margin that an improvement must exceed, >= 0.
  Threshold threshold_mode = Threshold::rel;  ///< Meaning of `threshold`.
  std::int64_t cooldown = 0;  ///< Epochs after a reduction that are not counted, >= 0.
  PerGroup min_lr = 0.0;      ///< Smallest learning rates, >= 0.
  double eps = 1e-8;          ///< Largest reduction that is omitted, >= 0.

  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
};

/// A scheduler that multiplies the learning rates by `factor` when a metric stops improving, as
/// PyTorch's `ReduceLROnPlateau`.
///
/// The scheduler scales the present rates, and so composes with chainable schedulers.
///
/// @code
/// optim::lr_scheduler::ReduceLROnPlateau scheduler(optimizer, {.patience = 3});
/// for (...) { /* an epoch */; scheduler.step(validation_loss); }
/// @endcode
class RETROGRAD_API ReduceLROnPlateau {
 public:
  /// Constructs a scheduler of all groups of `optimizer`, which must outlive it.
  ///
  /// @throws ValueError if an option is out of range, or `min_lr` has another number of values than
  ///   there are groups.
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {},
                             Where where = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  /// Counts an epoch with this value of the metric.
  ///
  /// The rates are reduced after more than `patience` epochs without improvement. NaN is no
  /// improvement.
  ///
  /// @throws ValueError if groups were added to the optimiser.
  void step(double metric, Where where = {});
  /// Returns the number of epochs counted.
  std::int64_t last_epoch() const noexcept { return static_cast<std::int64_t>(state_.last_epoch); }
  /// Returns the present rates of the optimiser, by group.
  std::vector<double> last_lr(Where where = {}) const;

  /// Returns the counters and the best value. The state dict of the optimiser has the rates.
  StateDict state_dict();
  /// Replaces the counters and the best value by those in `state`.
  ///
  /// @throws ValueError if a name is missing or unknown, or a count is negative. The counters are
  ///   unchanged after an error.
  void load_state_dict(const StateDict& state, Where where = {});

 private:
  struct State {
    double last_epoch = 0;
    double best;
    double num_bad_epochs = 0;
    double cooldown_counter = 0;
  };
  static std::vector<std::pair<const char*, double*>> entries(State& state);
  bool is_better(double metric) const;

  Optimizer* optimizer_;
  ReduceLROnPlateauOptions options_;
  std::vector<double> min_lrs_;
  State state_;
};

}  // namespace retrograd::optim::lr_scheduler
