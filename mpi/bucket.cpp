#include <retrograd/mpi/detail/bucket.h>

#include <utility>

#include <retrograd/mpi/detail/tree.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::mpi::detail {

namespace {

// Far above the number of ranks, in each dtype.
constexpr double kFails = 0x1p30;

}  // namespace

Tensor tree_sum(const Tensor& rows) {
  const std::int64_t count = rows.shape()[0];
  for (std::int64_t step = 1; step < count; step *= 2) {
    for (std::int64_t r = 0; r + step < count; r += 2 * step) {
      select(rows, 0, r).add_(select(rows, 0, r + step));
    }
  }
  return select(rows, 0, 0);
}

Bucket::Bucket(std::vector<std::size_t> parameters, const std::vector<Tensor>& tensors, DType wire,
               std::int64_t parts, std::string what)
    : what_(std::move(what)) {
  for (const std::size_t i : parameters) {
    flags_ += tensors[i].numel();
  }
  const std::int64_t used = flags_ + static_cast<std::int64_t>(parameters.size());
  flat_ = zeros({(used + parts - 1) / parts * parts}, {.dtype = wire});
  std::int64_t begin = 0;
  for (const std::size_t i : parameters) {
    slots_.push_back({i, view(narrow(flat_, 0, begin, tensors[i].numel()), tensors[i].shape())});
    begin += tensors[i].numel();
  }
}

void Bucket::place(std::size_t slot, const Tensor& gradient, bool fails) {
  if (gradient.defined()) {
    slots_[slot].values.copy_(gradient);
  } else {
    slots_[slot].values.fill_(-0.0);
  }
  const double flag = fails ? kFails : gradient.defined() ? 1 : 0;
  narrow(flat_, 0, flags_ + static_cast<std::int64_t>(slot), 1).fill_(flag);
  ++placed_;
}

bool Bucket::is_used(std::size_t slot) const {
  return flat_.at(flags_ + static_cast<std::int64_t>(slot)) > 0;
}

bool Bucket::fails() const {
  const Tensor flags = narrow(flat_, 0, flags_, static_cast<std::int64_t>(slots_.size()));
  return max(flags).item<double>() >= kFails / 2;
}

void Bucket::start_sum(Communicator& communicator) {
  work_ = communicator.all_reduce(flat_, what_);
}

void Bucket::start_exchange(Communicator& communicator) {
  if (!received_.defined()) {
    received_ =
        empty_tensor({communicator.size(), flat_.numel() / communicator.size()}, flat_.dtype());
  }
  work_ = communicator.all_to_all(flat_, received_, what_);
}

void Bucket::start_gather(Communicator& communicator) {
  work_ = communicator.all_gather(tree_sum(received_), flat_, what_);
}

}  // namespace retrograd::mpi::detail
