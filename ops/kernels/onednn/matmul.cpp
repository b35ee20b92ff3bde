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
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/lru_cache.h>
#include <retrograd/ops/kernels/onednn/runtime.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/internal/openmp.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::onednn {

namespace {

using dnnl::memory;

constexpr std::size_t kMostPlans = 256;
// Below this many multiplications, finding the primitive takes longer than converting to float32.
constexpr std::int64_t kLeast = 1 << 14;

// A matrix for each element of the batch, as oneDNN is told of it: sizes, then strides.
using Matrices = std::array<std::int64_t, 6>;

// The result's dtype and the operands; the product is row-major.
struct MatmulKey {
  DType result;
  Matrices left;
  Matrices right;

  friend bool operator==(const MatmulKey&, const MatmulKey&) = default;
};

struct HashMatmulKey {
  std::size_t operator()(const MatmulKey& key) const noexcept {
    std::uint64_t hash = static_cast<std::uint64_t>(key.result);
    for (const Matrices* const matrices : {&key.left, &key.right}) {
      for (const std::int64_t number : *matrices) {
        hash = mixed(hash, static_cast<std::uint64_t>(number));
      }
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

Matrices matrices_of(const Tensor& x) {
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  return {shape[0], shape[1], shape[2], strides[0], strides[1], strides[2]};
}

memory::desc described(const Matrices& x, DType dtype) {
  memory::dims strides(x.begin() + 3, x.end());
  if (x[0] == 1) {  // whatever stood there: oneDNN wants one that fits
    strides[0] = std::max(strides[1] * x[1], strides[2] * x[2]);
  }
  return {memory::dims(x.begin(), x.begin() + 3), data_type(dtype), strides};
}

// Null for oneDNN's plain loops.
std::shared_ptr<const MatmulPlan> make_plan(const MatmulKey& key) {
  const std::int64_t batch = std::max(key.left[0], key.right[0]);
  const std::int64_t rows = key.left[1];
  const std::int64_t columns = key.right[2];
  auto plan = std::make_shared<MatmulPlan>();
  plan->left = described(key.left, bfloat16);
  plan->right = described(key.right, bfloat16);
  plan->product = described({batch, rows, columns, rows * columns, columns, 1}, key.result);
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

std::shared_ptr<const MatmulPlan> plan_for(const MatmulKey& key) {
  return plan_cache().get(key, [&] { return made([&] { return make_plan(key); }); });
}

// How many matrices of the batch, or else rows of one matrix, a piece has: a function of the sizes
// alone.
struct Cut {
  bool by_rows;
  std::int64_t size;
  std::int64_t pieces_of_matrix;
  std::int64_t pieces;
};

// Pieces of 4 to 32 million multiplications, 16 where that leaves a choice.
Cut cut_of(std::int64_t batch, std::int64_t rows, std::int64_t work) {
  constexpr std::int64_t kLeastWork = std::int64_t{1} << 22;
  constexpr std::int64_t kMostWork = 8 * kLeastWork;
  constexpr std::int64_t kRows = 32;  // that AMX's tiles hold
  const std::int64_t wanted = std::max<std::int64_t>(
      work / std::clamp(work / 16, detail::worth(kLeastWork), detail::worth(kMostWork)), 1);
  if (batch >= std::min<std::int64_t>(wanted, 16)) {
    const std::int64_t size = detail::divided_up(batch, wanted);
    return {false, size, 1, detail::divided_up(batch, size)};
  }
  const std::int64_t bands = detail::divided_up(wanted, batch);
  const std::int64_t size =
      std::min(detail::rounded_up(detail::divided_up(rows, bands), kRows), rows);
  const std::int64_t each = detail::divided_up(rows, size);
  return {true, size, each, batch * each};
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
  const detail::OneOpenMpThread one;
  const std::int64_t rows = a.shape()[1];
  const Cut cut = cut_of(batch, rows, work);
  const MatmulKey whole{result, matrices_of(a), matrices_of(b)};
  // Of `count` matrices, or rows of a matrix.
  const auto plan_of = [&](std::int64_t count) {
    MatmulKey key = whole;
    if (cut.by_rows) {
      key.left[0] = key.right[0] = 1;
      key.left[1] = count;
    } else {
      key.left[0] = std::min(key.left[0], count);
      key.right[0] = std::min(key.right[0], count);
    }
    return plan_for(key);
  };
  const std::int64_t last = (cut.by_rows ? rows : batch) % cut.size;
  const auto plan = plan_of(cut.size);
  const auto last_plan = last == 0 ? plan : plan_of(last);
  if (!plan || !last_plan) {
    return {};
  }
  detail::kernel_uses(plan->implementation.c_str());
  Tensor out = empty_tensor({batch, rows, b.shape()[2]}, result);
  const int lanes = detail::lanes_for(cut.pieces);
  const LaneScratch scratch(
      std::max(plan->matmul.scratch_bytes(), last_plan->matmul.scratch_bytes()), lanes);
  detail::for_each_piece_of(cut.pieces, lanes, [&](std::int64_t piece, int lane) {
    const std::int64_t matrix = cut.by_rows ? piece / cut.pieces_of_matrix : piece * cut.size;
    const std::int64_t row = cut.by_rows ? piece % cut.pieces_of_matrix * cut.size : 0;
    const bool is_last = (cut.by_rows ? rows - row : batch - matrix) < cut.size;
    const MatmulPlan& own = is_last ? *last_plan : *plan;
    const auto at = [](const Tensor& x, std::int64_t m, std::int64_t r) {
      const std::int64_t offset = (x.shape()[0] == 1 ? 0 : m * x.strides()[0]) + r * x.strides()[1];
      return x.raw_bytes() + offset * static_cast<std::int64_t>(item_size(x.dtype()));
    };
    own.matmul.run({{DNNL_ARG_SRC, &own.left, at(a, matrix, row)},
                    {DNNL_ARG_WEIGHTS, &own.right, at(b, matrix, 0)},
                    {DNNL_ARG_DST, &own.product, at(out, matrix, row)}},
                   scratch.of_lane<void>(lane));
  });
  return out;
}

}  // namespace retrograd::kernels::onednn
#endif
