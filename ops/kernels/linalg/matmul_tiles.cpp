#include <retrograd/ops/kernels/linalg/matmul_tiles.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels {

#if RETROGRAD_INSTRUCTIONS

namespace {

using std::int64_t;
using tiles::kStep;

constexpr int64_t kBand = 128;    // rows, and
constexpr int64_t kChunk = 512;   // columns that a piece multiplies
constexpr int64_t kDepth = 1024;  // that it multiplies at a time: its sides fit the second cache
constexpr int64_t kMostPacked = 1 << 19;  // elements of b that are packed together

int64_t whole(int64_t size) {
  return detail::rounded_up(size, kStep);
}

bool is_plain(const Tensor& x) {
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  return (strides[2] == 1 && strides[1] >= shape[2]) || (strides[1] == 1 && strides[2] >= shape[1]);
}

// The matrices of x, row by row, or column by column.
class Operand {
 public:
  explicit Operand(const Tensor& x)
      : tensor_(is_plain(x) ? x : contiguous_copy(x)),
        by_columns_(tensor_.strides()[2] != 1 || tensor_.strides()[1] < tensor_.shape()[2]),
        step_(tensor_.strides()[by_columns_ ? 2 : 1]) {}

  bool by_columns() const { return by_columns_; }
  // Of a matrix, from (row, column) on.
  tiles::Rows<const BFloat16> at(int64_t matrix, int64_t row, int64_t column) const {
    const int64_t first = tensor_.shape()[0] == 1 ? 0 : matrix * tensor_.strides()[0];
    const int64_t within = by_columns_ ? column * step_ + row : row * step_ + column;
    return {tensor_.raw<BFloat16>() + first + within, step_};
  }

 private:
  Tensor tensor_;
  bool by_columns_;
  int64_t step_;
};

// Some columns of the product of two matrices.
struct Part {
  int64_t matrix;
  int64_t first;
  int64_t columns;
  tiles::Right right;  // where these columns of b are packed
};

template <class T>
class Product {
 public:
  Product(const Tensor& a, const Tensor& b, const Tensor& out)
      : a_(a),
        b_(b),
        out_(out),
        batch_(out.shape()[0]),
        rows_(out.shape()[1]),
        depth_(a.shape()[2]),
        columns_(out.shape()[2]),
        direct_(std::is_same_v<T, float> && rows_ % tiles::kFewRows == 0 && columns_ % kStep == 0) {
  }

  void run() const {
    constexpr int64_t kLeastWork = int64_t{1} << 24;  // multiplications worth a thread
    const int64_t work = rows_ * depth_ * columns_;
    if (batch_ == 1 || work >= detail::worth(4 * kLeastWork)) {
      const int64_t most = pieces_of(across());
      const int lanes = work < detail::worth(kLeastWork) ? 1 : detail::lanes_for(most);
      const Tensor packed = empty_tensor({whole(depth_) * whole(across())}, bfloat16);
      const LaneScratch scratch(scratch_bytes(), lanes);
      for (int64_t i = 0; i < batch_; ++i) {
        matrix(i, packed.raw<BFloat16>(), scratch, 0, lanes);
      }
      return;
    }
    const int64_t each =
        std::max<int64_t>(detail::worth(kLeastWork) / std::max<int64_t>(work, 1), 1);
    const int64_t pieces = detail::divided_up(batch_, each);
    const int lanes = pieces > 1 ? detail::lanes_for(pieces) : 1;
    const LaneScratch packed(whole(depth_) * whole(across()) * 2, lanes);
    const LaneScratch scratch(scratch_bytes(), lanes);
    detail::for_pieces(batch_, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
      for (int64_t i = begin; i < end; ++i) {
        matrix(i, packed.of_lane<BFloat16>(lane), scratch, lane, 1);
      }
    });
  }

