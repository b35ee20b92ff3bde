// The products of attention's blocks in bfloat16, by the tiles of AMX. Weights and their gradients
// are rounded to bfloat16 where they are multiplied; all else is float32. Internal.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention_blocks.h>

namespace retrograd::kernels::attending {

// As Plain of attention_plain.h.
struct Tiled {
  using C = float;

  static constexpr int64_t kStrip = tiles::kStep;  // its scores fit the first cache
  static int64_t whole(int64_t size) { return detail::rounded_up(size, tiles::kStep); }
  static int64_t score_step(const Sizes& sizes) {
    return whole(std::min(kAttentionBlock, sizes.keys));
  }
  static int64_t query_step(const Sizes& sizes) { return whole(sizes.width); }
  static int64_t value_step(const Sizes& sizes) { return whole(sizes.value_width); }
  static int64_t query_rows(const Sizes& sizes) { return whole(sizes.queries); }

  using InForce = tiles::Configured;

  class Forward;
  class Backward;

 private:
  static Target target(bool first) { return first ? Target::overwritten : Target::added_to; }
  static tiles::Rows<const BFloat16> rows_of(const Heads& x, int64_t head, Range rows) {
    return {x.at<BFloat16>(head) + rows.first * x.row_step(), x.row_step()};
  }
  static void multiply(BFloat16* x, int64_t count, float factor) {
    detail::vectorised_wide([=] {
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) {
        x[i] = convert<BFloat16>(convert<float>(x[i]) * factor);
      }
    });
  }
};

// A scale that is a power of two is applied to one side of the product, exactly; any other to the
// scores.
class TiledScale {
 public:
  explicit TiledScale(double scale) : scale_(static_cast<float>(scale)) {
    int exponent = 0;
    exact_ = std::fabs(std::frexp(scale_, &exponent)) == 0.5F && std::abs(exponent) < 32;
  }
  float of_side() const { return exact_ ? scale_ : 1; }
  float of_scores() const { return exact_ ? 1 : scale_; }

 private:
  float scale_;
  bool exact_;
};

class Tiled::Forward {
 public:
  static int64_t bytes(const Sizes& sizes) {
    const int64_t wide = query_step(sizes);
    const int64_t values =
        kAttentionBlock * (2 * wide + value_step(sizes)) + kStrip * score_step(sizes);
    return LaneParts::bytes(values, 4, sizeof(BFloat16));
  }
  Forward(const Sizes& sizes, double scale, LaneParts& scratch)
      : width_(sizes.width),
        value_width_(sizes.value_width),
        scale_(scale),
        query_{scratch.take<BFloat16>(kAttentionBlock * whole(width_)), whole(width_)},
        key_{scratch.take<BFloat16>(kAttentionBlock * whole(width_)), whole(width_)},
        value_{scratch.take<BFloat16>(kAttentionBlock * whole(value_width_)), 0},
        weights_{scratch.take<BFloat16>(kStrip * score_step(sizes)), score_step(sizes)} {}

  void take_queries(const Heads& query, int64_t head, Range queries) {
    tiles::copy_left(queries.count, width_, rows_of(query, head, queries), query_);
    if (scale_.of_side() != 1) {
      multiply(query_.at, whole(queries.count) * query_.step, scale_.of_side());
    }
  }
  void take_keys(const Heads& key, const Heads& value, int64_t head, Range keys) {
    tiles::transpose_right(keys.count, width_, rows_of(key, head, keys), key_);
    value_.depth = whole(keys.count);
    tiles::copy_right(keys.count, value_width_, rows_of(value, head, keys), value_);
  }
  void score(Range queries, int64_t keys, Scores<float> scores) const {
    tiles::multiply(whole(queries.count), whole(keys), whole(width_),
                    {query_.at + queries.first * query_.step, query_.step}, key_,
                    {scores.first, scores.step}, Target::overwritten);
    scale(scores, queries.count, keys, scale_.of_scores());
  }
  void add(int64_t queries, int64_t keys, Scores<float> weights, const Running<float>& to,
           bool first) const {
    tiles::round_left(whole(queries), whole(keys), {weights.first, weights.step}, weights_);
    tiles::multiply(whole(queries), whole(value_width_), whole(keys), weights_, value_,
                    {to.sums, to.step}, target(first));
  }

 private:
  int64_t width_;
  int64_t value_width_;
  TiledScale scale_;
  tiles::Rows<BFloat16> query_;    // (queries, E), perhaps scaled
  tiles::Right key_;               // (E, keys)
  tiles::Right value_;             // (keys, Ev)
  tiles::Rows<BFloat16> weights_;  // (a strip, keys)
};

class Tiled::Backward {
 public:
  static int64_t bytes(const Sizes& sizes) {
    const int64_t both = whole(sizes.width) + whole(sizes.value_width);
    const int64_t low =
        kAttentionBlock * (4 * both + 2 * score_step(sizes)) + kStrip * score_step(sizes);
    return LaneParts::bytes(low, 9, sizeof(BFloat16)) +
           LaneParts::bytes(2 * kAttentionBlock * both, 3, sizeof(float));
  }
  Backward(const Sizes& sizes, double scale, LaneParts& scratch)
      : width_(sizes.width),
        value_width_(sizes.value_width),
        scale_(scale),
        factor_(static_cast<float>(scale)) {
    const auto take = [&](int64_t columns) {
      return scratch.take<BFloat16>(kAttentionBlock * columns);
    };
    const int64_t wide = whole(width_);
    const int64_t value_wide = whole(value_width_);
    scaled_key_ = {take(wide), wide};
    key_ = {take(wide), 0};
    query_ = {take(wide), wide};
    query_columns_ = {take(wide), kAttentionBlock};
    value_ = {take(value_wide), value_wide};
    grad_ = {take(value_wide), value_wide};
    grad_columns_ = {take(value_wide), kAttentionBlock};
    weights_ = {take(score_step(sizes)), 0};
    slopes_ = {take(score_step(sizes)), 0};
    strip_ = {scratch.take<BFloat16>(kStrip * score_step(sizes)), score_step(sizes)};
    key_sums_ = {scratch.take<float>(kAttentionBlock * wide), kAttentionBlock};
    value_sums_ = {scratch.take<float>(kAttentionBlock * value_wide), kAttentionBlock};
    result_ = scratch.take<float>(kAttentionBlock * std::max(wide, value_wide));
  }

