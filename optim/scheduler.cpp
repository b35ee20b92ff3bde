#include <retrograd/optim/scheduler.h>

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

}  // namespace retrograd::optim::lr_scheduler
