// How a sequence is shared between threads: a piece takes some rows of the batch in one direction
// through all steps, so that no step waits for another piece.
#pragma once

#include <algorithm>
#include <cstdint>

#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/gates.h>
#include <retrograd/ops/kernels/sequence/recurrence.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::sequence {

// Calls f.operator()<Cell>() with the step of the kind.
template <class F>
void for_cell(Recurrence kind, F&& f) {
  switch (kind) {
    case Recurrence::rnn_tanh: return f.template operator()<Plain<false>>();
    case Recurrence::rnn_relu: return f.template operator()<Plain<true>>();
    case Recurrence::gru: return f.template operator()<Gru>();
    case Recurrence::lstm: return f.template operator()<Lstm>();
  }
}

// Rows of the batch in one direction.
struct RowGroup {
  std::int64_t piece;
  std::int64_t direction;
  std::int64_t first;
  std::int64_t count;
};

// The first state of a group's rows in (D, N, H).
inline std::int64_t first_state(const RecurrenceGeometry& geometry, const RowGroup& group) {
  return (group.direction * geometry.batch + group.first) * geometry.hidden;
}

class RowGroups {
 public:
  explicit RowGroups(const RecurrenceGeometry& geometry)
      : batch_(geometry.batch),
        each_direction_(detail::divided_up(geometry.batch, kMost)),
        pieces_(geometry.directions * each_direction_),
        lanes_(lanes_of(geometry)) {}

  // That memory of a group has: the most that one has, rounded up.
  static constexpr std::int64_t rows() { return kMost; }
  std::int64_t pieces() const { return pieces_; }
  int lanes() const { return lanes_; }

  // Calls f(group, lane).
  template <class F>
  void for_each(F&& f) const {
    detail::for_each_piece_of(pieces_, lanes_, [&](std::int64_t piece, int lane) {
      const std::int64_t group = piece % each_direction_;
      const std::int64_t first = batch_ * group / each_direction_;
      f(RowGroup{piece, piece / each_direction_, first,
                 batch_ * (group + 1) / each_direction_ - first},
        lane);
    });
  }

 private:
  static constexpr std::int64_t kMost = 16;  // rows that make a product worth its reads of weights

  int lanes_of(const RecurrenceGeometry& geometry) const {
    constexpr std::int64_t kLeastWork = std::int64_t{1} << 20;  // multiplications
    const std::int64_t work = geometry.steps * geometry.batch * geometry.directions *
                              geometry.gates() * geometry.hidden * geometry.hidden;
    return pieces_ > 1 && work >= detail::worth(kLeastWork) ? detail::lanes_for(pieces_) : 1;
  }

  std::int64_t batch_;
  std::int64_t each_direction_;
  std::int64_t pieces_;
  int lanes_;
};

// Copies `count` numbers of x from its element `at` on, or zeros for an undefined x.
template <class T, class C>
void start(const Tensor& x, std::int64_t at, std::int64_t count, C* to) {
  if (!x.defined()) {
    std::fill_n(to, count, C{0});
    return;
  }
  std::transform(x.raw<T>() + at, x.raw<T>() + at + count, to, convert<C, T>);
}

}  // namespace retrograd::kernels::sequence
