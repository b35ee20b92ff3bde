#include <retrograd/tensor/loops/copy.h>

#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/convert.h>
#include <retrograd/tensor/loops/elementwise.h>
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

}  // namespace

void copy(const Tensor& target, const Tensor& source) {
  const KernelTimer timer("copy", source, target);
  if (is_flat(target, source)) {
    copy_flat(target, source);
  } else if (!copy_transposed(target, source)) {
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
