#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn/conv_plan.h>

#include <cstddef>
#include <exception>
#include <string_view>

#include <retrograd/ops/kernels/lru_cache.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels::onednn {

namespace {

using dnnl::memory;

constexpr std::size_t kMostPlans = 1024;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

// (first..., the spatial sizes). One-dimensional convolutions run as two-dimensional ones of height
// 1.
memory::dims with_spatial(memory::dims first, const ConvGeometry& geometry, const Spatial& sizes) {
  first.insert(first.end(), sizes.end() - (geometry.spatial_rank == 3 ? 3 : 2), sizes.end());
  return first;
}

// Row-major strides, with the dimension at `innermost` moved to the end.
memory::dims strides(const memory::dims& dims, std::size_t innermost) {
  memory::dims result(dims.size());
  result[innermost] = 1;
  memory::dim step = dims[innermost];
  for (std::size_t d = dims.size(); d-- > 0;) {
    if (d != innermost) {
      result[d] = step;
      step *= dims[d];
    }
  }
  return result;
}

memory::desc channels_last(const memory::dims& dims, memory::data_type type) {
  return {dims, type, strides(dims, 1)};
}

// A convolution in oneDNN's terms.
struct Problem {
  memory::desc source;
  memory::desc weight;  // in any layout
  memory::desc bias;    // or empty
  memory::desc destination;
  memory::desc plain_weight;
  memory::dims stride;
  memory::dims dilation;
  memory::dims before;
  memory::dims after;
};

Problem problem_of(const ConvKey& key) {
  const ConvGeometry& geometry = key.geometry;
  const memory::data_type type = data_type(geometry.dtype);
  const memory::dim o = geometry.out_channels / geometry.groups;
  const memory::dim c = geometry.in_channels / geometry.groups;
  const memory::dims weight =
      with_spatial(geometry.groups > 1 ? memory::dims{geometry.groups, o, c} : memory::dims{o, c},
                   geometry, geometry.kernel);
  Problem problem;
  problem.source = channels_last(
      with_spatial({geometry.batch, geometry.in_channels}, geometry, geometry.input), type);
  problem.destination = channels_last(
      with_spatial({geometry.batch, geometry.out_channels}, geometry, geometry.output), type);
  problem.weight = {weight, key.part ? memory::data_type::f32 : type, memory::format_tag::any};
  problem.plain_weight = {weight, type, strides(weight, weight.size() - 1)};
  if (key.bias) {
    problem.bias = {{geometry.out_channels}, type, memory::dims{1}};
  }
  problem.stride = with_spatial({}, geometry, geometry.stride);
  problem.dilation = with_spatial({}, geometry, geometry.dilation);
  for (memory::dim& step : problem.dilation) {
    --step;  // oneDNN counts the positions left out between two taps
  }
  problem.before = with_spatial({}, geometry, geometry.pad_before);
  problem.after = with_spatial({}, geometry, geometry.pad_after);
  return problem;
}

using Forward = dnnl::convolution_forward;
using InputGrad = dnnl::convolution_backward_data;
using WeightGrad = dnnl::convolution_backward_weights;

Forward::primitive_desc forward(const Problem& p) {
  return describe<Forward>(engine(), attributes(), dnnl::prop_kind::forward_training, kDirect,
                           p.source, p.weight, p.bias, p.destination, p.stride, p.dilation,
                           p.before, p.after);
}

InputGrad::primitive_desc input_grad(const Problem& p, const Forward::primitive_desc& hint) {
  return describe_backward<InputGrad>(engine(), attributes(), hint, kDirect, p.source, p.weight,
                                      p.destination, p.stride, p.dilation, p.before, p.after);
}

WeightGrad::primitive_desc weight_grad(const Problem& p) {
  Problem hint = p;
  hint.weight = {dims_of(p.plain_weight), type_of(p.source), memory::format_tag::any};
  return describe_backward<WeightGrad>(engine(), attributes(), forward(hint), kDirect, p.source,
                                       p.weight, p.destination, p.stride, p.dilation, p.before,
                                       p.after);
}

bool is_depthwise(const ConvGeometry& geometry) {
  return geometry.groups == geometry.in_channels && geometry.groups == geometry.out_channels;
}

// Null for oneDNN's plain loops: unfolding is faster.
template <class Primitive, class Description>
std::shared_ptr<ConvPlan> start_plan(const Problem& problem, const Description& description) {
  if (!description || std::string_view(description.impl_info_str()).starts_with("ref")) {
    return nullptr;
  }
  auto plan = std::make_shared<ConvPlan>();
  plan->conv = {Primitive(description), description};
  plan->implementation = description.impl_info_str();
  plan->source = problem.source;
  plan->destination = problem.destination;
  plan->bias = problem.bias;
  plan->plain_weight = problem.plain_weight;
  return plan;
}

std::shared_ptr<const ConvPlan> make_plan(const ConvKey& key) {
  const Problem problem = problem_of(key);
  if (key.pass == Pass::weight_grad) {
    const auto description = weight_grad(problem);
    const auto plan = start_plan<WeightGrad>(problem, description);
    if (plan) {
      plan->weight = description.diff_weights_desc();
      if (plan->weight != plan->plain_weight) {
        plan->reorder = make_reorder(plan->weight, plan->plain_weight);
      }
    }
    return plan;
  }
  const auto with_weight = [&](const auto& description, const std::shared_ptr<ConvPlan>& plan) {
    if (plan) {
      plan->weight = description.weights_desc();
      if (plan->weight != plan->plain_weight) {
        plan->reorder = make_reorder(plan->plain_weight, plan->weight);
      }
    }
    return plan;
  };
  if (key.pass == Pass::forward) {
    const auto description = forward(problem);
    return with_weight(description, start_plan<Forward>(problem, description));
  }
  Problem wanted = problem;
  if (key.pass == Pass::wide_input_grad) {
    wanted.source = channels_last(dims_of(problem.source), memory::data_type::f32);
  }
  const auto description = input_grad(wanted, forward(problem));
  // What 3.7 has for strided ones takes 20 to 35 times as long as its kernel for float32.
  if (is_depthwise(key.geometry) && key.geometry.dtype == bfloat16 && description &&
      std::string_view(description.impl_info_str()).starts_with("brgconv")) {
    return nullptr;
  }
  return with_weight(description, start_plan<InputGrad>(wanted, description));
}

struct HashConvKey {
  std::size_t operator()(const ConvKey& key) const noexcept {
    std::uint64_t hash = 0;
    const auto mix = [&hash](std::uint64_t value) { hash = mixed(hash, value); };
    const ConvGeometry& s = key.geometry;
    mix(static_cast<std::uint64_t>(key.pass) << 16 | static_cast<std::uint64_t>(s.dtype) << 8 |
        static_cast<std::uint64_t>(s.spatial_rank) << 2 |
        static_cast<std::uint64_t>(key.bias) << 1 | static_cast<std::uint64_t>(key.part));
    for (const std::int64_t size : {s.batch, s.in_channels, s.out_channels, s.groups}) {
      mix(static_cast<std::uint64_t>(size));
    }
    for (const Spatial* sizes :
         {&s.input, &s.kernel, &s.output, &s.stride, &s.pad_before, &s.pad_after, &s.dilation}) {
      for (const std::int64_t size : *sizes) {
        mix(static_cast<std::uint64_t>(size));
      }
    }
    return hash;
  }
};

using PlanCache = LruCache<ConvKey, ConvPlan, HashConvKey>;

// Never destroyed, as oneDNN's own statics may be gone before ours.
PlanCache& plan_cache() {
  static PlanCache& instance = *new PlanCache(kMostPlans);
  return instance;
}

}  // namespace

std::shared_ptr<const ConvPlan> conv_plan(Pass pass, const ConvGeometry& geometry, bool bias,
                                          bool part) {
  const ConvKey key{pass, bias, part && pass == Pass::weight_grad, geometry};
  auto plan = plan_cache().get(key, [&] { return made([&] { return make_plan(key); }); });
  if (plan) {
    detail::kernel_uses(plan->implementation.c_str());
  }
  return plan;
}

std::size_t cached_conv_plans() noexcept {
  return plan_cache().size();
}

}  // namespace retrograd::kernels::onednn
#endif
