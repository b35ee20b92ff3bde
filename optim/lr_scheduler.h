/// @file
/// Learning rates that change from epoch to epoch, under PyTorch's names.
///
/// @code
/// optim::SGD optimizer(model.parameters(), {.lr = 0.1});
/// optim::lr_scheduler::StepLR scheduler(optimizer, {.step_size = 30});
/// for (...) { /* the optimiser's steps of an epoch */; scheduler.step(); }
/// @endcode
///
/// Making a scheduler sets the rates of epoch 0. The optimiser must outlive its schedulers.
///
/// Several schedulers on one optimiser compose as in PyTorch 2, in the order of their steps. A step
/// of a chainable scheduler changes the rate that it finds:
///
/// @code
/// ConstantLR warm_up(optimizer, {.factor = 0.1, .total_iters = 2});
/// ExponentialLR decay(optimizer, {.gamma = 0.9});
/// for (...) { ...; warm_up.step(); decay.step(); }
/// // times the first rate: 0.1, 0.09, 0.81, 0.729, ...
/// @endcode
///
/// - Chainable: StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR and
/// @code
/// CosineAnnealingLR. A rate set by hand is scaled on. A scheduler that finds the rate it set
/// itself computes the next one from the first rate, so nothing drifts. A scheduler whose factor
/// was 0 starts again from the first rate, because nothing is left to scale.
/// @endcode
/// - Closed form: CosineAnnealingWarmRestarts, OneCycleLR, LambdaLR, and classes derived from
/// @code
/// LRScheduler that do not override next_lr(). They set a function of the first rate and the
/// epoch, so changes of other schedulers and by hand last until their next step.
/// @endcode
///
/// Chainable schedulers also change groups that were added later. The others throw IndexError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/scheduler.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::optim::lr_scheduler {

/// One number for all groups, or one for each.
class RETROGRAD_API PerGroup {
 public:
  /// Constructs it from what the class and its options describe.
  PerGroup(double value) : values_{value} {}
  /// Constructs it from what the class and its options describe.
  PerGroup(std::vector<double> values) : values_(std::move(values)), one_for_all_(false) {}

  /// One for each of so many groups. Throws ValueError for another number of them, or one out of
  /// the domain.
  std::vector<double> checked(const char* owner, const char* name, Domain domain,
                              std::size_t groups, Where where) const;

 private:
  std::vector<double> values_;
  bool one_for_all_ = true;
};

/// A schedule that its options describe, with its name `Options::scheduler`. Options are chainable
/// if they have `factor_at(epoch)`, the factor of the first rate, or both `lr(base, epoch)` and
/// `next_lr(base, epoch, lr)`, the rate after the rate `lr`. Options with `lr(base, epoch)` alone
/// are a closed form. Throws ValueError for options out of range.
template <class Options>
class Schedule : public LRScheduler {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Schedule(Optimizer& optimizer, Options options = {}, Where where = {})
      : LRScheduler(optimizer), options_(std::move(options)) {
    const Frame call(Options::scheduler, where);
    for (const Setting& setting : options_.settings()) {
      check_setting(Options::scheduler, setting, call.where());
    }
    start(call.where());
  }

  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override {
    const double base = base_lr(group, where);
    if constexpr (kHasFactor) {
      return base * options_.factor_at(epoch);
    } else {
      return options_.lr(base, epoch);
    }
  }
  /// The rate at an epoch, from the rate at the epoch before.
  double next_lr(std::size_t group, std::int64_t epoch, double lr,
                 Where where = {}) const override {
    const double base = base_lr(group, where);
    const double own = epoch > 0 ? lr_at(group, epoch - 1, where) : base;
    if constexpr (kHasFactor) {
      const double before = epoch > 0 ? options_.factor_at(epoch - 1) : 1;
      if (lr != own && before != 0) {
        return lr * (options_.factor_at(epoch) / before);
      }
    } else if constexpr (requires { options_.next_lr(base, epoch, lr); }) {
      if (lr != own) {
        return options_.next_lr(base, epoch, lr);
      }
    }
    return lr_at(group, epoch, where);
  }
  /// The options.
  const Options& options() const noexcept { return options_; }

 protected:
  const char* name() const noexcept override { return Options::scheduler; }

 private:
  static constexpr bool kHasFactor = requires(const Options& options) { options.factor_at(0); };

  Options options_;
};

/// Times gamma every step_size epochs.
struct RETROGRAD_API StepLROptions {
  std::int64_t step_size = 0;                         ///< >= 1, to be given.
  double gamma = 0.1;                                 ///< >= 0.
  static constexpr const char* scheduler = "StepLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that StepLROptions describes.
using StepLR = Schedule<StepLROptions>;

/// Times gamma at each of the milestones, which may be in any order.
struct RETROGRAD_API MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};               ///< >= 0, to be given.
  double gamma = 0.1;                                      ///< >= 0.
  static constexpr const char* scheduler = "MultiStepLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that MultiStepLROptions describes.
using MultiStepLR = Schedule<MultiStepLROptions>;

