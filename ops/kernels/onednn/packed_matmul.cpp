#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn/packed_matmul.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/lru_cache.h>
#include <retrograd/ops/kernels/onednn/runtime.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/internal/openmp.h>

namespace retrograd::kernels::onednn {

using dnnl::memory;

struct PackedMatmulPlan {
  std::string implementation;
  Runnable pack;
  Runnable matmul;
  memory::desc given;  // the right matrix as it was
  memory::desc left;
  memory::desc packed;
  memory::desc product;
};

namespace {

constexpr std::size_t kMostPlans = 64;
// Below this many multiplications, a call takes longer than the product in float32.
constexpr std::int64_t kLeast = 1 << 15;

struct Key {
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
  bool transposed;

  friend bool operator==(const Key&, const Key&) = default;
};

struct HashKey {
  std::size_t operator()(const Key& key) const noexcept {
    std::uint64_t hash = key.transposed ? 1 : 0;
    for (const std::int64_t number : {key.rows, key.depth, key.columns}) {
      hash = mixed(hash, static_cast<std::uint64_t>(number));
    }
    return hash;
  }
};

// Null for oneDNN's plain loops.
std::shared_ptr<const PackedMatmulPlan> make_plan(const Key& key) {
  using Type = memory::data_type;
  auto plan = std::make_shared<PackedMatmulPlan>();
  const memory::dims right{key.depth, key.columns};
  plan->left = {{key.rows, key.depth}, Type::bf16, memory::dims{key.depth, 1}};
  plan->given = {right, Type::bf16,
                 key.transposed ? memory::dims{1, key.depth} : memory::dims{key.columns, 1}};
  plan->product = {{key.rows, key.columns}, Type::f32, memory::dims{key.columns, 1}};
  const auto description = describe<dnnl::matmul>(
      engine(), attributes(), plan->left, memory::desc(right, Type::bf16, memory::format_tag::any),
      plan->product);
  if (!description || std::string_view(description.impl_info_str()).starts_with("ref")) {
    return nullptr;
  }
  plan->implementation = description.impl_info_str();
  plan->packed = description.weights_desc();
  plan->pack = make_reorder(plan->given, plan->packed);
  plan->matmul = {dnnl::matmul(description), description};
  return plan;
}

using PlanCache = LruCache<Key, PackedMatmulPlan, HashKey>;

// Never destroyed, as oneDNN's own statics may be gone before ours.
PlanCache& plan_cache() {
  static PlanCache& instance = *new PlanCache(kMostPlans);
  return instance;
}

}  // namespace

PackedMatmul::PackedMatmul(std::int64_t rows, const Tensor& w, bool transposed) {
  const Key key{rows, w.shape()[transposed ? 1 : 0], w.shape()[transposed ? 0 : 1], transposed};
  if (key.rows * key.depth * key.columns < kLeast) {
    return;
  }
  const detail::OneOpenMpThread one;
  plan_ = plan_cache().get(key, [&] { return made([&] { return make_plan(key); }); });
  if (plan_) {
    packed_ = empty_tensor({static_cast<std::int64_t>(plan_->packed.get_size())}, uint8);
    plan_->pack.run({{DNNL_ARG_FROM, &plan_->given, w.raw_bytes()},
                     {DNNL_ARG_TO, &plan_->packed, packed_.raw_bytes()}});
    detail::kernel_uses(plan_->implementation.c_str());
  }
}

std::int64_t PackedMatmul::scratch_bytes() const {
  return plan_->matmul.scratch_bytes();
}

void PackedMatmul::run(const BFloat16* left, float* out, void* scratch) const {
  const detail::OneOpenMpThread one;
  plan_->matmul.run({{DNNL_ARG_SRC, &plan_->left, const_cast<BFloat16*>(left)},
                     {DNNL_ARG_WEIGHTS, &plan_->packed, packed_.raw_bytes()},
                     {DNNL_ARG_DST, &plan_->product, out}},
                    scratch);
}

}  // namespace retrograd::kernels::onednn
#endif
