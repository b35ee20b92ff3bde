/// @file
/// One cycle of the learning rate, up and down, with momentum the other way round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::optim::lr_scheduler {

/// The form of a fall.
enum class Anneal {
  /// Cosine, in radians.
  cos,
  linear
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API OneCycleLROptions {
  PerGroup max_lr = -1.0;                ///< >= 0, to be given.
  std::int64_t total_steps = 0;          ///< >= 1, to be given.
  double pct_start = 0.3;                ///< Part of the steps that go up, in [0, 1].
  Anneal anneal_strategy = Anneal::cos;  ///< The form of the fall: cosine or linear.
  bool cycle_momentum = true;            ///< The option `momentum`, or the first of `betas`.
  PerGroup base_momentum = 0.85;         ///< At the highest rate.
  PerGroup max_momentum = 0.95;          ///< At both ends.
  double div_factor = 25;                ///< The first rate is max_lr / div_factor.
  double final_div_factor = 1e4;         ///< The last is the first / final_div_factor.
  bool three_phase = false;  ///< Back to the first rate as fast as up, then to the last.

  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
};

/// PyTorch's OneCycleLR (Smith and Topin, 2018), to be stepped after every batch. It sets rates and
/// momenta whatever the optimiser has. Its first rate
/// becomes the one that later schedules start from.
class RETROGRAD_API OneCycleLR : public LRScheduler {
 public:
  /// Throws ValueError for options out of range, and for an optimiser without momentum if that is
  /// to be cycled.
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options, Where where = {});

  /// Step total_steps is like the last one, total_steps - 1. Throw ValueError for later ones.
  double lr_at(std::size_t group, std::int64_t step, Where where = {}) const override;
  std::optional<double> momentum_at(std::size_t group, std::int64_t step,
                                    Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "OneCycleLR"; }

 private:
  // Three numbers: at the beginning, at the top and at the end of the cycle.
  struct Levels {
    double first, top, last;
  };
  double level_at(const Frame& call, const Levels& levels, std::int64_t step) const;

  OneCycleLROptions options_;
  std::vector<double> max_lrs_;
  std::vector<double> base_momenta_;
  std::vector<double> max_momenta_;
};

}  // namespace retrograd::optim::lr_scheduler