/// Times factor before epoch total_iters.
struct RETROGRAD_API ConstantLROptions {
  double factor = 1.0 / 3;                                ///< In [0, 1].
  std::int64_t total_iters = 5;                           ///< >= 0.
  static constexpr const char* scheduler = "ConstantLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that ConstantLROptions describes.
using ConstantLR = Schedule<ConstantLROptions>;

/// Times a factor that goes evenly from start_factor to end_factor in total_iters epochs, and
/// stays.
struct RETROGRAD_API LinearLROptions {
  double start_factor = 1.0 / 3;                        ///< In [0, 1].
  double end_factor = 1;                                ///< In [0, 1].
  std::int64_t total_iters = 5;                         ///< >= 1.
  static constexpr const char* scheduler = "LinearLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that LinearLROptions describes.
using LinearLR = Schedule<LinearLROptions>;

/// Times gamma every epoch.
struct RETROGRAD_API ExponentialLROptions {
  double gamma = -1;                                         ///< >= 0, to be given.
  static constexpr const char* scheduler = "ExponentialLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that ExponentialLROptions describes.
using ExponentialLR = Schedule<ExponentialLROptions>;

/// Times (1 - epoch / total_iters)^power, then 0.
struct RETROGRAD_API PolynomialLROptions {
  std::int64_t total_iters = 5;                             ///< >= 1.
  double power = 1;                                         ///< >= 0.
  static constexpr const char* scheduler = "PolynomialLR";  ///< The schedule's name in messages.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// The factor of the first rate at an epoch.
  double factor_at(std::int64_t epoch) const;
};
/// The schedule that PolynomialLROptions describes.
using PolynomialLR = Schedule<PolynomialLROptions>;

/// Half a cosine from the rate at first down to eta_min at epoch T_max; then up again, and so on
/// (Loshchilov and Hutter, 2017). Chained, the distance of the rate found from eta_min shrinks by
/// the same factors.
struct RETROGRAD_API CosineAnnealingLROptions {
  std::int64_t T_max = 0;  ///< >= 1, to be given.
  double eta_min = 0;      ///< >= 0.
  /// The schedule's name in messages.
  static constexpr const char* scheduler = "CosineAnnealingLR";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Learning rate.
  double lr(double base, std::int64_t epoch) const;
  /// The rate at an epoch, from the rate at the epoch before.
  double next_lr(double base, std::int64_t epoch, double lr) const;
};
/// The schedule that CosineAnnealingLROptions describes.
using CosineAnnealingLR = Schedule<CosineAnnealingLROptions>;

/// The same, but begun anew after T_0 epochs, then after T_0 T_mult, T_0 T_mult^2, ...
struct RETROGRAD_API CosineAnnealingWarmRestartsOptions {
  std::int64_t T_0 = 0;     ///< >= 1, to be given.
  std::int64_t T_mult = 1;  ///< >= 1.
  double eta_min = 0;       ///< >= 0.
  /// The schedule's name in messages.
  static constexpr const char* scheduler = "CosineAnnealingWarmRestarts";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Learning rate.
  double lr(double base, std::int64_t epoch) const;
};
/// The schedule that CosineAnnealingWarmRestartsOptions describes.
using CosineAnnealingWarmRestarts = Schedule<CosineAnnealingWarmRestartsOptions>;

/// Times a function of the epoch.
class RETROGRAD_API LambdaLR : public LRScheduler {
 public:
  /// The factor of the first rate at an epoch.
  using Factor = std::function<double(std::int64_t epoch)>;

  /// One for all groups, or one for each. Throws ValueError for another number of them, or an empty
  /// one.
  LambdaLR(Optimizer& optimizer, Factor factor, Where where = {});
  /// One for all groups, or one for each. Throws ValueError for another number of them, or an empty
  /// one.
  LambdaLR(Optimizer& optimizer, std::vector<Factor> factors, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "LambdaLR"; }

 private:
  std::vector<Factor> factors_;
};

/// One schedule until the first milestone, the next until the second, and so on; each counts its
/// epochs from its own beginning, where it starts from the first rate, as in PyTorch. For a
/// warm-up:
/// @code
/// SequentialLR(optimizer, {std::make_shared<LinearLR>(optimizer),
///                          std::make_shared<CosineAnnealingLR>(optimizer, ...)}, {5})
/// @endcode
class RETROGRAD_API SequentialLR : public LRScheduler {
 public:
  /// Throws ValueError for a schedule of another optimiser, and for milestones that do not ascend
  /// or are not one less than the schedules.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<std::int64_t> milestones, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;
  std::optional<double> momentum_at(std::size_t group, std::int64_t epoch,
                                    Where where = {}) const override;
  /// The rate at an epoch, from the rate at the epoch before.
  double next_lr(std::size_t group, std::int64_t epoch, double lr, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "SequentialLR"; }
  std::vector<LRScheduler*> parts() const override;
  void plan_step(Rates& rates, std::vector<Move>& moves, Where where) override;

 private:
  std::pair<LRScheduler*, std::int64_t> part_at(std::int64_t epoch) const;

  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<std::int64_t> milestones_;
};

/// Steps several schedulers of one optimiser together, in their order:
/// @code
/// ChainedScheduler({std::make_shared<ConstantLR>(optimizer),
///                   std::make_shared<ExponentialLR>(optimizer, ...)})
/// @endcode
class RETROGRAD_API ChainedScheduler : public LRScheduler {
 public:
  /// Throws ValueError for no scheduler, one of another optimiser, and one that is there twice, be
  /// it as a part of another.
  explicit ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers, Where where = {});
  /// The rate after so many steps of new schedulers, which are computed one by one.
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;
  /// The last of the schedulers that changes momentum decides.
  std::optional<double> momentum_at(std::size_t group, std::int64_t epoch,
                                    Where where = {}) const override;
  /// The rate at an epoch, from the rate at the epoch before.
  double next_lr(std::size_t group, std::int64_t epoch, double lr, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "ChainedScheduler"; }
  std::vector<LRScheduler*> parts() const override;
  void plan_step(Rates& rates, std::vector<Move>& moves, Where where) override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

}  // namespace retrograd::optim::lr_scheduler
