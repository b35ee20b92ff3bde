#include <retrograd/optim/lr_scheduler.h>

#include <algorithm>

namespace retrograd::optim::lr_scheduler {

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
