// Parts of a batch, and buffers.
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/mpi/detail/reducer.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::mpi::detail {

void Reducer::begin_parts() {
  if (!options_.deterministic) {
    return;
  }
  for (Parameter& parameter : parameters_) {
    parameter.earlier = parameter.tensor.grad();
    parameter.tensor.zero_grad();
    parameter.sum.clear();
  }
  for (Buffer& buffer : buffers_) {
    buffer.start = buffer.tensor.detach().clone();
    buffer.sum.clear();
    buffer.changed = false;
  }
  for (Buffer& counter : counters_) {
    counter.start = counter.tensor.detach().clone();
  }
}

void Reducer::end_parts() noexcept {
  part_.reset();
  for (Parameter& parameter : parameters_) {
    if (parameter.earlier.defined() && !parameter.tensor.grad().defined()) {  // not used
      parameter.tensor.set_grad(parameter.earlier);
    }
    parameter.earlier = {};
  }
}

void Reducer::begin_part(const Part& part) {
  part_ = part;
  has_passed_ = false;
  if (options_.deterministic && part.number > 0) {
    keep_buffers();
  }
  if (options_.deterministic) {
    look_at_buffers();
  }
}

void Reducer::end_part() {
  if (has_passed_ || is_idle()) {
    return;
  }
  forget_pass();
  end_pass();
}

// Each part starts from the same buffers.
void Reducer::keep_buffers() {
  const NoGradGuard unrecorded;
  for (Buffer& buffer : buffers_) {
    buffer.tensor.detach().copy_(buffer.start);
  }
  for (Buffer& counter : counters_) {
    counter.tensor.detach().copy_(counter.start);
  }
}

void Reducer::look_at_buffers() noexcept {
  for (Buffer& buffer : buffers_) {
    buffer.version = buffer.tensor.version();
  }
}

void Reducer::take_buffers() {
  for (Buffer& buffer : buffers_) {
    buffer.changed = buffer.changed || buffer.tensor.version() != buffer.version;
  }
  if (!options_.deterministic) {
    return;
  }
  for (Buffer& buffer : buffers_) {
    Tensor term;
    if (part_->weight > 0) {
      term = buffer.tensor.detach().clone();
      term.mul_(part_->weight);
    }
    buffer.total = buffer.sum.add(part_->number, std::move(term));
  }
  if (part_->number == 0) {  // the first part's
    for (Buffer& counter : counters_) {
      counter.total = counter.tensor.detach().clone();
    }
  }
}

void Reducer::average_buffers() {
  for (const DType dtype : {float32, float64, bfloat16}) {
    average_kind(dtype);
  }
  look_at_buffers();
  if (!is_shared() && !options_.deterministic) {
    return;
  }
  for (Buffer& counter : counters_) {
    const Tensor rows =
        (options_.deterministic ? counter.total : counter.tensor.detach()).contiguous();
    if (is_shared()) {
      communicator_.broadcast(rows, 0, counter.name).wait();
    }
    counter.tensor.detach().copy_(rows);
  }
}

void Reducer::average_kind(DType dtype) {
  std::vector<Buffer*> kind;
  std::int64_t numel = 0;
  for (Buffer& buffer : buffers_) {
    if (buffer.tensor.dtype() == dtype) {
      kind.push_back(&buffer);
      numel += buffer.tensor.numel();
    }
  }
  if (kind.empty() || (!is_shared() && !options_.deterministic)) {
    return;
  }
  const std::int64_t flags = numel;  // a number for each buffer: above 0 if a rank changed it
  numel += static_cast<std::int64_t>(kind.size());
  const std::int64_t ranks = communicator_.size();
  const Tensor flat = full({(numel + ranks - 1) / ranks * ranks}, -0.0, {.dtype = dtype});
  const std::vector<Tensor> views = place_buffers(kind, flat);
  for (std::size_t i = 0; i < kind.size(); ++i) {
    narrow(flat, 0, flags + static_cast<std::int64_t>(i), 1).fill_(kind[i]->changed ? 1 : 0);
  }
  if (is_shared() && options_.deterministic) {
    sum_in_tree(flat);
  } else if (is_shared()) {
    communicator_.all_reduce(flat, kind.front()->name).wait();
  }
  for (std::size_t i = 0; i < kind.size(); ++i) {
    kind[i]->changed = false;
    if (flat.at(flags + static_cast<std::int64_t>(i)) > 0) {  // a constant has no mean but itself
      kind[i]->tensor.detach().copy_(views[i]);
    }
  }
}

// A rank without rows adds no term: infinity times 0 is NaN.
std::vector<Tensor> Reducer::place_buffers(const std::vector<Buffer*>& kind, const Tensor& flat) {
  const double weight = part_ ? part_->weight : 1.0 / communicator_.size();
  std::int64_t begin = 0;
  std::vector<Tensor> views;
  for (const Buffer* buffer : kind) {
    views.push_back(view(narrow(flat, 0, begin, buffer->tensor.numel()), buffer->tensor.shape()));
    begin += buffer->tensor.numel();
    if (!options_.deterministic && weight > 0) {
      views.back().copy_(buffer->tensor.detach());
      views.back().mul_(weight);
    } else if (options_.deterministic && buffer->total.defined()) {
      views.back().copy_(buffer->total);
    }
  }
  return views;
}

void Reducer::sum_in_tree(const Tensor& flat) {
  const std::int64_t ranks = communicator_.size();
  const Tensor received = empty_tensor({ranks, flat.numel() / ranks}, flat.dtype());
  communicator_.all_to_all(flat, received, "buffers").wait();
  communicator_.all_gather(tree_sum(received), flat, "buffers").wait();
}

}  // namespace retrograd::mpi::detail
