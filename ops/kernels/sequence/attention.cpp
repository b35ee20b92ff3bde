#include <retrograd/ops/kernels/sequence/attention.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/sequence/attention_products.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace attending;

// Products are Plain<T> or Tiled.
template <class T, class Products>
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
    const LaneScratch scratch(
        LaneParts::bytes(scratch_values(), 4, sizeof(C)) + Products::Forward::bytes(sizes_), lanes);
    detail::for_pieces(count, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
      [[maybe_unused]] const typename Products::InForce in_force;
      for (int64_t i = begin; i < end; ++i) {
        attend(i / blocks, block_at(i % blocks, sizes_.queries),
               LaneParts(scratch.of_lane<std::byte>(lane)));
      }
    });
  }

 private:
  static constexpr int64_t kStrip = Products::kStrip;

  // A strip of scores, and for each query of a block sums and two values.
  int64_t scratch_values() const {
    return kStrip * Products::score_step(sizes_) +
           kAttentionBlock * (Products::value_step(sizes_) + 2);
  }

  void attend(int64_t head, Range queries, LaneParts scratch) const {
    typename Products::Forward products(sizes_, rule_.scale, scratch);
    const int64_t step = Products::score_step(sizes_);
    const Scores<C> scores{scratch.take<C>(kStrip * step), step};
    const int64_t sum_step = Products::value_step(sizes_);
    const Running<C> running{scratch.take<C>(kAttentionBlock), scratch.take<C>(kAttentionBlock),
                             scratch.take<C>(kAttentionBlock * sum_step), sum_step};
    products.take_queries(query_, head, queries);
    const int64_t last = rule_.is_causal ? std::min(queries.end(), sizes_.keys) : sizes_.keys;
    for (int64_t j = 0; j < blocks_of(last); ++j) {
      const Range keys = block_at(j, sizes_.keys);
      products.take_keys(key_, value_, head, keys);
      for (int64_t i = 0; i < queries.count; i += kStrip) {
        const Range strip{i, std::min(kStrip, queries.count - i)};
        const Range own{queries.first + i, strip.count};
        if (rule_.is_causal && own.end() <= keys.first) {
          continue;
        }
        products.score(strip, keys.count, scores);
        masks_.apply(scores, head, own, keys);
        move_on(scores, own.count, keys.count, sizes_.value_width, j == 0, running.from(i));
        if (drops_.any()) {
          drops_.apply(scores, head, own, keys);
        }
        products.add(own.count, keys.count, scores, running.from(i), j == 0);
      }
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
  for_products(dtype, sizes, [&]<class T, class Products>() {
    Forward<T, Products>(x, lead, rule, result).run();
  });
  return result;
}

}  // namespace retrograd::kernels
