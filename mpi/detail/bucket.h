// Gradients of several parameters, one after the other. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::mpi::detail {

class Bucket {
 public:
  struct Slot {
    std::size_t parameter;
    Tensor values;  // of the parameter's shape, in the bucket
  };

  // A bucket of these parameters, of which the first names it in errors. `parts`: numbers of
  // elements are rounded up to a multiple of it.
  Bucket(std::vector<std::size_t> parameters, const std::vector<Tensor>& tensors, DType wire,
         std::int64_t parts, std::string what);

  const std::vector<Slot>& slots() const noexcept { return slots_; }
  bool is_full() const noexcept { return placed_ == slots_.size(); }

  void clear() noexcept { placed_ = 0; }
  // Copies a gradient, or -0 for an undefined one. `fails`: all ranks are to learn that it is
  // wrong.
  void place(std::size_t slot, const Tensor& gradient, bool fails);
  // Whether a rank used the parameter, once the bucket is reduced.
  bool is_used(std::size_t slot) const;
  // Whether a gradient of a rank fails, once the bucket is reduced.
  bool fails() const;

  // The sum over all ranks in an order that MPI chooses.
  void start_sum(Communicator& communicator);
  bool test() { return work_.test(); }
  void wait() { work_.wait(); }
  // The sum in a balanced tree over the ranks: each adds one part, then all get all parts.
  void start_exchange(Communicator& communicator);
  void start_gather(Communicator& communicator);

 private:
  Tensor flat_;      // the slots, then a number for each: how many ranks used it
  Tensor received_;  // one part of flat_ from each rank
  std::vector<Slot> slots_;
  std::size_t placed_ = 0;
  std::int64_t flags_ = 0;  // position of the first
  std::string what_;
  Work work_;
};

}  // namespace retrograd::mpi::detail
