// Learning rates that change from epoch to epoch, under PyTorch's names.
//
//   optim::SGD optimizer(model.parameters(), {.lr = 0.1});
//   optim::lr_scheduler::StepLR scheduler(optimizer, {.step_size = 30});
//   for (...) { /* the optimiser's steps of an epoch */; scheduler.step(); }
//
// Making a scheduler sets the rates of epoch 0. Each epoch's rate is a function of the rate that
// the optimiser had at first, not of the last epoch's: nothing drifts, and a rate set by hand
// lasts until the next step. The optimiser must outlive its schedulers.
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

namespace retrograd::optim::lr_scheduler {

// One number for all groups, or one for each.
class RETROGRAD_API PerGroup {
 public:
  PerGroup(double value) : values_{value} {}
  PerGroup(std::vector<double> values) : values_(std::move(values)), one_for_all_(false) {}

  // One for each of so many groups. Throws ValueError for another number of them, or one out of
  // the domain.
  std::vector<double> checked(const char* owner, const char* name, Domain domain,
                              std::size_t groups, Where where) const;

 private:
  std::vector<double> values_;
  bool one_for_all_ = true;
};

// A schedule that its options describe: they have a name, `Options::scheduler`, list their settings
// and give the rate at an epoch. Throws ValueError for options out of range.
template <class Options>
class Schedule : public LRScheduler {
 public:
  explicit Schedule(Optimizer& optimizer, Options options = {}, Where where = {})
      : LRScheduler(optimizer), options_(std::move(options)) {
    for (const Setting& setting : options_.settings()) {
      check_setting(Options::scheduler, setting, where);
    }
    go_to(0, where);
  }

  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override {
    return options_.lr(base_lr(group, where), epoch);
  }
  const Options& options() const noexcept { return options_; }

 protected:
  const char* name() const noexcept override { return Options::scheduler; }

 private:
  Options options_;
};

// Times gamma every step_size epochs.
struct RETROGRAD_API StepLROptions {
  std::int64_t step_size = 0;  // >= 1, to be given
  double gamma = 0.1;          // >= 0
  static constexpr const char* scheduler = "StepLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using StepLR = Schedule<StepLROptions>;

// Times gamma at each of the milestones, which may be in any order.
struct RETROGRAD_API MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  // >= 0, to be given
  double gamma = 0.1;                         // >= 0
  static constexpr const char* scheduler = "MultiStepLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using MultiStepLR = Schedule<MultiStepLROptions>;

// Times factor before epoch total_iters.
struct RETROGRAD_API ConstantLROptions {
  double factor = 1.0 / 3;       // in [0, 1]
  std::int64_t total_iters = 5;  // >= 0
  static constexpr const char* scheduler = "ConstantLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using ConstantLR = Schedule<ConstantLROptions>;

// Times a factor that goes evenly from start_factor to end_factor in total_iters epochs, and stays.
struct RETROGRAD_API LinearLROptions {
  double start_factor = 1.0 / 3;  // in [0, 1]
  double end_factor = 1;          // in [0, 1]
  std::int64_t total_iters = 5;   // >= 1
  static constexpr const char* scheduler = "LinearLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using LinearLR = Schedule<LinearLROptions>;

// Times gamma every epoch.
struct RETROGRAD_API ExponentialLROptions {
  double gamma = -1;  // >= 0, to be given
  static constexpr const char* scheduler = "ExponentialLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using ExponentialLR = Schedule<ExponentialLROptions>;

// Times (1 - epoch / total_iters)^power, then 0.
struct RETROGRAD_API PolynomialLROptions {
  std::int64_t total_iters = 5;  // >= 1
  double power = 1;              // >= 0
  static constexpr const char* scheduler = "PolynomialLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using PolynomialLR = Schedule<PolynomialLROptions>;

// Half a cosine from the rate at first down to eta_min at epoch T_max; then up again, and so on
// (Loshchilov and Hutter, 2017).
struct RETROGRAD_API CosineAnnealingLROptions {
  std::int64_t T_max = 0;  // >= 1, to be given
  double eta_min = 0;      // >= 0
  static constexpr const char* scheduler = "CosineAnnealingLR";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using CosineAnnealingLR = Schedule<CosineAnnealingLROptions>;

// The same, but begun anew after T_0 epochs, then after T_0 T_mult, T_0 T_mult^2, ...
struct RETROGRAD_API CosineAnnealingWarmRestartsOptions {
  std::int64_t T_0 = 0;     // >= 1, to be given
  std::int64_t T_mult = 1;  // >= 1
  double eta_min = 0;       // >= 0
  static constexpr const char* scheduler = "CosineAnnealingWarmRestarts";
  Settings settings();
  double lr(double base, std::int64_t epoch) const;
};
using CosineAnnealingWarmRestarts = Schedule<CosineAnnealingWarmRestartsOptions>;

// Times a function of the epoch.
class RETROGRAD_API LambdaLR : public LRScheduler {
 public:
  using Factor = std::function<double(std::int64_t epoch)>;

  // One for all groups, or one for each. Throws ValueError for another number of them, or an empty
  // one.
  LambdaLR(Optimizer& optimizer, Factor factor, Where where = {});
  LambdaLR(Optimizer& optimizer, std::vector<Factor> factors, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "LambdaLR"; }

 private:
  std::vector<Factor> factors_;
};

// One schedule until the first milestone, the next until the second, and so on; each counts its
// epochs from its own beginning. For a warm-up:
//   SequentialLR(optimizer, {std::make_shared<LinearLR>(optimizer),
//                            std::make_shared<CosineAnnealingLR>(optimizer, ...)}, {5})
class RETROGRAD_API SequentialLR : public LRScheduler {
 public:
  // Throws ValueError for a schedule of another optimiser, and for milestones that do not ascend
  // or are not one less than the schedules.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<std::int64_t> milestones, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;
  std::optional<double> momentum_at(std::size_t group, std::int64_t epoch,
                                    Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "SequentialLR"; }
  std::vector<LRScheduler*> parts() const override;

 private:
  std::pair<const LRScheduler*, std::int64_t> part_at(std::int64_t epoch) const;

  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<std::int64_t> milestones_;
};

}  // namespace retrograd::optim::lr_scheduler
