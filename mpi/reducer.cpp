#include <retrograd/mpi/detail/reducer.h>

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/logical.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi::detail {

namespace {

// A sum is a cheap look at all values. It may overflow where they do not.
bool is_finite(const Tensor& values) {
  return std::isfinite(sum(values).item<double>()) || all(isfinite(values)).item<bool>();
}

}  // namespace

Reducer::Reducer(nn::Module& model, Communicator& communicator, const DataParallelOptions& options)
    : communicator_(communicator), options_(options) {
  for (auto& [name, tensor] : model.named_parameters()) {
    if (tensor.requires_grad()) {
      parameters_.push_back({.name = name, .tensor = tensor});
    }
  }
  for (auto& [name, tensor] : model.named_buffers()) {
    (is_floating(tensor.dtype()) ? buffers_ : counters_)
        .push_back({.name = name, .tensor = tensor});
  }
  std::vector<std::size_t> order(parameters_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = order.size() - 1 - i;  // the last layer is complete first, as a rule
  }
  make_buckets(order);
  look_at_buffers();
  hook_leaves();
}

Reducer::~Reducer() {
  for (Parameter& parameter : parameters_) {
    parameter.tensor.remove_hook(parameter.hook);
  }
}

void Reducer::hook_leaves() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].hook = parameters_[i].tensor.register_post_accumulate_grad_hook(
        [this, i](const Tensor& /*leaf*/) { leaf_accumulated(i); });
  }
}

DType Reducer::wire_of(const Tensor& parameter) const {
  return parameter.dtype() == float32 ? options_.wire : parameter.dtype();
}

void Reducer::make_buckets(const std::vector<std::size_t>& order) {
  buckets_.clear();
  if (!is_shared()) {
    return;
  }
  std::vector<std::size_t> members;
  std::int64_t bytes = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Tensor& tensor = parameters_[order[k]].tensor;
    const DType wire = wire_of(tensor);
    members.push_back(order[k]);
    bytes += tensor.numel() * static_cast<std::int64_t>(item_size(wire));
    if (bytes >= options_.bucket_bytes || k + 1 == order.size() ||
        wire_of(parameters_[order[k + 1]].tensor) != wire) {
      add_bucket(std::exchange(members, {}), wire);
      bytes = 0;
    }
  }
}

void Reducer::add_bucket(std::vector<std::size_t> members, DType wire) {
  std::vector<Tensor> tensors;
  for (const Parameter& parameter : parameters_) {
    tensors.push_back(parameter.tensor);
  }
  for (std::size_t slot = 0; slot < members.size(); ++slot) {
    parameters_[members[slot]].bucket = buckets_.size();
    parameters_[members[slot]].slot = slot;
  }
  std::string what = fmt::format("the gradients of {} to {}", parameters_[members.front()].name,
                                 parameters_[members.back()].name);
  buckets_.emplace_back(std::move(members), tensors, wire, communicator_.size(), std::move(what));
}

// --- a pass ---

void Reducer::begin_pass() {
  check::require<CommunicationError>({"DataParallel", {}}, started_ == 0, {},
                                     "an exception ended the backward pass before, and other ranks "
                                     "have not heard of it [pass-unfinished]");
  check::require<GraphError>({"DataParallel", {}}, part_ || !options_.deterministic, {},
                             "in deterministic mode gradients come from DataParallel's backward(), "
                             "which splits the batch into virtual ranks [needs-virtual-ranks]");
  const auto pass = std::make_shared<int>(0);
  pass_ = pass;
  queue_callback([this, pass] { end_pass(); });
  forget_pass();
}

void Reducer::forget_pass() noexcept {
  for (Bucket& bucket : buckets_) {
    bucket.clear();
  }
  for (Parameter& parameter : parameters_) {
    parameter.is_placed = parameter.is_summed = false;
  }
  order_.clear();
  not_finite_ = -1;
}

void Reducer::leaf_accumulated(std::size_t i) {
  if (is_idle()) {
    return;
  }
  if (pass_.expired()) {
    begin_pass();
  }
  const NoGradGuard unrecorded;
  Parameter& parameter = parameters_[i];
  check::require<GraphError>({"DataParallel", {}}, !parameter.is_placed && !parameter.is_summed, {},
                             "the gradient of {} was completed twice in one pass, and sent the "
                             "first time [gradient-sent]",
                             parameter.name);
  Tensor gradient = parameter.tensor.grad();
  if (options_.deterministic) {
    parameter.tensor.zero_grad();
    gradient = summed(i, std::move(gradient));
  }
  if (!is_last_part()) {
    return;
  }
  if (!is_rebuilt_) {
    order_.push_back(i);
  }
  place(i, gradient);
  start_full();
  progress();
}

Tensor Reducer::summed(std::size_t i, Tensor gradient) {
  Parameter& parameter = parameters_[i];
  parameter.is_summed = true;
  return parameter.sum.add(part_->number, std::move(gradient));
}

void Reducer::place(std::size_t i, const Tensor& gradient) {
  Parameter& parameter = parameters_[i];
  parameter.is_placed = true;
  const bool fails = options_.check_finite && gradient.defined() && !is_finite(gradient);
  if (fails && not_finite_ < 0) {
    not_finite_ = static_cast<std::int64_t>(i);
  }
  if (is_shared()) {
    buckets_[parameter.bucket].place(parameter.slot, gradient, fails);
  } else if (options_.deterministic) {
    parameter.sum.clear();
    give(parameter, gradient);
  }
}

// All ranks start buckets in the same order.
void Reducer::start_full() {
  for (; started_ < buckets_.size() && buckets_[started_].is_full(); ++started_) {
    if (options_.deterministic) {
      buckets_[started_].start_exchange(communicator_);
    } else {
      buckets_[started_].start_sum(communicator_);
    }
  }
}

// MPI sends while it is called.
void Reducer::progress() {
  for (std::size_t k = ended_; k < started_; ++k) {
    if (buckets_[k].test() && k == ended_) {
      ++ended_;
    }
  }
}

void Reducer::end_pass() {
  const NoGradGuard unrecorded;
  has_passed_ = true;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& parameter = parameters_[i];
    if (parameter.is_placed || (!is_last_part() && parameter.is_summed)) {
      continue;
    }
    Tensor gradient;
    if (options_.deterministic) {
      gradient = summed(i, {});
    } else {
      gradient = parameter.tensor.grad();  // of passes under no_sync()
    }
    if (is_last_part()) {
      place(i, gradient);
    }
  }
  take_buffers();
  if (is_last_part()) {
    finish();
  }
}

}  // namespace retrograd::mpi::detail
