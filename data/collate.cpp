#include <algorithm>

#include <retrograd/data/sample.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

Batch collate(const std::vector<Sample>& samples, Where where) {
  const Frame call("collate", where);
  check::require<ValueError>(call, !samples.empty(), {}, "needs a sample [count-mismatch]");
  const Sample& first = samples[0];
  check::require<ValueError>(call, !first.empty(), {}, "a sample needs a tensor [count-mismatch]");
  Batch batch;
  batch.rest.resize(std::max<std::size_t>(first.size(), 2) - 2);
  std::vector<Tensor> column(samples.size());
  for (std::size_t t = 0; t < first.size(); ++t) {
    for (std::size_t s = 0; s < samples.size(); ++s) {
      check::require<ShapeError>(call, samples[s].size() == first.size(), {},
                                 "sample 0 of the batch has {} tensors and sample {} has {} "
                                 "[count-mismatch]",
                                 first.size(), s, samples[s].size());
      column[s] = samples[s][t];
      check::defined(call, "tensor", column[s]);
      check::require<DTypeError>(call, column[s].dtype() == first[t].dtype(), {},
                                 "tensor {} is {} in sample 0 of the batch and {} in sample {} "
                                 "[dtypes-differ]",
                                 t, first[t].dtype(), column[s].dtype(), s);
      check::require<ShapeError>(call, column[s].shape() == first[t].shape(), {},
                                 "tensor {} has shape {} in sample 0 of the batch and {} in sample "
                                 "{} [shapes-differ]",
                                 t, first[t].shape(), column[s].shape(), s);
    }
    batch[t] = stack(column);
  }
  return batch;
}

}  // namespace retrograd
