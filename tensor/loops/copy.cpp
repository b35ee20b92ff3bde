#include <retrograd/tensor/loops/copy.h>

#include <cstring>

#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/convert.h>
#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/parallel_runs.h>
#include <retrograd/tensor/loops/transpose.h>

namespace retrograd::detail {

namespace {

// target = source, run by run. The strides of the source may differ from its own: 0 repeats it.
void copy_runs(const Tensor& target, const Tensor& source, const Strides& source_strides) {
  for_each_run_in_parallel<2>(target.shape(), {&target.strides(), &source_strides}, 1,
                              [&](const auto& at, std::int64_t n, const auto& step) {
                                convert_run(run_of(target, at[0], step[0]),
                                            const_run_of(source, at[1], step[1]), n);
                              });
}

void copy_flat(const Tensor& target, const Tensor& source) {
  parallel_ranges(target.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    convert_run(run_of(target, begin, 1), const_run_of(source, begin, 1), end - begin);
  });
}

// By tiles, where source and target disagree on which dimension lies in one piece; else false.
bool copy_transposed(const Tensor& target, const Tensor& source) {
  if (target.dtype() != source.dtype() || target.numel() == 0) {
    return false;
  }
  const LoopPlan<2> plan(target.shape(), {&target.strides(), &source.strides()});
  const std::size_t rank = plan.shape.size();
  std::size_t fast = rank;  // the dimension in which the source is contiguous
  for (std::size_t d = 0; d + 1 < rank; ++d) {
    fast = plan.strides[1][d] == 1 ? d : fast;
  }
  if (fast == rank || plan.strides[0].back() != 1) {
    return false;
  }
  Shape outer = plan.shape;
  Strides outer_to = plan.strides[0];
  Strides outer_from = plan.strides[1];
  for (const std::size_t d : {rank - 1, fast}) {
    outer.erase(d);
    outer_to.erase(d);
    outer_from.erase(d);
  }
  constexpr std::int64_t kLarge = std::int64_t{1} << 24;  // bytes
  const std::size_t size = item_size(target.dtype());
  const auto bytes = [size](std::int64_t n) { return n * static_cast<std::int64_t>(size); };
  std::byte* const to = target.raw_bytes();
  const std::byte* const from = source.raw_bytes();
  const std::int64_t rows = plan.shape[fast];
  const std::int64_t columns = plan.shape[rank - 1];
  const auto transpose_matrices = [&](const auto& at, std::int64_t n, const auto& step) {
    for (std::int64_t i = 0; i < n; ++i) {
      transpose(size, to + bytes(at[0] + i * step[0]), plan.strides[0][fast],
                from + bytes(at[1] + i * step[1]), plan.strides[1][rank - 1], rows, columns,
                bytes(target.numel()) >= kLarge);
    }
  };
  if (target.numel() / (rows * columns) >= get_num_threads()) {
    for_each_run_in_parallel<2>(outer, {&outer_to, &outer_from}, rows * columns,
                                transpose_matrices);
  } else {
    for_each_run<2>(outer, {&outer_to, &outer_from}, transpose_matrices);
  }
  return true;
}

// `count` rows of `size` bytes, of kBytes at least: by vectors, of which the last two may overlap.
template <std::int64_t kBytes>
void copy_rows(std::byte* to, std::int64_t to_step, const std::byte* from, std::int64_t from_step,
               std::int64_t count, std::int64_t size) {
  vectorised_wide([=] {
    for (std::int64_t i = 0; i < count; ++i) {
      std::byte* const row = to + i * to_step;
      const std::byte* const source = from + i * from_step;
      for (std::int64_t at = 0; at + kBytes <= size; at += kBytes) {
        std::memcpy(row + at, source + at, kBytes);
      }
      if (size % kBytes != 0) {
        std::memcpy(row + size - kBytes, source + size - kBytes, kBytes);
      }
    }
  });
}

// Short rows side by side in both, such as the channels of some images; else false. Run by run, the
// overhead would be more than the copy.
bool copy_short_rows(const Tensor& target, const Tensor& source) {
  if (target.dtype() != source.dtype() || target.numel() == 0) {
    return false;
  }
  constexpr std::int64_t kShortest = 16;  // bytes
  constexpr std::int64_t kWide = 64;
  constexpr std::int64_t kLongest = 1024;
  const LoopPlan<2> plan(target.shape(), {&target.strides(), &source.strides()});
  if (plan.shape.size() < 2) {
    return false;
  }
  const auto size = static_cast<std::int64_t>(item_size(target.dtype()));
  const std::size_t last = plan.shape.size() - 1;
  const std::int64_t row = plan.shape[last] * size;
  if (plan.strides[0][last] != 1 || plan.strides[1][last] != 1 || row < kShortest ||
      row > kLongest) {
    return false;
  }
  Shape outer = plan.shape;
  Strides to = plan.strides[0];
  Strides from = plan.strides[1];
  outer.erase(last);
  to.erase(last);
  from.erase(last);
  const auto copy_of = row < kWide ? copy_rows<kShortest> : copy_rows<kWide>;
  for_each_run_in_parallel<2>(outer, {&to, &from}, plan.shape[last],
                              [&](const auto& at, std::int64_t n, const auto& step) {
                                copy_of(target.raw_bytes() + at[0] * size, step[0] * size,
                                        source.raw_bytes() + at[1] * size, step[1] * size, n, row);
                              });
  return true;
}

}  // namespace

void copy(const Tensor& target, const Tensor& source) {
  const KernelTimer timer("copy", source, target);
  if (is_flat(target, source)) {
    copy_flat(target, source);
  } else if (!copy_transposed(target, source) && !copy_short_rows(target, source)) {
    copy_runs(target, source, source.strides());
  }
}

void fill(const Tensor& target, Scalar value) {
  const Tensor single = empty_tensor({}, target.dtype());
  for_dtype(target.dtype(), [&]<class T>() { *single.raw<T>() = value.to<T>(); });
  if (!is_flat(target)) {
    copy_runs(target, single, Strides::filled(target.shape().size(), 0));
    return;
  }
  parallel_ranges(target.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    convert_run(run_of(target, begin, 1), const_run_of(single, 0, 0), end - begin);
  });
}

Tensor contiguous_copy(const Tensor& x) {
  Tensor result = empty_tensor(x.shape(), x.dtype());
  copy(result, x);
  return result;
}

}  // namespace retrograd::detail
