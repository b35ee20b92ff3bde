#include <retrograd/ops/kernels/reduce/reduction_plan.h>

#include <algorithm>

#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::kernels::reduction {

Plan plan_of(const Tensor& x, const Shape& result, const DimMask& reduced) {
  Strides result_strides = contiguous_strides(result);
  for (std::size_t d = 0; d < result_strides.size(); ++d) {
    result_strides[d] = reduced[d] ? 0 : result_strides[d];
  }
  const retrograd::detail::LoopPlan<2> loops(x.shape(), {&x.strides(), &result_strides});
  Plan plan;
  for (std::size_t d = 0; d < loops.shape.size(); ++d) {
    const Axis axis{loops.shape[d], loops.strides[0][d], loops.strides[1][d]};
    plan.by_rows = axis.result == 0;
    (plan.by_rows ? plan.reduced : plan.kept).append(axis);
  }
  for (Axes* axes : {&plan.kept, &plan.reduced}) {
    if (axes->size() == 0) {
      axes->append({});
    }
  }
  const std::int64_t across = plan.kept.inner().size;
  const std::int64_t along = plan.reduced.inner().size;
  if (is_narrow(plan.kept.inner(), plan.reduced.inner())) {
    plan.by_rows = false;
    return plan;
  }
  // A long loop is better than a short one over neighbours.
  constexpr std::int64_t kShort = 8;
  if ((plan.by_rows ? along : across) <= kShort && (plan.by_rows ? across : along) > kShort) {
    plan.by_rows = !plan.by_rows;
  }
  // Memory is read fastest from front to back.
  plan.front_to_back = plan.kept.inner().step == 1 && across >= 128 && across <= kColumns &&
                       plan.reduced.inner().step == across;
  return plan;
}

Division divide(const Plan& plan, std::int64_t elements) {
  const std::size_t last = plan.kept.size() - 1;
  for (std::size_t d = 0; d <= last; ++d) {
    const std::int64_t unit = d == last && !plan.by_rows ? kNarrow : 1;
    if (plan.kept.sizes[d] >= 8 * unit) {
      return {.kept = true, .axis = d, .unit = unit};
    }
  }
  std::size_t longest = 0;
  for (std::size_t d = 0; d < plan.reduced.size(); ++d) {
    longest = plan.reduced.sizes[d] > plan.reduced.sizes[longest] ? d : longest;
  }
  const std::int64_t parts =
      std::min({std::int64_t{16}, plan.reduced.sizes[longest], elements / kGrain});
  if (parts <= 1) {
    return {};
  }
  return {.kept = false, .axis = longest, .parts = parts};
}

}  // namespace retrograd::kernels::reduction
