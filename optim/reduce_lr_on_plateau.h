/// @file
/// A learning rate that falls when a quantity stops improving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::optim::lr_scheduler {

/// Whether smaller or larger values are better.
enum class Better { min, max };
/// Whether the threshold is a factor or a difference.
enum class Threshold {
  rel,
  /// The absolute value.
  abs
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API ReduceLROnPlateauOptions {
  Better mode = Better::min;   ///< Which of the ways to do it. Whether less or more is better.
  double factor = 0.1;         ///< In [0, 1).
  std::int64_t patience = 10;  ///< Epochs without improvement that are waited for, >= 0.
  double threshold = 1e-4;     ///< What counts as an improvement, >= 0.
  Threshold threshold_mode = Threshold::rel;  ///< Times the best so far, or absolute.
  std::int64_t cooldown = 0;                  ///< Epochs after a reduction that do not count, >= 0.
  PerGroup min_lr = 0.0;                      ///< >= 0.
  double eps = 1e-8;                          ///< Smaller reductions are left out, >= 0.

  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
};

/// PyTorch's ReduceLROnPlateau. It scales the rates that it finds, and so composes with chainable
/// schedulers.
class RETROGRAD_API ReduceLROnPlateau {
 public:
  /// Throws ValueError for options out of range.
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {},
                             Where where = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  /// After every epoch, with the quantity that is watched. NaN is no improvement. Throws ValueError
  /// when groups were added to the optimiser.
  void step(double metric, Where where = {});
  /// The epoch that the rates belong to, from 0.
  std::int64_t last_epoch() const noexcept { return static_cast<std::int64_t>(state_.last_epoch); }
  /// The rates that the last step set, by group.
  std::vector<double> last_lr(Where where = {}) const;

  /// The rates themselves are in the optimiser's state dict.
  StateDict state_dict();
  /// Takes over what state_dict() gave. Throws ValueError for what does not fit.
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