 private:
  // Columns that are packed together.
  int64_t across() const {
    return std::min(columns_, std::max(kMostPacked / whole(depth_) / kStep, int64_t{1}) * kStep);
  }
  int64_t pieces_of(int64_t columns) const {
    return detail::divided_up(rows_, kBand) * detail::divided_up(columns, kChunk);
  }
  int64_t scratch_bytes() const {
    return LaneParts::bytes(kBand * std::min(kDepth, whole(depth_)), 1, sizeof(BFloat16)) +
           LaneParts::bytes(kBand * std::min(kChunk, whole(columns_)), 1, sizeof(float));
  }

  // One of the products; `lane` is that of a single one.
  void matrix(int64_t i, BFloat16* packed, const LaneScratch& scratch, int lane, int lanes) const {
    for (int64_t first = 0; first < columns_; first += across()) {
      const Part part{i, first, std::min(across(), columns_ - first), {packed, whole(depth_)}};
      const int64_t panels = whole(part.columns) / kStep;
      detail::for_pieces(panels, std::min<int64_t>(panels, 4 * lanes), lanes,
                         [&](int64_t begin, int64_t end, int) { pack(part, begin, end); });
      const int64_t chunks = detail::divided_up(part.columns, kChunk);
      detail::for_each_piece_of(pieces_of(part.columns), lanes, [&](int64_t piece, int own) {
        piece_of(part, piece / chunks * kBand, piece % chunks * kChunk,
                 LaneParts(scratch.of_lane<std::byte>(lane + own)));
      });
    }
  }

  void pack(const Part& part, int64_t begin, int64_t end) const {
    const int64_t column = begin * kStep;
    const int64_t count = std::min(end * kStep, part.columns) - column;
    const tiles::Rows<const BFloat16> from = b_.at(part.matrix, 0, part.first + column);
    if (b_.by_columns()) {
      tiles::transpose_right(count, depth_, from, part.right.panel(begin));
    } else {
      tiles::copy_right(depth_, count, from, part.right.panel(begin));
    }
  }

  void piece_of(const Part& part, int64_t row, int64_t column, LaneParts scratch) const {
    const int64_t rows = std::min(kBand, rows_ - row);
    const int64_t columns = std::min(kChunk, part.columns - column);
    T* const out = out_.raw<T>() + (part.matrix * rows_ + row) * columns_ + part.first + column;
    const tiles::Right right = part.right.panel(column / kStep);
    const int64_t own_depth = std::min(kDepth, whole(depth_));
    const tiles::Rows<BFloat16> left{scratch.take<BFloat16>(kBand * own_depth), own_depth};
    float* const sums = scratch.take<float>(kBand * whole(columns));
    if (depth_ > kDepth || direct_) {
      const tiles::Rows<float> all =
          direct_ ? tiles::Rows<float>{static_cast<float*>(static_cast<void*>(out)), columns_}
                  : tiles::Rows<float>{sums, whole(columns)};
      for (int64_t k = 0; k < depth_; k += kDepth) {
        multiply(part, {row, rows}, {k, std::min(kDepth, depth_ - k)}, columns, left, right, all);
      }
      if (!direct_) {
        put(rows, columns, all, out);
      }
      return;
    }
    // A panel's sums stay in the first cache.
    const tiles::Rows<BFloat16> own = left_of(part, {row, rows}, {0, depth_}, left);
    for (int64_t j = 0; j < columns; j += kStep) {
      {
        const tiles::Configured in_force;
        tiles::multiply(detail::rounded_up(rows, tiles::kFewRows), kStep, whole(depth_), own,
                        right.panel(j / kStep), {sums, kStep}, Target::overwritten);
      }
      put(rows, std::min(kStep, columns - j), {sums, kStep}, out + j);
    }
  }

  struct Range {
    int64_t first;
    int64_t count;
  };

  void multiply(const Part& part, Range rows, Range depth, int64_t columns,
                tiles::Rows<BFloat16> left, tiles::Right right, tiles::Rows<float> sums) const {
    const tiles::Rows<BFloat16> own = left_of(part, rows, depth, left);
    const tiles::Configured in_force;
    tiles::multiply(detail::rounded_up(rows.count, tiles::kFewRows), whole(columns),
                    whole(depth.count), own, right.from_row(depth.first), sums,
                    depth.first == 0 ? Target::overwritten : Target::added_to);
  }

