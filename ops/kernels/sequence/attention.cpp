#include <retrograd/ops/kernels/sequence/attention.h>

#include <utility>

#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention_blocks.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace attending;

template <class T>
class Forward {
  using C = compute_t<T>;

 public:
  Forward(const AttentionInputs& x, const Shape& lead, const AttentionRule& rule,
          const Attention& result)
      : sizes_(x, lead),
        rule_(rule),
        query_(with_rows(x.query), lead),
        key_(with_rows(x.key), lead),
        value_(with_rows(x.value), lead),
        masks_(x.mask, lead, rule),
        drops_(sizes_, rule),
        output_(result.output, lead),
        log_total_(result.log_total.raw<C>()) {}

  void run() const {
    const int64_t blocks = blocks_of(sizes_.queries);
    const int64_t count = sizes_.heads * blocks;
    const int64_t pieces =
        detail::pieces_of(count, 4 * kGrain / (2 * sizes_.work() / blocks + 1) + 1);
    const int lanes = pieces <= 1 ? 1 : detail::lanes_for(pieces);
    const LaneScratch scratch(scratch_values() * static_cast<int64_t>(sizeof(C)), lanes);
    detail::for_pieces(count, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
      for (int64_t i = begin; i < end; ++i) {
        attend(i / blocks, block_at(i % blocks, sizes_.queries), scratch.of_lane<C>(lane));
      }
    });
  }

 private:
  // Blocks of scores, queries, keys and values, sums, and two values a query.
  int64_t scratch_values() const {
    return kAttentionBlock * (sizes_.step() + 2 * sizes_.width + 2 * sizes_.value_width + 2);
  }

  void attend(int64_t head, Range queries, C* scratch) const {
    const auto take = [&](int64_t columns) {
      return std::exchange(scratch, scratch + kAttentionBlock * columns);
    };
    const Scores<C> scores{take(sizes_.step()), sizes_.step()};
    C* const scaled = take(sizes_.width);
    C* const key_block = take(sizes_.width);
    C* const value_block = take(sizes_.value_width);
    const Running<C> running{take(1), take(1), take(sizes_.value_width)};
    load<C, T>(scaled, query_.at<T>(head) + queries.first * query_.row_step(), query_.row_step(),
               queries.count, sizes_.width, static_cast<C>(rule_.scale));
    const int64_t last = rule_.is_causal ? std::min(queries.end(), sizes_.keys) : sizes_.keys;
    for (int64_t j = 0; j < blocks_of(last); ++j) {
      const Range keys = block_at(j, sizes_.keys);
      product<C>(queries.count, keys.count, sizes_.width, {scaled, sizes_.width},
                 transposed(rows_of<C, T>(key_, head, keys, sizes_.width, key_block)), scores.first,
                 scores.step, Target::overwritten);
      masks_.apply(scores, head, queries, keys);
      move_on(scores, queries.count, keys.count, sizes_.value_width, j == 0, running);
      if (drops_.any()) {
        drops_.apply(scores, head, queries, keys);
      }
      product<C>(queries.count, sizes_.value_width, keys.count, {scores.first, scores.step},
                 rows_of<C, T>(value_, head, keys, sizes_.value_width, value_block), running.sums,
                 sizes_.value_width, j == 0 ? Target::overwritten : Target::added_to);
    }
    finish<C, T>(running, queries.count, sizes_.value_width, drops_.factor(),
                 output_.at<T>(head) + queries.first * output_.row_step(), output_.row_step(),
                 log_total_ + head * sizes_.queries + queries.first);
  }

  Sizes sizes_;
  AttentionRule rule_;
  Heads query_;
  Heads key_;
  Heads value_;
  Masks<C> masks_;
  Drops<C> drops_;
  Heads output_;
  C* log_total_;
};

}  // namespace

Attention attention(const AttentionInputs& x, const Shape& lead, const AttentionRule& rule) {
  const detail::KernelTimer timer("attention", x.query, x.key);
  const Sizes sizes(x, lead);
  const DType dtype = x.query.dtype();
  const Attention result{
      empty_with_rows(with_lead(lead, sizes.queries, sizes.value_width), x.query, dtype),
      empty_tensor({sizes.heads, sizes.queries}, dtype == bfloat16 ? float32 : dtype)};
  if (sizes.empty()) {
    fill(result.output, 0);
    fill(result.log_total, 0);
    return result;
  }
  for_floating(dtype, [&]<class T>() { Forward<T>(x, lead, rule, result).run(); });
  return result;
}

}  // namespace retrograd::kernels
