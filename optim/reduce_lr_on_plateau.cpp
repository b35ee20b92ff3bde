#include <retrograd/optim/reduce_lr_on_plateau.h>

#include <algorithm>
#include <limits>

#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim::lr_scheduler {

namespace {

constexpr const char* kName = "ReduceLROnPlateau";

}  // namespace

Settings ReduceLROnPlateauOptions::settings() {
  return {{"factor", &factor, Domain::below_one},
          {"patience", &patience, Domain::not_negative},
          {"threshold", &threshold, Domain::not_negative},
          {"cooldown", &cooldown, Domain::not_negative},
          {"eps", &eps, Domain::not_negative}};
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options,
                                     Where where)
    : optimizer_(&optimizer), options_(std::move(options)) {
  const Frame call(kName, where);
  for (const Setting& setting : options_.settings()) {
    detail::check_setting(call, setting);
  }
  min_lrs_ = options_.min_lr.checked(kName, "min_lr", Domain::not_negative, optimizer.group_count(),
                                     call.where());
  const double infinity = std::numeric_limits<double>::infinity();
  state_.best = options_.mode == Better::min ? infinity : -infinity;
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double best = state_.best;
  const double by = options_.threshold;
  if (options_.mode == Better::min) {
    return metric < (options_.threshold_mode == Threshold::rel ? best * (1 - by) : best - by);
  }
  return metric > (options_.threshold_mode == Threshold::rel ? best * (by + 1) : best + by);
}

void ReduceLROnPlateau::step(double metric, Where where) {
  const Frame call(kName, where);
  check::require<ValueError>(call, optimizer_->group_count() == min_lrs_.size(), {},
                             "made for {} groups, but the optimiser has {} [count-mismatch]",
                             min_lrs_.size(), optimizer_->group_count());
  ++state_.last_epoch;
  if (is_better(metric)) {
    state_.best = metric;
    state_.num_bad_epochs = 0;
  } else {
    ++state_.num_bad_epochs;
  }
  if (state_.cooldown_counter > 0) {
    --state_.cooldown_counter;
    state_.num_bad_epochs = 0;
  }
  if (state_.num_bad_epochs > static_cast<double>(options_.patience)) {
    for (std::size_t g = 0; g < min_lrs_.size(); ++g) {
      const double lr = optimizer_->lr(g);
      const double reduced = std::max(lr * options_.factor, min_lrs_[g]);
      if (lr - reduced > options_.eps) {
        optimizer_->set_lr(reduced, g);
      }
    }
    state_.cooldown_counter = static_cast<double>(options_.cooldown);
    state_.num_bad_epochs = 0;
  }
}

std::vector<double> ReduceLROnPlateau::last_lr(Where where) const {
  std::vector<double> all;
  for (std::size_t g = 0; g < min_lrs_.size(); ++g) {
    all.push_back(optimizer_->lr(g, where));
  }
  return all;
}

std::vector<std::pair<const char*, double*>> ReduceLROnPlateau::entries(State& state) {
  return {{"last_epoch", &state.last_epoch},
          {"best", &state.best},
          {"num_bad_epochs", &state.num_bad_epochs},
          {"cooldown_counter", &state.cooldown_counter}};
}

StateDict ReduceLROnPlateau::state_dict() {
  StateDict all;
  for (const auto& [name, value] : entries(state_)) {
    all.insert(name, detail::saved(*value));
  }
  return all;
}

void ReduceLROnPlateau::load_state_dict(const StateDict& state, Where where) {
  const Frame call("load_state_dict", where);
  detail::Loader loader(call, state);
  State loaded;
  for (const auto& [name, value] : entries(loaded)) {
    *value = loader.required(name);
    if (value != &loaded.best) {
      detail::check_setting(call, {name, value, Domain::not_negative});
    }
  }
  loader.refuse_unknown();
  state_ = loaded;
}

}  // namespace retrograd::optim::lr_scheduler
