#include <retrograd/ops/kernels/linalg/gemm_packed.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_pack.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::kernels {

namespace {

using detail::divided_up;
using detail::rounded_up;
using gemm_tile::Columns;
using gemm_tile::kDepth;
using gemm_tile::kMostVectors;
using gemm_tile::kTallDepth;
using gemm_tile::kTallVectors;
using gemm_tile::Left;
using gemm_tile::Panel;
using gemm_tile::PanelRange;
using gemm_tile::Vectors;

constexpr std::int64_t kAcross = 96;           // vectors of columns that are packed together
constexpr std::int64_t kMostRows = 256;        // of a piece: with kDepth they fit the second cache
constexpr std::int64_t kTallRows = 112;        // the same beside kMostPacked, in whole lines
constexpr std::int64_t kMostPacked = 1 << 18;  // elements of b at a time, for the second cache
constexpr std::int64_t kTile = 8;              // rows of a tile that is not tall
// Elements that the first cache holds, however their rows lie in it.
constexpr std::int64_t kNear = 8192;
// So many columns pay for a copy of a.
constexpr std::int64_t kWorthCopy = 512;
// Up to so many rows, a row-major b is read where it is.
constexpr std::int64_t kPlainRows = 16;

// Elements of T in a vector.
template <class T>
std::int64_t lanes_of() {
  std::int64_t lanes = 0;
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE { lanes = Vectors<T, kBytes>::lanes; });
  return lanes;
}

// Rows of a tall tile, or 0 where there is none.
template <class T>
std::int64_t tall_tile() {
  std::int64_t rows = 0;
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE { rows = Vectors<T, kBytes>::tall; });
  return rows;
}

template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline void multiply_panel(std::int64_t vectors, std::int64_t rows,
                                                  std::int64_t depth, Left<T> a, Panel<T> b,
                                                  Columns<T> c) {
  if (vectors == 3) {
    gemm_tile::multiply_panel<T, kBytes, 3>(rows, depth, a, b, c);
  } else if (vectors == 2) {
    gemm_tile::multiply_panel<T, kBytes, 2>(rows, depth, a, b, c);
  } else {
    gemm_tile::multiply_panel<T, kBytes, 1>(rows, depth, a, b, c);
  }
}

// Rows and columns of a product that one thread computes.
template <class T>
struct Piece {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t depth;
  Matrix<T> a;
  Matrix<T> b;
  // b in blocks of `block` rows, panel after panel, of `width` columns, for a piece that shares it
  // and has all columns: the last panels are cut by their number.
  const T* packed = nullptr;
  std::int64_t width = 0;
  T* c;
  std::int64_t c_row_stride;
  bool added;
  std::int64_t block = kDepth;       // of depth, whose terms are added together
  std::int64_t most = kMostVectors;  // of a panel
  bool tall = false;                 // tiles
  T* scratch = nullptr;  // for them, or for a transposed a whose rows are far from each other
};

template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline void multiply_piece(const Piece<T>& p) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  static_assert(kTallDepth * kTallVectors <= kDepth * kMostVectors);
  alignas(kBytes) T own[kDepth * kMostVectors * kLanes];
  const std::int64_t vectors = divided_up(p.columns, kLanes);
  const std::int64_t panels = gemm_tile::panels_of(vectors, p.most);
  const bool plain = !p.b.transposed && (p.rows <= kPlainRows || p.depth * p.b.row_stride <= kNear);
  for (std::int64_t at = 0; at < p.depth; at += p.block) {
    const std::int64_t depth = std::min(p.block, p.depth - at);
    const Left<T> a =
        gemm_tile::left_side<T, kBytes>(p.rows, depth, p.a.from_column(at), p.tall, p.scratch);
    const Matrix<T> right = p.b.from_row(at);
    for (std::int64_t i = 0; i < panels; ++i) {
      const PanelRange panel = gemm_tile::panel_at(i, vectors, p.most);
      const std::int64_t first = panel.first * kLanes;
      const std::int64_t width = panel.count * kLanes;
      Panel<T> b{right.data + first, right.row_stride};
      if (p.packed != nullptr) {
        b = {p.packed + at * p.width + first * depth, width};
      } else if (!plain || first + width > p.columns) {
        b = gemm_tile::pack_panel<T, kBytes>(panel, p.columns, depth, right, own);
      }
      multiply_panel<T, kBytes>(
          panel.count, p.rows, depth, a, b,
          {p.c + first, p.c_row_stride, std::min(width, p.columns - first), p.added || at > 0});
    }
  }
}

