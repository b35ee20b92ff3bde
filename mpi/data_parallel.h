/// @file
/// Training by several processes, each on its part of the samples. Link `retrograd::mpi`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <retrograd/data/sample.h>
#include <retrograd/mpi/communicator.h>
#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::mpi {

/// Options of DataParallel. All ranks give the same ones.
struct DataParallelOptions {
  /// Dtype that gradients of float32 are sent in: float32, or bfloat16 for half the bytes.
  DType wire = float32;
  /// Least number of bytes that are sent together. More serve slow starts of messages, and fewer
  /// let the first message start earlier (docs/scaling.md).
  std::int64_t bucket_bytes = 1 << 20;
  /// Whether a gradient with NaN or infinity is an error, which names its rank and parameter on all
  /// ranks. Ranks learn of it with the gradients, so that steps have no further message.
  bool check_finite = true;
  /// Whether trained weights have the same bits for any number of ranks.
  bool deterministic = is_deterministic();
  /// Number of parts of a batch in deterministic mode: a power of two, and a multiple of the number
  /// of ranks.
  int virtual_ranks = 4;
};

/// Function that computes the mean loss of some samples.
using PartLoss = std::function<Tensor(const Batch& part)>;

/// Returns part `index` of `count` of a batch: rows ceil(N index / count) to
/// ceil(N (index + 1) / count), which may be none.
/// @throws IndexError unless 0 <= `index` < `count`
RETROGRAD_API Batch part_of(const Batch& batch, std::int64_t index, std::int64_t count,
                            Where where = {});

/// Keeps the gradients of a model equal on all ranks.
///
/// The constructor copies parameters and buffers of rank 0 to all ranks. From then on, `backward()`
/// of any loss ends with gradients averaged over the ranks. They are copied into buckets and sent
/// while the pass still runs. All ranks run the same number of passes.
/// @code
/// mpi::DataParallel parallel(model, world);
/// for (const auto& batch : loader) {
///   optimizer.zero_grad();
///   const double loss = parallel.backward(batch, [&](const rg::Batch& part) {
///     return rg::cross_entropy(model(part.inputs), part.targets);
///   });
///   optimizer.step();
/// }
/// @endcode
///
/// After a pass, floating buffers that it changed, such as running means, are averaged too. Buffers
/// of integers become those of rank 0. A parameter that no rank used keeps its gradient. Convert
/// the model with `to()` before.
class RETROGRAD_API DataParallel {
 public:
  /// While one is alive, passes add to gradients of this rank alone. The next pass without it
  /// averages the sums. In deterministic mode each pass averages, to the same gradients.
  class RETROGRAD_API NoSync {
   public:
    ~NoSync();
    NoSync(const NoSync&) = delete;
    NoSync& operator=(const NoSync&) = delete;

   private:
    friend class DataParallel;
    explicit NoSync(DataParallel& parallel) noexcept;
    DataParallel& parallel_;
    bool previous_;
  };

  /// Copies the parameters and buffers of rank 0 to all ranks, after checking that they have the
  /// same names, shapes and dtypes. `model` and `communicator` must outlive it.
  /// @throws CommunicationError on all ranks, with the rank and the tensor, if they differ
  /// @throws ValueError if an option is out of range, or the virtual ranks do not divide among the
  ///   ranks
  DataParallel(nn::Module& model, Communicator& communicator, DataParallelOptions options = {},
               Where where = {});
  ~DataParallel();
  DataParallel(const DataParallel&) = delete;
  DataParallel& operator=(const DataParallel&) = delete;

  /// Adds the gradient of the mean loss of a batch that all ranks have, and returns that loss.
  ///
  /// `loss` is called with each part of this rank. By default there is one part for each rank. In
  /// deterministic mode there is one for each virtual rank. A part without rows is left out.
  /// Inside, random tensors of `default_generator()` are the rows of those that one process draws
  /// for the whole batch, where their first dimension counts the samples. The generator starts from
  /// that of rank 0. Other tensors have numbers of their own in each part.
  /// @throws GraphError if the loss is undefined or has several elements
  /// @throws ShapeError if the batch has no rows
  /// @throws CommunicationError if ranks have batches of different sizes
  double backward(const Batch& batch, const PartLoss& loss, Where where = {});
  /// Adds the same gradient as `backward()`, where each rank has only its own rows of the batch.
  /// They are `part_of(batch, rank, size)` of the whole batch.
  double backward_shard(const Batch& rows, const PartLoss& loss, Where where = {});

  /// Makes passes add to gradients of this rank alone, until the result is destroyed.
  /// @code
  /// {
  ///   const auto alone = parallel.no_sync();
  ///   first_loss.backward();
  /// }
  /// second_loss.backward();  // averages the gradients of both
  /// @endcode
  NoSync no_sync() noexcept { return NoSync(*this); }

  /// Checks that parameters and buffers have the same bits on all ranks.
  /// @throws CommunicationError on all ranks, with a rank and a tensor that differ
  void verify(Where where = {}) const;

  /// Returns the communicator.
  Communicator& communicator() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace retrograd::mpi
