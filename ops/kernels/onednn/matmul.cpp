#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn/matmul.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/lru_cache.h>
#include <retrograd/ops/kernels/onednn/runtime.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels::onednn {

namespace {

using dnnl::memory;

constexpr std::size_t kMostPlans = 256;
// Below this many multiplications, finding the primitive takes longer than converting to float32.
constexpr std::int64_t kLeast = 1 << 14;

// Sizes and strides of both operands, the result's dtype, the number of threads.
using MatmulKey = std::array<std::int64_t, 13>;

struct HashMatmulKey {
  std::size_t operator()(const MatmulKey& key) const noexcept {
    std::uint64_t hash = 0;
    for (const std::int64_t part : key) {
      hash = mixed(hash, static_cast<std::uint64_t>(part));
    }
    return hash;
  }
};

struct MatmulPlan {
  std::string implementation;
  Runnable matmul;
  memory::desc left;
  memory::desc right;
  memory::desc product;
};

// The memory must be one that BLAS could read: rows or columns without gaps in them.
bool is_plain(const Tensor& x) {
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  return (strides[2] == 1 && strides[1] >= shape[2]) || (strides[1] == 1 && strides[2] >= shape[1]);
}

memory::desc described(const Tensor& x) {
  memory::dims strides(x.strides().begin(), x.strides().end());
  if (x.shape()[0] == 1) {  // whatever stood there: oneDNN wants one that fits
    strides[0] = std::max(strides[1] * x.shape()[1], strides[2] * x.shape()[2]);
  }
  return {memory::dims(x.shape().begin(), x.shape().end()), data_type(x.dtype()), strides};
}

// Null for oneDNN's plain loops.
std::shared_ptr<const MatmulPlan> make_plan(const Tensor& a, const Tensor& b, const Tensor& out) {
  auto plan = std::make_shared<MatmulPlan>();
  plan->left = described(a);
  plan->right = described(b);
  plan->product = described(out);
  const auto description =
      describe<dnnl::matmul>(engine(), attributes(), plan->left, plan->right, plan->product);
  if (!description || std::string_view(description.impl_info_str()).starts_with("ref")) {
    return nullptr;
  }
  plan->implementation = description.impl_info_str();
  plan->matmul = {dnnl::matmul(description), description};
  return plan;
}

using PlanCache = LruCache<MatmulKey, MatmulPlan, HashMatmulKey>;

// Never destroyed, as oneDNN's own statics may be gone before ours.
PlanCache& plan_cache() {
  static PlanCache& instance = *new PlanCache(kMostPlans);
  return instance;
}

}  // namespace

Tensor matmul(const Tensor& given_a, const Tensor& given_b, DType result) {
  const std::int64_t batch = std::max(given_a.shape()[0], given_b.shape()[0]);
  const std::int64_t work =
      std::min(given_a.shape()[0], given_b.shape()[0]) == 0
          ? 0
          : batch * given_a.shape()[1] * given_a.shape()[2] * given_b.shape()[2];
  if (work < kLeast) {
    return {};
  }
  const Tensor a = is_plain(given_a) ? given_a : contiguous_copy(given_a);
  const Tensor b = is_plain(given_b) ? given_b : contiguous_copy(given_b);
  Tensor out = empty_tensor({batch, a.shape()[1], b.shape()[2]}, result);
  const WorkThreads threads(work);
  MatmulKey key{static_cast<std::int64_t>(result), threads.count()};
  for (std::size_t d = 0; d < 3; ++d) {
    key[2 + d] = a.shape()[d];
    key[5 + d] = a.strides()[d];
    key[8 + d] = b.strides()[d];
  }
  key[11] = b.shape()[0];
  key[12] = b.shape()[2];
  const auto plan = plan_cache().get(key, [&]() -> std::shared_ptr<const MatmulPlan> {
    try {
      return within_memory([&] {
        require_room_to_make();
        return make_plan(a, b, out);
      });
    } catch (const dnnl::error&) {
      return nullptr;
    }
  });
  if (!plan) {
    return {};
  }
  detail::kernel_uses(plan->implementation.c_str());
  plan->matmul.run({{DNNL_ARG_SRC, &plan->left, a.raw_bytes()},
                    {DNNL_ARG_WEIGHTS, &plan->right, b.raw_bytes()},
                    {DNNL_ARG_DST, &plan->product, out.raw_bytes()}});
  return out;
}

}  // namespace retrograd::kernels::onednn
#endif