// Compiled once for all callers, because each copy takes some 40 kB.
template <class T>
[[gnu::noinline]] void multiply_piece(const Piece<T>& piece) {
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE { multiply_piece<T, kBytes>(piece); });
}

// b (depth, columns) as Piece::packed has it, in blocks of `block` rows and panels of `most`
// vectors, by up to `lanes` threads.
template <class T>
void pack(std::int64_t most, std::int64_t block, std::int64_t columns, std::int64_t depth,
          Matrix<T> b, T* to, int lanes) {
  const std::int64_t panels =
      divided_up(depth, block) * gemm_tile::panels_of(divided_up(columns, lanes_of<T>()), most);
  const std::int64_t pieces = std::min<std::int64_t>(panels, 2 * lanes);
  detail::for_pieces(panels, pieces, lanes, [&](std::int64_t begin, std::int64_t end, int) {
    with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
      gemm_tile::pack_panels<T, kBytes>(begin, end, most, block, columns, depth, b, to);
    });
  });
}

// Rows and columns of a piece. The sums do not depend on them, so they may follow the threads.
struct Cut {
  std::int64_t rows;
  std::int64_t columns;
};

// Pieces of at least half a million multiplications, four for each thread where that leaves a
// choice. Few rows are cut by columns, so that no piece needs what another one packed,
// except where each of them would pack a long left side.
Cut cut_of(std::int64_t rows, std::int64_t columns, std::int64_t depth, std::int64_t panel,
           std::int64_t tile) {
  constexpr std::int64_t kLeastWork = 1 << 19;
  const int threads = get_num_threads();
  const double most = threads == 1 ? 1 : 4 * threads;
  const double work =
      static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth);
  const double worth = static_cast<double>(detail::worth(kLeastWork));
  const std::int64_t wanted =
      std::max<std::int64_t>(static_cast<std::int64_t>(std::min(most, work / worth)), 1);
  const std::int64_t panels = divided_up(columns, panel);
  const bool repeated = tile > kTile && rows >= kTallRows && wanted > 1;
  if (rows <= kMostRows && !repeated && panels >= std::min<std::int64_t>(wanted, 3)) {
    return {rows, divided_up(panels, std::min(wanted, panels)) * panel};
  }
  const std::int64_t most_rows = tile > kTile ? kTallRows : kMostRows;
  return {std::min(rounded_up(divided_up(rows, wanted), tile), most_rows), columns};
}

}  // namespace

