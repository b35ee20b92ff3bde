// The end of a pass: reduced gradients go back to leaves.
#include <algorithm>
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/mpi/detail/reducer.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi::detail {

void Reducer::finish() {
  start_full();
  check::require<GraphError>({"DataParallel", {}}, started_ == buckets_.size(), {},
                             "{} of {} buckets of gradients are complete [pass-unfinished]",
                             started_, buckets_.size());
  if (options_.deterministic && is_shared()) {
    gather();
  }
  bool fails = not_finite_ >= 0;
  for (Bucket& bucket : buckets_) {
    bucket.wait();
    take_back(bucket);
    fails = fails || bucket.fails();
  }
  started_ = ended_ = 0;
  for (Parameter& parameter : parameters_) {
    parameter.sum.clear();
  }
  average_buffers();
  if (fails) {
    refuse_gradients();
  }
  if (!is_rebuilt_ && is_shared()) {
    rebuild();
  }
}

void Reducer::gather() {
  for (Bucket& bucket : buckets_) {
    bucket.wait();
    bucket.start_gather(communicator_);
  }
}

void Reducer::take_back(const Bucket& bucket) {
  for (std::size_t slot = 0; slot < bucket.slots().size(); ++slot) {
    if (bucket.is_used(slot)) {
      give(parameters_[bucket.slots()[slot].parameter], bucket.slots()[slot].values);
    }
  }
}

// In deterministic mode, weights of the parts make the sum a mean.
void Reducer::give(Parameter& parameter, const Tensor& reduced) {
  if (!reduced.defined()) {
    return;
  }
  Tensor gradient = parameter.tensor.grad();
  if (!gradient.defined()) {
    gradient = empty_dense(parameter.tensor, parameter.tensor.dtype());
  }
  gradient.copy_(reduced);
  if (options_.deterministic) {
    if (parameter.earlier.defined()) {
      gradient.add_(parameter.earlier);
    }
  } else {
    gradient.mul_(1.0 / communicator_.size());
  }
  parameter.tensor.set_grad(gradient);
}

// All ranks know that one has failed, from the flags of a bucket.
void Reducer::refuse_gradients() {
  const Tensor all = zeros({communicator_.size()}, {.dtype = int64});
  communicator_
      .all_gather(full({1}, not_finite_, {.dtype = int64}), all, "whether gradients are finite")
      .wait();
  for (int r = 0; r < communicator_.size(); ++r) {
    const std::int64_t found = all.raw<std::int64_t>()[r];
    check::require<ValueError>({"DataParallel", {}}, found < 0, {},
                               "the gradient of {} on rank {} is not finite [not-finite]",
                               found < 0 ? "" : parameters_[static_cast<std::size_t>(found)].name,
                               r);
  }
}

// Buckets in the order in which rank 0 completed leaves are full earlier.
void Reducer::rebuild() {
  is_rebuilt_ = true;
  std::vector<std::size_t> order = std::exchange(order_, {});
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (std::find(order.begin(), order.end(), i) == order.end()) {
      order.push_back(i);
    }
  }
  const auto count = static_cast<std::int64_t>(order.size());
  const Tensor shared = zeros({count}, {.dtype = int64});
  std::copy(order.begin(), order.end(), shared.raw<std::int64_t>());
  communicator_.broadcast(shared, 0, "the order of gradients").wait();
  std::copy_n(shared.raw<std::int64_t>(), order.size(), order.begin());
  make_buckets(order);
}

}  // namespace retrograd::mpi::detail