  // Rows of a, copied if tiles cannot load them where they are.
  tiles::Rows<BFloat16> left_of(const Part& part, Range rows, Range depth,
                                tiles::Rows<BFloat16> scratch) const {
    constexpr std::uintptr_t kLine = 64;
    const tiles::Rows<const BFloat16> from = a_.at(part.matrix, rows.first, depth.first);
    if (a_.by_columns()) {
      tiles::transpose_left(depth.count, rows.count, from, scratch);
      return scratch;
    }
    const bool fits = rows.count % tiles::kFewRows == 0 && depth.count % kStep == 0 &&
                      from.step % kStep == 0 && std::bit_cast<std::uintptr_t>(from.at) % kLine == 0;
    if (fits) {
      return {const_cast<BFloat16*>(from.at), from.step};
    }
    tiles::copy_left(rows.count, depth.count, from, scratch);
    return scratch;
  }

  void put(int64_t rows, int64_t columns, tiles::Rows<float> sums, T* out) const {
    if constexpr (std::is_same_v<T, BFloat16>) {
      if (columns % kStep == 0) {
        tiles::round_left(rows, columns, {sums.at, sums.step}, {out, columns_});
        return;
      }
    }
    detail::vectorised_wide([=, step = columns_] {
      for (int64_t i = 0; i < rows; ++i) {
#pragma omp simd
        for (int64_t j = 0; j < columns; ++j) {
          out[i * step + j] = convert<T>(sums.at[i * sums.step + j]);
        }
      }
    });
  }

  Operand a_;
  Operand b_;
  const Tensor& out_;
  int64_t batch_;
  int64_t rows_;
  int64_t depth_;
  int64_t columns_;
  bool direct_;  // whether tiles are stored in the result
};

// All rows of a batch as one matrix, where b is a single one.
Tensor joined(const Tensor& a, const Tensor& b) {
  const Shape& shape = a.shape();
  return b.shape()[0] == 1 && shape[0] > 1 && a.is_contiguous()
             ? detail::view_within(a, {1, shape[0] * shape[1], shape[2]},
                                   {0, a.strides()[1], a.strides()[2]}, a.impl().offset)
             : a;
}

}  // namespace

Tensor matmul_tiles(const Tensor& given, const Tensor& b, DType result) {
  // oneDNN is as fast for less: there, laying out the sides takes most of the time.
  constexpr int64_t kLeastWork = int64_t{1} << 24;
  constexpr int64_t kLeastRows = 64;
  constexpr int64_t kLeastDepth = 512;
  if (!detail::fast_tiles() || given.shape()[0] == 0 || b.shape()[0] == 0) {
    return {};
  }
  const Tensor a = joined(given, b);
  const int64_t batch = std::max(a.shape()[0], b.shape()[0]);
  const int64_t rows = a.shape()[1];
  const int64_t depth = a.shape()[2];
  const int64_t columns = b.shape()[2];
  const int64_t work = rows * depth * columns;
  if (rows < kLeastRows || depth < kLeastDepth || 2 * columns < kStep ||
      batch * work < kLeastWork) {
    return {};
  }
  detail::kernel_uses("AMX");
  const Tensor out = empty_tensor({batch, rows, columns}, result);
  if (result == float32) {
    Product<float>(a, b, out).run();
  } else {
    Product<BFloat16>(a, b, out).run();
  }
  const Shape shape{std::max(given.shape()[0], b.shape()[0]), given.shape()[1], columns};
  return detail::view_within(out, shape, contiguous_strides(shape), out.impl().offset);
}

#else

Tensor matmul_tiles(const Tensor& /*a*/, const Tensor& /*b*/, DType /*result*/) {
  return {};
}

#endif

}  // namespace retrograd::kernels