template <class T>
void gemm_packed(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
                 Matrix<T> b, T* c, std::int64_t c_row_stride, Target target) {
  detail::kernel_uses("packed");
  constexpr auto kItem = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t lanes = lanes_of<T>();
  const std::int64_t most_across = std::min(columns, kAcross * lanes);
  const std::int64_t tile = tall_tile<T>();
  const bool far = a.transposed && std::min(depth, kDepth) * a.row_stride > kNear;
  // Columns alone decide on the block, so that a row has its bits beside any other rows.
  const bool wide = tile > 0 && columns >= kWorthCopy;
  const bool tall = tile > 0 && rows >= 2 * tile && (far || wide);
  const std::int64_t most = tall || wide ? kTallVectors : kMostVectors;
  const std::int64_t block = gemm_tile::block_depth(depth, wide);
  const Cut cut = cut_of(rows, most_across, depth, most * lanes, tall ? tile : kTile);
  const std::int64_t bands = divided_up(rows, cut.rows);
  const bool shared = bands > 1;  // each band needs all of b
  const std::int64_t across = shared ? most_across : columns;
  const std::int64_t blocks =
      std::max<std::int64_t>(kMostPacked / rounded_up(across, lanes) / block, 1);
  // Pieces read a row of a far transposed a one after another.
  const std::int64_t deep = shared ? std::min(depth, (far ? 1 : blocks) * block) : depth;
  const std::int64_t most_pieces = bands * divided_up(across, cut.columns);
  const int most_lanes = most_pieces > 1 ? detail::lanes_for(most_pieces) : 1;

  Tensor memory;
  T* packed = nullptr;
  if (shared) {
    memory = empty_tensor({rounded_up(across, lanes) * deep * kItem}, uint8);
    packed = static_cast<T*>(static_cast<void*>(memory.raw_bytes()));
  }
  std::optional<LaneScratch> scratch;
  if (tall || (far && rows > kPlainRows)) {
    scratch.emplace((cut.rows + 2 * kTile) * std::min(depth, block) * kItem, most_lanes);
  }

  for (std::int64_t j = 0; j < columns; j += across) {
    const std::int64_t own_columns = std::min(across, columns - j);
    const std::int64_t pieces_across = divided_up(own_columns, cut.columns);
    const std::int64_t pieces = bands * pieces_across;
    for (std::int64_t k = 0; k < depth; k += deep) {
      const std::int64_t own_depth = std::min(deep, depth - k);
      const Matrix<T> right = b.from_row(k).from_column(j);
      if (shared) {
        pack(most, block, own_columns, own_depth, right, packed, most_lanes);
      }
      const auto multiply = [&](std::int64_t piece, int lane) {
        const std::int64_t row = piece / pieces_across * cut.rows;
        const std::int64_t column = piece % pieces_across * cut.columns;
        const Piece<T> own{.rows = std::min(cut.rows, rows - row),
                           .columns = std::min(cut.columns, own_columns - column),
                           .depth = own_depth,
                           .a = a.from_row(row).from_column(k),
                           .b = right.from_column(column),
                           .packed = packed,
                           .width = rounded_up(own_columns, lanes),
                           .c = c + row * c_row_stride + j + column,
                           .c_row_stride = c_row_stride,
                           .added = target == Target::added_to || k > 0,
                           .block = block,
                           .most = most,
                           .tall = tall,
                           .scratch = scratch ? scratch->of_lane<T>(lane) : nullptr};
        multiply_piece(own);
      };
      detail::for_each_piece_of(pieces, pieces > 1 ? most_lanes : 1, multiply);
    }
  }
}

template <class T>
void gemm_here(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
               Matrix<T> b, T* c, std::int64_t c_row_stride, Target target) {
  const Piece<T> whole{.rows = rows,
                       .columns = columns,
                       .depth = depth,
                       .a = a,
                       .b = b,
                       .c = c,
                       .c_row_stride = c_row_stride,
                       .added = target == Target::added_to};
  multiply_piece(whole);
}

template <class T>
PackedRight<T>::PackedRight(std::int64_t columns, std::int64_t depth, Matrix<T> b)
    : columns_(columns), depth_(depth), b_(b) {
  constexpr auto kItem = static_cast<std::int64_t>(sizeof(T));
  if ((has_packed_gemm() || is_deterministic()) && depth > 0) {
    memory_ = empty_tensor({rounded_up(columns, lanes_of<T>()) * depth * kItem}, uint8);
    pack(kMostVectors, kDepth, columns, depth, b,
         static_cast<T*>(static_cast<void*>(memory_.raw_bytes())), 1);
  }
}

template <class T>
void PackedRight<T>::multiply(std::int64_t rows, Matrix<T> a, T* c, std::int64_t c_row_stride,
                              Target target) const {
  if (!memory_.defined()) {
    gemm(rows, columns_, depth_, a, b_, c, c_row_stride, target);
    return;
  }
  const Piece<T> whole{
      .rows = rows,
      .columns = columns_,
      .depth = depth_,
      .a = a,
      .b = b_,
      .packed = static_cast<const T*>(static_cast<const void*>(memory_.raw_bytes())),
      .width = rounded_up(columns_, lanes_of<T>()),
      .c = c,
      .c_row_stride = c_row_stride,
      .added = target == Target::added_to};
  multiply_piece(whole);
}

template void gemm_packed(std::int64_t, std::int64_t, std::int64_t, Matrix<float>, Matrix<float>,
                          float*, std::int64_t, Target);
template void gemm_packed(std::int64_t, std::int64_t, std::int64_t, Matrix<double>, Matrix<double>,
                          double*, std::int64_t, Target);
template void gemm_here(std::int64_t, std::int64_t, std::int64_t, Matrix<float>, Matrix<float>,
                        float*, std::int64_t, Target);
template class PackedRight<float>;
template class PackedRight<double>;

}  // namespace retrograd::kernels
