#include <retrograd/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::optim::lr_scheduler {

using retrograd::detail::formatted;

std::vector<double> PerGroup::checked(const char* owner, const char* name, Domain domain,
                                      std::size_t groups, Where where) const {
  const Frame call(owner, where);
  std::vector<double> all = one_for_all_ ? std::vector<double>(groups, values_[0]) : values_;
  check::require<ValueError>(call, all.size() == groups, {},
                             "{} has {} values for {} groups [count-mismatch]", name, all.size(),
                             groups);
  for (double& value : all) {
    detail::check_setting(call, {name, &value, domain});
  }
  return all;
}

namespace {

// From `top` at 0 down to `bottom` at 1, along half a cosine.
double cosine(double top, double bottom, double part) {
  return bottom + (top - bottom) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

}  // namespace

Settings StepLROptions::settings() {
  return {{"step_size", &step_size, Domain::positive_count},
          {"gamma", &gamma, Domain::not_negative}};
}
double StepLROptions::factor_at(std::int64_t epoch) const {
  const std::int64_t drops = epoch / step_size;
  return std::pow(gamma, static_cast<double>(drops));
}

Settings MultiStepLROptions::settings() {
  Settings all{{"gamma", &gamma, Domain::not_negative}};
  for (std::size_t i = 0; i < milestones.size(); ++i) {
    all.push_back({formatted("milestones.{}", i), &milestones[i], Domain::not_negative});
  }
  return all;
}
double MultiStepLROptions::factor_at(std::int64_t epoch) const {
  const auto passed = std::count_if(milestones.begin(), milestones.end(),
                                    [&](std::int64_t at) { return at <= epoch; });
  return std::pow(gamma, static_cast<double>(passed));
}

Settings ConstantLROptions::settings() {
  return {{"factor", &factor, Domain::up_to_one},
          {"total_iters", &total_iters, Domain::not_negative}};
}
double ConstantLROptions::factor_at(std::int64_t epoch) const {
  return epoch < total_iters ? factor : 1;
}

Settings LinearLROptions::settings() {
  return {{"start_factor", &start_factor, Domain::up_to_one},
          {"end_factor", &end_factor, Domain::up_to_one},
          {"total_iters", &total_iters, Domain::positive_count}};
}
double LinearLROptions::factor_at(std::int64_t epoch) const {
  const double part =
      static_cast<double>(std::min(epoch, total_iters)) / static_cast<double>(total_iters);
  return start_factor + (end_factor - start_factor) * part;
}

Settings ExponentialLROptions::settings() {
  return {{"gamma", &gamma, Domain::not_negative}};
}
double ExponentialLROptions::factor_at(std::int64_t epoch) const {
  return std::pow(gamma, static_cast<double>(epoch));
}

Settings PolynomialLROptions::settings() {
  return {{"total_iters", &total_iters, Domain::positive_count},
          {"power", &power, Domain::not_negative}};
}
double PolynomialLROptions::factor_at(std::int64_t epoch) const {
  const double part =
      static_cast<double>(std::min(epoch, total_iters)) / static_cast<double>(total_iters);
  return std::pow(1 - part, power);
}

Settings CosineAnnealingLROptions::settings() {
  return {{"T_max", &T_max, Domain::positive_count}, {"eta_min", &eta_min, Domain::not_negative}};
}
double CosineAnnealingLROptions::lr(double base, std::int64_t epoch) const {
  return cosine(base, eta_min, static_cast<double>(epoch) / static_cast<double>(T_max));
}

// PyTorch's recursion. At epoch T_max + 1, 3 T_max + 1, ... the rate before is eta_min.
double CosineAnnealingLROptions::next_lr(double base, std::int64_t epoch, double lr) const {
  if (epoch == 0) {
    return lr;
  }
  const auto height = [&](std::int64_t at) {
    return 1 + std::cos(std::numbers::pi * static_cast<double>(at) / static_cast<double>(T_max));
  };
  if (epoch > T_max && (epoch - 1 - T_max) % (2 * T_max) == 0) {
    return lr + (base - eta_min) * height(T_max + 1) / 2;
  }
  return eta_min + (lr - eta_min) * (height(epoch) / height(epoch - 1));
}

Settings CosineAnnealingWarmRestartsOptions::settings() {
  return {{"T_0", &T_0, Domain::positive_count},
          {"T_mult", &T_mult, Domain::positive_count},
          {"eta_min", &eta_min, Domain::not_negative}};
}
double CosineAnnealingWarmRestartsOptions::lr(double base, std::int64_t epoch) const {
  double length = static_cast<double>(T_0);
  double into = static_cast<double>(epoch);
  if (T_mult == 1) {
    into = static_cast<double>(epoch % T_0);
  }
  while (into >= length) {
    into -= length;
    length *= static_cast<double>(T_mult);
  }
  return cosine(base, eta_min, into / length);
}

LambdaLR::LambdaLR(Optimizer& optimizer, Factor factor, Where where)
    : LambdaLR(optimizer, std::vector<Factor>(optimizer.group_count(), factor), where) {}

LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Factor> factors, Where where)
    : LRScheduler(optimizer), factors_(std::move(factors)) {
  const Frame call("LambdaLR", where);
  check::require<ValueError>(call, factors_.size() == optimizer.group_count(), {},
                             "there are {} functions for {} groups [count-mismatch]",
                             factors_.size(), optimizer.group_count());
  for (const Factor& factor : factors_) {
    check::require<ValueError>(call, factor != nullptr, {}, "a function is empty [function-empty]");
  }
  start(call.where());
}

double LambdaLR::lr_at(std::size_t group, std::int64_t epoch, Where where) const {
  require_group(group, factors_.size(), where);
  return base_lr(group, where) * factors_[group](epoch);
}

}  // namespace retrograd::optim::lr_scheduler
