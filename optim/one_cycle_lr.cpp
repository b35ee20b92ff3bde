#include <retrograd/optim/one_cycle_lr.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim::lr_scheduler {

Settings OneCycleLROptions::settings() {
  return {{"total_steps", &total_steps, Domain::positive_count},
          {"pct_start", &pct_start, Domain::up_to_one},
          {"div_factor", &div_factor, Domain::positive},
          {"final_div_factor", &final_div_factor, Domain::positive}};
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, OneCycleLROptions options, Where where)
    : LRScheduler(optimizer), options_(std::move(options)) {
  const Frame call(OneCycleLR::name(), where);
  for (const Setting& setting : options_.settings()) {
    detail::check_setting(call, setting);
  }
  const std::size_t groups = optimizer.group_count();
  max_lrs_ =
      options_.max_lr.checked(call.name(), "max_lr", Domain::not_negative, groups, call.where());
  if (options_.cycle_momentum) {
    for (std::size_t g = 0; g < groups; ++g) {
      check::require<ValueError>(
          call, optimizer.momentum(g).has_value(), {},
          "cycle_momentum needs an optimiser with momentum [momentum-missing]");
    }
    base_momenta_ = options_.base_momentum.checked(name(), "base_momentum", Domain::not_negative,
                                                   groups, call.where());
    max_momenta_ = options_.max_momentum.checked(name(), "max_momentum", Domain::not_negative,
                                                 groups, call.where());
  }
  std::vector<double> first;
  for (const double lr : max_lrs_) {
    first.push_back(lr / options_.div_factor);
  }
  set_base_lrs(std::move(first), call.where());
  start(call.where());
}

double OneCycleLR::level_at(const Frame& call, const Levels& levels, std::int64_t step) const {
  const auto total = static_cast<double>(options_.total_steps);
  check::require<ValueError>(call, step <= options_.total_steps, {},
                             "the cycle has {} steps, there is no step {} [schedule-ended]",
                             options_.total_steps, step);
  const double now = std::min(static_cast<double>(step), total - 1);
  const double up_end = options_.pct_start * total - 1;
  const double down_end = 2 * options_.pct_start * total - 2;  // of three phases
  const auto between = [&](double from, double to, double begin, double end) {
    const double part = end > begin ? (now - begin) / (end - begin) : 1;
    if (options_.anneal_strategy == Anneal::linear) {
      return (to - from) * part + from;
    }
    return to + (from - to) / 2 * (std::cos(std::numbers::pi * part) + 1);
  };
  if (now <= up_end) {
    return between(levels.first, levels.top, 0, up_end);
  }
  if (!options_.three_phase) {
    return between(levels.top, levels.last, up_end, total - 1);
  }
  if (now <= down_end) {
    return between(levels.top, levels.first, up_end, down_end);
  }
  return between(levels.first, levels.last, down_end, total - 1);
}

double OneCycleLR::lr_at(std::size_t group, std::int64_t step, Where where) const {
  const Frame call(name(), where);
  require_group(group, max_lrs_.size(), call.where());
  const double first = base_lr(group, call.where());
  return level_at(call, {first, max_lrs_[group], first / options_.final_div_factor}, step);
}

std::optional<double> OneCycleLR::momentum_at(std::size_t group, std::int64_t step,
                                              Where where) const {
  const Frame call(name(), where);
  if (!options_.cycle_momentum) {
    return {};
  }
  require_group(group, max_momenta_.size(), call.where());
  return level_at(call, {max_momenta_[group], base_momenta_[group], max_momenta_[group]}, step);
}

}  // namespace retrograd::optim::lr_scheduler
