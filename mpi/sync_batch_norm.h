/// @file
/// Batch norm by the statistics of the whole batch, of which each rank has a part. Link
/// `retrograd::mpi`.
#pragma once

#include <cstdint>

#include <retrograd/mpi/communicator.h>
#include <retrograd/nn/module.h>
#include <retrograd/nn/norm.h>
#include <retrograd/ops/norm.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::mpi {

/// Returns the rows of this rank of `batch_norm()` of all ranks' rows together.
///
/// In training, all ranks call it, and the backward passes of all go through it. Parts may differ
/// in size, and may be empty. The sums have the same bits on all ranks. Without training, it is
/// `batch_norm()`.
/// @throws ValueError if all ranks together have one value for a channel
RETROGRAD_API Tensor sync_batch_norm(const Tensor& x, const Tensor& running_mean,
                                     const Tensor& running_var, const Tensor& weight,
                                     const Tensor& bias, const BatchNormOptions& options,
                                     Communicator& communicator, Where where = {});

/// sync_batch_norm() as a layer, for inputs (N, C) or (N, C, spatial...), as PyTorch's.
/// @code mpi::SyncBatchNorm layer(16, world); @endcode
class RETROGRAD_API SyncBatchNorm : public nn::RunningNorm {
 public:
  /// Makes the layer for `num_features` channels. `communicator` must outlive it.
  /// @throws ValueError if `num_features` is below 1, or an option is out of range
  /// @throws DTypeError if `dtype` is not floating
  SyncBatchNorm(std::int64_t num_features, Communicator& communicator,
                nn::BatchNormOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return normalised(x, false); }
};

/// Makes every `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d` of a model call sync_batch_norm() in
/// training, and returns their number. Names, parameters and buffers stay.
///
/// A step then is that of the whole batch on one rank. In deterministic mode, DataParallel refuses
/// such a model unless the virtual ranks are as many as the ranks.
/// @code
/// mpi::convert_sync_batchnorm(model, world);
/// mpi::DataParallel parallel(model, world);
/// @endcode
RETROGRAD_API int convert_sync_batchnorm(nn::Module& model, Communicator& communicator);

}  // namespace retrograd::mpi
