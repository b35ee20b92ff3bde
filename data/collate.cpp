#include <algorithm>
#include <string>

#include <retrograd/data/sample.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

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
                                 "samples have {} and {} tensors [count-mismatch]", first.size(),
                                 samples[s].size());
      column[s] = samples[s][t];
      check::defined(call, "tensor", column[s]);
      if (column[s].dtype() != first[t].dtype() || column[s].shape() != first[t].shape()) {
        const std::string name = detail::formatted("sample {}", s);
        check::same_dtype(call, "sample 0", first[t], name.c_str(), column[s]);
        check::same_shape(call, "sample 0", first[t], name.c_str(), column[s]);
      }
    }
    batch[t] = stack(column);
  }
  return batch;
}

}  // namespace retrograd
