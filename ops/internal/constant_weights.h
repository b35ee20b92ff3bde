// Constants of a prepared graph, whose kernels may keep copies in their own layouts. Internal.
#pragma once

#include <memory>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {
class PreparedWeights;
}

namespace retrograd::detail {

class RETROGRAD_API ConstantWeights {
 public:
  explicit ConstantWeights(const std::vector<Tensor>& constants);
  ~ConstantWeights();
  ConstantWeights(const ConstantWeights&) = delete;
  ConstantWeights& operator=(const ConstantWeights&) = delete;

  // While it lives, kernels of this thread keep and find copies of the constants.
  class RETROGRAD_API Use {
   public:
    explicit Use(const ConstantWeights& weights) noexcept;
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    kernels::PreparedWeights* before_;
  };

 private:
  std::unique_ptr<kernels::PreparedWeights> prepared_;
};

}  // namespace retrograd::detail