  void take_keys(const Heads& key, const Heads& value, int64_t head, Range keys) {
    tiles::transpose_right(keys.count, width_, rows_of(key, head, keys), scaled_key_);
    if (scale_.of_side() != 1) {
      multiply(scaled_key_.at, whole(keys.count) * whole(width_), scale_.of_side());
    }
    key_.depth = whole(keys.count);
    tiles::copy_right(keys.count, width_, rows_of(key, head, keys), key_);
    tiles::transpose_right(keys.count, value_width_, rows_of(value, head, keys), value_);
  }
  void take_queries(const Heads& query, const Heads& grad, int64_t head, Range queries) {
    const auto q = rows_of(query, head, queries);
    const auto g = rows_of(grad, head, queries);
    tiles::copy_left(queries.count, width_, q, query_);
    tiles::transpose_left(queries.count, width_, q, query_columns_);
    tiles::copy_left(queries.count, value_width_, g, grad_);
    tiles::transpose_left(queries.count, value_width_, g, grad_columns_);
    weights_.depth = slopes_.depth = whole(queries.count);
  }
  void score(Range queries, int64_t keys, Scores<float> scores) const {
    tiles::multiply(whole(queries.count), whole(keys), whole(width_),
                    {query_.at + queries.first * query_.step, query_.step}, scaled_key_,
                    {scores.first, scores.step}, Target::overwritten);
    scale(scores, queries.count, keys, scale_.of_scores());
  }
  void slopes(Range queries, int64_t keys, Scores<float> slopes) const {
    tiles::multiply(whole(queries.count), whole(keys), whole(value_width_),
                    {grad_.at + queries.first * grad_.step, grad_.step}, value_,
                    {slopes.first, slopes.step}, Target::overwritten);
  }
  void keep_weights(Range queries, int64_t keys, Scores<float> weights) const {
    keep(queries, keys, weights, weights_);
  }
  void keep_slopes(Range queries, int64_t keys, Scores<float> slopes) const {
    keep(queries, keys, slopes, slopes_);
    tiles::round_left(whole(queries.count), whole(keys), {slopes.first, slopes.step}, strip_);
  }
  // dS K, of the slopes that were kept last
  void add_queries(Range queries, int64_t keys, float* sums, bool first) const {
    tiles::multiply(whole(queries.count), whole(width_), whole(keys), strip_, key_,
                    {sums, whole(width_)}, target(first));
  }
  // The transposes of dS^T Q and (P D)^T G, where D is without its factor
  void add_keys(int64_t queries, int64_t keys, bool first) const {
    tiles::multiply(whole(width_), whole(keys), whole(queries), query_columns_, slopes_, key_sums_,
                    target(first));
  }
  void add_values(int64_t queries, int64_t keys, bool first) const {
    tiles::multiply(whole(value_width_), whole(keys), whole(queries), grad_columns_, weights_,
                    value_sums_, target(first));
  }
  void put_keys(const Heads& to, int64_t head, Range keys, bool none) const {
    put(to, head, keys, key_sums_, width_, factor_, none);
  }
  void put_values(const Heads& to, int64_t head, Range keys, float factor, bool none) const {
    put(to, head, keys, value_sums_, value_width_, factor, none);
  }

 private:
  static void keep(Range queries, int64_t keys, Scores<float> x, tiles::Right to) {
    // What NaN and infinities left beyond the last query
    std::fill(x.row(queries.count), x.row(whole(queries.count)), 0.0F);
    tiles::round_right(whole(queries.count), whole(keys), {x.first, x.step},
                       to.from_row(queries.first));
  }
  void put(const Heads& to, int64_t head, Range rows, tiles::Rows<float> sums, int64_t columns,
           float factor, bool none) const {
    const int64_t wide = whole(columns);
    if (none) {
      std::fill_n(result_, rows.count * wide, 0.0F);
    } else {
      tiles::transpose(wide, whole(rows.count), sums, {result_, wide});
    }
    store<BFloat16, float>(to.at<BFloat16>(head) + rows.first * to.row_step(), to.row_step(),
                           result_, wide, rows.count, columns, factor);
  }

  int64_t width_;
  int64_t value_width_;
  TiledScale scale_;
  float factor_;
  tiles::Right scaled_key_{};              // (E, keys)
  tiles::Right key_{};                     // (keys, E)
  tiles::Right value_{};                   // (Ev, keys)
  tiles::Rows<BFloat16> query_{};          // (queries, E)
  tiles::Rows<BFloat16> query_columns_{};  // (E, queries)
  tiles::Rows<BFloat16> grad_{};           // (queries, Ev)
  tiles::Rows<BFloat16> grad_columns_{};   // (Ev, queries)
  tiles::Right weights_{};                 // (queries, keys)
  tiles::Right slopes_{};                  // the same
  tiles::Rows<BFloat16> strip_{};          // (a strip, keys)
  tiles::Rows<float> key_sums_{};          // (E, keys)
  tiles::Rows<float> value_sums_{};        // (Ev, keys)
  float* result_ = nullptr;                // their transpose
};

}  // namespace retrograd::kernels::attending
