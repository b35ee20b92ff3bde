// Gradients on their way from leaves through buckets to all ranks. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/mpi/communicator.h>
#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/detail/bucket.h>
#include <retrograd/mpi/detail/tree.h>
#include <retrograd/nn/module.h>

namespace retrograd::mpi::detail {

// The part of a batch that a backward pass belongs to.
struct Part {
  std::size_t number = 0;  // among those of this rank
  std::size_t count = 1;
  double weight = 1;  // share of the batch's rows
};

class Reducer {
 public:
  Reducer(nn::Module& model, Communicator& communicator, const DataParallelOptions& options);
  ~Reducer();
  Reducer(const Reducer&) = delete;
  Reducer& operator=(const Reducer&) = delete;

  // Before the parts of a batch, and after the last.
  void begin_parts();
  void end_parts() noexcept;
  // Before a part.
  void begin_part(const Part& part);
  // After a part: takes it as a pass of no gradients if no pass has ended in it.
  void end_part();

  bool is_alone = false;  // under no_sync()

 private:
  struct Parameter {
    std::string name;
    Tensor tensor;
    int hook = 0;
    std::size_t bucket = 0;
    std::size_t slot = 0;
    bool is_placed = false;  // in its bucket, in this pass
    bool is_summed = false;  // with other parts, in this pass
    TreeSum sum{};
    Tensor earlier{};  // a gradient from before the parts
  };
  struct Buffer {
    std::string name;
    Tensor tensor;
    Tensor start{};  // before the parts
    TreeSum sum{};
    Tensor total{};
    std::uint32_t version = 0;  // of the tensor, when it was looked at
    bool changed = false;       // since the latest average
  };

  bool is_shared() const noexcept { return communicator_.size() > 1; }
  // Whether gradients stay as backward made them.
  bool is_idle() const noexcept {
    return !options_.deterministic && (is_alone || (!is_shared() && !options_.check_finite));
  }
  bool is_last_part() const noexcept { return !part_ || part_->number + 1 == part_->count; }
  void hook_leaves();
  void make_buckets(const std::vector<std::size_t>& order);
  void add_bucket(std::vector<std::size_t> parameters, DType wire);
  DType wire_of(const Tensor& parameter) const;

  void begin_pass();
  void forget_pass() noexcept;  // what leaves of an earlier one have left
  void end_pass();
  void leaf_accumulated(std::size_t i);
  Tensor summed(std::size_t i, Tensor gradient);
  void place(std::size_t i, const Tensor& gradient);
  void start_full();
  void progress();
  void finish();
  void gather();
  void take_back(const Bucket& bucket);
  void give(Parameter& parameter, const Tensor& reduced);
  void refuse_gradients();
  void rebuild();

  void keep_buffers();
  void look_at_buffers() noexcept;
  void take_buffers();
  void average_buffers();
  void average_kind(DType dtype);
  std::vector<Tensor> place_buffers(const std::vector<Buffer*>& kind, const Tensor& flat);
  void sum_in_tree(const Tensor& flat);

  Communicator& communicator_;
  DataParallelOptions options_;
  std::vector<Parameter> parameters_{};
  std::vector<Buffer> buffers_{};
  std::vector<Buffer> counters_{};  // buffers of integers
  std::vector<Bucket> buckets_{};
  std::size_t started_ = 0;    // buckets on their way
  std::size_t ended_ = 0;      // the first of these that have come, as far as is known
  std::weak_ptr<int> pass_{};  // of this thread's backward; an exception ends it
  bool has_passed_ = false;    // since begin_part
  bool is_rebuilt_ = false;
  std::optional<Part> part_{};
  std::vector<std::size_t> order_{};  // in which leaves were complete, in the first pass
  std::int64_t not_finite_ = -1;      // the first parameter whose gradient is not finite
};

}  // namespace retrograd::mpi::detail
