#include <retrograd/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <retrograd/optim/detail/settings.h>

namespace retrograd::optim::lr_scheduler {

using namespace detail;

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(&optimizer) {
  for (std::size_t g = 0; g < optimizer.group_count(); ++g) {
    base_lrs_.push_back(optimizer.initial_lr(g));
  }
}

LRScheduler::~LRScheduler() = default;

double LRScheduler::base_lr(std::size_t group, Where where) const {
  if (group >= base_lrs_.size()) {
    fail<IndexError>(name(), where,
                     "there are " + std::to_string(base_lrs_.size()) + " groups, no group " +
                         std::to_string(group));
  }
  return base_lrs_[group];
}

void LRScheduler::set_base_lrs(std::vector<double> lrs, Where where) {
  for (std::size_t g = 0; g < lrs.size(); ++g) {
    optimizer_->set_initial_lr(lrs[g], g, where);
  }
  base_lrs_ = std::move(lrs);
}

void LRScheduler::go_to(std::int64_t epoch, Where where) {
  std::vector<double> lrs;
  std::vector<std::optional<double>> momenta;
  for (std::size_t g = 0; g < base_lrs_.size(); ++g) {
    lrs.push_back(lr_at(g, epoch, where));
    momenta.push_back(momentum_at(g, epoch, where));
    check_setting(name(), {"lr", &lrs.back(), Domain::not_negative}, where);
  }
  for (std::size_t g = 0; g < lrs.size(); ++g) {
    if (momenta[g]) {
      optimizer_->set_momentum(*momenta[g], g, where);
    }
    optimizer_->set_lr(lrs[g], g, where);
  }
  last_lr_ = std::move(lrs);
  last_epoch_ = epoch;
}

void LRScheduler::step(Where where) {
  go_to(last_epoch_ + 1, where);
}

// The rates at first of this scheduler and its parts, by their names in state dicts.
void LRScheduler::list_base_lrs(const std::string& prefix, std::vector<Number>& numbers) {
  for (std::size_t g = 0; g < base_lrs_.size(); ++g) {
    numbers.emplace_back(prefix + "base_lr." + std::to_string(g), &base_lrs_[g]);
  }
  std::size_t index = 0;
  for (LRScheduler* part : parts()) {
    part->list_base_lrs(prefix + "schedulers." + std::to_string(index++) + ".", numbers);
  }
}

StateDict LRScheduler::state_dict() {
  StateDict state;
  state.insert("last_epoch", saved(static_cast<double>(last_epoch_)));
  std::vector<Number> numbers;
  list_base_lrs("", numbers);
  for (const auto& [entry, number] : numbers) {
    state.insert(entry, saved(*number));
  }
  return state;
}

void LRScheduler::load_state_dict(const StateDict& state, Where where) {
  Loader loader("load_state_dict", state, where);
  const std::int64_t epoch = loader.required_count("last_epoch");
  std::vector<Number> numbers;
  list_base_lrs("", numbers);
  std::vector<double> loaded;
  for (const auto& [entry, number] : numbers) {
    double value = loader.required(entry);
    check_setting("load_state_dict", {entry, &value, Domain::not_negative}, where);
    loaded.push_back(value);
  }
  loader.refuse_unknown();
  const auto exchange = [&] {
    for (std::size_t i = 0; i < loaded.size(); ++i) {
      std::swap(*numbers[i].second, loaded[i]);
    }
  };
  exchange();
  try {
    go_to(epoch, where);
  } catch (...) {
    exchange();
    throw;
  }
}

std::vector<double> PerGroup::checked(const char* owner, const char* name, Domain domain,
                                      std::size_t groups, Where where) const {
  std::vector<double> all = one_for_all_ ? std::vector<double>(groups, values_[0]) : values_;
  if (all.size() != groups) {
    fail<ValueError>(owner, where,
                     std::string(name) + " has " + std::to_string(all.size()) + " values for " +
                         std::to_string(groups) + " groups");
  }
  for (double& value : all) {
    check_setting(owner, {name, &value, domain}, where);
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
double StepLROptions::lr(double base, std::int64_t epoch) const {
  return base * std::pow(gamma, static_cast<double>(epoch / step_size));
}

Settings MultiStepLROptions::settings() {
  Settings all{{"gamma", &gamma, Domain::not_negative}};
  for (std::size_t i = 0; i < milestones.size(); ++i) {
    all.push_back({"milestones." + std::to_string(i), &milestones[i], Domain::not_negative});
  }
  return all;
}
double MultiStepLROptions::lr(double base, std::int64_t epoch) const {
  const auto passed = std::count_if(milestones.begin(), milestones.end(),
                                    [&](std::int64_t at) { return at <= epoch; });
  return base * std::pow(gamma, static_cast<double>(passed));
}

Settings ConstantLROptions::settings() {
  return {{"factor", &factor, Domain::up_to_one},
          {"total_iters", &total_iters, Domain::not_negative}};
}
double ConstantLROptions::lr(double base, std::int64_t epoch) const {
  return epoch < total_iters ? base * factor : base;
}

Settings LinearLROptions::settings() {
  return {{"start_factor", &start_factor, Domain::up_to_one},
          {"end_factor", &end_factor, Domain::up_to_one},
          {"total_iters", &total_iters, Domain::positive_count}};
}
double LinearLROptions::lr(double base, std::int64_t epoch) const {
  const double part =
      static_cast<double>(std::min(epoch, total_iters)) / static_cast<double>(total_iters);
  return base * (start_factor + (end_factor - start_factor) * part);
}

Settings ExponentialLROptions::settings() {
  return {{"gamma", &gamma, Domain::not_negative}};
}
double ExponentialLROptions::lr(double base, std::int64_t epoch) const {
  return base * std::pow(gamma, static_cast<double>(epoch));
}

Settings PolynomialLROptions::settings() {
  return {{"total_iters", &total_iters, Domain::positive_count},
          {"power", &power, Domain::not_negative}};
}
double PolynomialLROptions::lr(double base, std::int64_t epoch) const {
  const double part =
      static_cast<double>(std::min(epoch, total_iters)) / static_cast<double>(total_iters);
  return base * std::pow(1 - part, power);
}

Settings CosineAnnealingLROptions::settings() {
  return {{"T_max", &T_max, Domain::positive_count}, {"eta_min", &eta_min, Domain::not_negative}};
}
double CosineAnnealingLROptions::lr(double base, std::int64_t epoch) const {
  return cosine(base, eta_min, static_cast<double>(epoch) / static_cast<double>(T_max));
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
    : LambdaLR(optimizer, std::vector<Factor>(optimizer.group_count(), std::move(factor)), where) {}

LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Factor> factors, Where where)
    : LRScheduler(optimizer), factors_(std::move(factors)) {
  if (factors_.size() != optimizer.group_count()) {
    fail<ValueError>("LambdaLR", where,
                     "there are " + std::to_string(factors_.size()) + " functions for " +
                         std::to_string(optimizer.group_count()) + " groups");
  }
  for (const Factor& factor : factors_) {
    if (!factor) {
      fail<ValueError>("LambdaLR", where, "a function is empty");
    }
  }
  go_to(0, where);
}

double LambdaLR::lr_at(std::size_t group, std::int64_t epoch, Where where) const {
  return base_lr(group, where) * factors_[group](epoch);
}

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<std::int64_t> milestones, Where where)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  if (schedulers_.empty() || milestones_.size() + 1 != schedulers_.size()) {
    fail<ValueError>("SequentialLR", where,
                     "needs one schedule more than milestones, not " +
                         std::to_string(schedulers_.size()) + " and " +
                         std::to_string(milestones_.size()));
  }
  for (const auto& scheduler : schedulers_) {
    if (scheduler == nullptr || &scheduler->optimizer() != &optimizer) {
      fail<ValueError>("SequentialLR", where, "the schedules are not all of this optimiser");
    }
  }
  std::int64_t last = 0;
  for (const std::int64_t milestone : milestones_) {
    if (milestone <= last) {
      fail<ValueError>("SequentialLR", where,
                       "milestones must ascend from 1, not go from " + std::to_string(last) +
                           " to " + std::to_string(milestone));
    }
    last = milestone;
  }
  go_to(0, where);
}

// The schedule of an epoch, and the epoch as it counts.
std::pair<const LRScheduler*, std::int64_t> SequentialLR::part_at(std::int64_t epoch) const {
  const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), epoch);
  const auto index = static_cast<std::size_t>(next - milestones_.begin());
  return {schedulers_[index].get(), index == 0 ? epoch : epoch - milestones_[index - 1]};
}

double SequentialLR::lr_at(std::size_t group, std::int64_t epoch, Where where) const {
  const auto [part, own_epoch] = part_at(epoch);
  return part->lr_at(group, own_epoch, where);
}

std::optional<double> SequentialLR::momentum_at(std::size_t group, std::int64_t epoch,
                                                Where where) const {
  const auto [part, own_epoch] = part_at(epoch);
  return part->momentum_at(group, own_epoch, where);
}

std::vector<LRScheduler*> SequentialLR::parts() const {
  std::vector<LRScheduler*> all;
  for (const auto& scheduler : schedulers_) {
    all.push_back(scheduler.get());
  }
  return all;
}

}  // namespace retrograd::optim::lr_scheduler
