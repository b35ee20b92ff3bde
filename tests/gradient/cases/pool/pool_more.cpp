// Pools to a given size, pools of p-norms, and unpooling.
#include <algorithm>

#include "gradient/op_cases.h"
#include "gradient/torch_text.h"

namespace op_cases {

namespace {

template <std::size_t N>
struct AdaptivePools {
  rg::Tensor (*max)(const rg::Tensor&, rg::Size<N>, rg::Where);
  rg::ValuesAndIndices (*max_with_indices)(const rg::Tensor&, rg::Size<N>, rg::Where);
  rg::Tensor (*avg)(const rg::Tensor&, rg::Size<N>, rg::Where);
};
template <std::size_t N>
AdaptivePools<N> adaptive_pools();
template <>
AdaptivePools<1> adaptive_pools() {
  return {rg::adaptive_max_pool1d, rg::adaptive_max_pool1d_with_indices, rg::adaptive_avg_pool1d};
}
template <>
AdaptivePools<2> adaptive_pools() {
  return {rg::adaptive_max_pool2d, rg::adaptive_max_pool2d_with_indices, rg::adaptive_avg_pool2d};
}
template <>
AdaptivePools<3> adaptive_pools() {
  return {rg::adaptive_max_pool3d, rg::adaptive_max_pool3d_with_indices, rg::adaptive_avg_pool3d};
}

// One size through all three operators.
template <std::size_t N>
void add_adaptive(Table& table, const std::string& label, const rg::Shape& shape,
                  rg::Size<N> size) {
  const std::string max = "adaptive_max_pool" + std::to_string(N) + "d";
  const std::string avg = "adaptive_avg_pool" + std::to_string(N) + "d";
  const auto torch = [&](const std::string& op) {
    const bool known = numel(shape) > 0 && std::find(size.begin(), size.end(), 0) == size.end();
    return known ? "F." + op + "(a, " + tuple(size) + ")" : "";
  };
  table.push_back(
      {.op = max,
       .label = label,
       .inputs = {{shape, Values::distinct}},
       .torch = torch(max),
       .function = [size](const Tensors& x) { return adaptive_pools<N>().max(x[0], size, {}); }});
  table.push_back({.op = max + "_with_indices",
                   .label = label,
                   .inputs = {{shape, Values::distinct}},
                   .torch = torch(max),
                   .function = [size](const Tensors& x) {
                     return adaptive_pools<N>().max_with_indices(x[0], size, {}).values;
                   }});
  table.push_back(
      {.op = avg,
       .label = label,
       .inputs = {shape},
       .torch = torch(avg),
       .function = [size](const Tensors& x) { return adaptive_pools<N>().avg(x[0], size, {}); },
       .affine = true});
}

void add_adaptive_pools(Table& table) {
  add_adaptive<1>(table, "to 1", {2, 3, 5}, 1);
  add_adaptive<1>(table, "the input's size", {2, 2, 4}, 4);
  add_adaptive<1>(table, "a divisor", {1, 3, 6}, 3);
  add_adaptive<1>(table, "3 of 7", {2, 2, 7}, 3);
  add_adaptive<1>(table, "5 of 7", {1, 2, 7}, 5);
  add_adaptive<1>(table, "larger than the input", {1, 2, 3}, 7);
  add_adaptive<1>(table, "a multiple of the input", {1, 2, 3}, 6);
  add_adaptive<1>(table, "one place", {2, 2, 1}, 3);
  add_adaptive<1>(table, "unbatched", {2, 5}, 3);
  add_adaptive<1>(table, "no batch at all", {0, 2, 5}, 3);
  add_adaptive<1>(table, "no channels", {2, 0, 5}, 3);
  add_adaptive<1>(table, "to nothing", {1, 2, 4}, 0);
  add_adaptive<2>(table, "to 1", {2, 2, 3, 4}, 1);
  add_adaptive<2>(table, "the input's size", {1, 2, 2, 3}, {2, 3});
  add_adaptive<2>(table, "divisors", {1, 2, 4, 6}, {2, 3});
  add_adaptive<2>(table, "not divisors", {1, 1, 5, 7}, {3, 4});
  add_adaptive<2>(table, "rows alone", {1, 2, 5, 3}, {2, 3});
  add_adaptive<2>(table, "larger than the input", {1, 2, 2, 3}, {5, 4});
  add_adaptive<2>(table, "larger and smaller", {2, 1, 2, 5}, {3, 2});
  add_adaptive<2>(table, "one place", {2, 3, 1, 1}, 2);
  add_adaptive<2>(table, "six channels", {1, 6, 3, 2}, {2, 1});
  add_adaptive<2>(table, "unbatched", {2, 3, 4}, {2, 3});
  add_adaptive<2>(table, "no batch at all", {0, 2, 3, 4}, 2);
  add_adaptive<2>(table, "to nothing", {1, 2, 3, 4}, {2, 0});
  add_adaptive<3>(table, "to 1", {2, 2, 2, 2, 3}, 1);
  add_adaptive<3>(table, "the input's size", {1, 2, 2, 1, 3}, {2, 1, 3});
  add_adaptive<3>(table, "divisors", {1, 1, 2, 4, 4}, 2);
  add_adaptive<3>(table, "not divisors", {1, 1, 3, 3, 5}, {2, 2, 3});
  add_adaptive<3>(table, "larger than the input", {1, 1, 2, 3, 2}, {3, 5, 4});
  add_adaptive<3>(table, "larger and smaller", {1, 2, 1, 3, 4}, {2, 2, 1});
  add_adaptive<3>(table, "depth alone", {1, 1, 5, 2, 2}, {3, 2, 2});
  add_adaptive<3>(table, "one place", {2, 3, 1, 1, 1}, 2);
  add_adaptive<3>(table, "unbatched", {2, 2, 3, 3}, 2);
  add_adaptive<3>(table, "no batch at all", {0, 2, 2, 3, 2}, 2);
  add_adaptive<3>(table, "no channels", {2, 0, 2, 3, 2}, 2);
  add_adaptive<3>(table, "to nothing", {1, 2, 2, 3, 2}, {2, 0, 1});
}

template <std::size_t N>
void add_lp(Table& table, const std::string& label, double norm_type, const rg::Shape& shape,
            rg::Size<N> kernel, const rg::LPPoolOptions<N>& options = {},
            Values values = Values::positive) {
  const std::string op = "lp_pool" + std::to_string(N) + "d";
  const std::string arguments = ", stride=" + tuple(options.stride.value_or(kernel)) +
                                ", ceil_mode=" + boolean(options.ceil_mode) + ")";
  const std::string size = N == 1 ? std::to_string(kernel[0]) : tuple(kernel);
  table.push_back(
      {.op = op,
       .label = label,
       .inputs = {{shape, values}},
       .torch = "F." + op + "(a, " + std::to_string(norm_type) + ", " + size + arguments,
       .function = [norm_type, kernel, options](const Tensors& x) {
         if constexpr (N == 1) {
           return rg::lp_pool1d(x[0], norm_type, kernel, options);
         } else {
           return rg::lp_pool2d(x[0], norm_type, kernel, options);
         }
       }});
}

void add_lp_pools(Table& table) {
  const Values any = Values::away_from_zero;
  add_lp<1>(table, "p 1", 1, {2, 2, 4}, 2);
  add_lp<1>(table, "p 2", 2, {2, 2, 5}, 2);
  add_lp<1>(table, "p 2, both signs", 2, {1, 2, 6}, 3, {}, any);
  add_lp<1>(table, "p 3", 3, {1, 2, 6}, 3);
  add_lp<1>(table, "p 4, both signs", 4, {1, 3, 4}, 2, {}, any);
  add_lp<1>(table, "p 1.5", 1.5, {1, 2, 5}, 3);
  add_lp<1>(table, "p 0.5", 0.5, {1, 2, 4}, 2);
  add_lp<1>(table, "stride", 2, {1, 2, 7}, 3, {.stride = 2});
  add_lp<1>(table, "ceil", 2, {1, 2, 6}, 3, {.stride = 2, .ceil_mode = true});
  add_lp<1>(table, "kernel of 1", 3, {1, 2, 4}, 1);
  add_lp<1>(table, "unbatched", 2, {2, 6}, 2);
  add_lp<1>(table, "no batch at all", 2, {0, 2, 6}, 2);
  add_lp<2>(table, "p 1", 1, {1, 2, 2, 4}, 2);
  add_lp<2>(table, "p 2", 2, {2, 2, 2, 4}, 2);
  add_lp<2>(table, "p 2, both signs", 2, {1, 2, 3, 4}, {3, 2}, {}, any);
  add_lp<2>(table, "p 3", 3, {1, 1, 4, 4}, 2);
  add_lp<2>(table, "p 1.5", 1.5, {1, 2, 3, 3}, 2, {.stride = 1});
  add_lp<2>(table, "p 0.5", 0.5, {1, 1, 4, 4}, 2);
  add_lp<2>(table, "stride", 2, {1, 1, 5, 5}, 3, {.stride = {2, 1}});
  add_lp<2>(table, "ceil", 2, {1, 1, 4, 6}, 3, {.stride = 2, .ceil_mode = true});
  add_lp<2>(table, "row window", 2, {1, 2, 2, 4}, {1, 2});
  add_lp<2>(table, "kernel of 1", 3, {1, 2, 2, 2}, 1);
  add_lp<2>(table, "unbatched", 2, {2, 4, 2}, 2);
  add_lp<2>(table, "no batch at all", 2, {0, 2, 4, 4}, 2);
}

template <std::size_t N>
rg::Tensor places(const rg::Tensor& x, rg::Size<N> kernel, const rg::MaxPoolOptions<N>& options) {
  if constexpr (N == 1) {
    return rg::max_pool1d_with_indices(x, kernel, options).indices;
  } else if constexpr (N == 2) {
    return rg::max_pool2d_with_indices(x, kernel, options).indices;
  } else {
    return rg::max_pool3d_with_indices(x, kernel, options).indices;
  }
}

// Undoes the pool of an image of `shape`. Windows do not overlap, so that no index stands twice.
template <std::size_t N>
void add_unpool(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<N> kernel,
                const rg::MaxUnpoolOptions<N>& options = {}, const rg::Tensor& given = {}) {
  rg::Tensor at = given;
  if (!at.defined()) {
    const Tensors image =
        values_of({.op = "unpool", .label = label, .inputs = {{shape, Values::distinct}}});
    at = places(image[0], kernel, {.stride = options.stride, .padding = options.padding});
  }
  const std::string op = "max_unpool" + std::to_string(N) + "d";
  const rg::Size<N> output = options.output_size.value_or(0);
  const std::string size = output[0] > 0 ? ", output_size=" + tuple(output) : "";
  table.push_back({.op = op,
                   .label = label,
                   .inputs = {rg::Shape(at.shape()), at},
                   // Of equal indices, every one gets the gradient there.
                   .torch = given.defined() || at.numel() == 0
                                ? ""
                                : "F." + op + "(a, b, " + tuple(kernel) +
                                      ", stride=" + tuple(options.stride.value_or(kernel)) +
                                      ", padding=" + tuple(options.padding) + size + ")",
                   .function =
                       [kernel, options](const Tensors& x) {
                         if constexpr (N == 1) {
                           return rg::max_unpool1d(x[0], x[1], kernel, options);
                         } else if constexpr (N == 2) {
                           return rg::max_unpool2d(x[0], x[1], kernel, options);
                         } else {
                           return rg::max_unpool3d(x[0], x[1], kernel, options);
                         }
                       },
                   .affine = true});
}

void add_unpools(Table& table) {
  add_unpool<1>(table, "kernel 2", {2, 2, 4}, 2);
  add_unpool<1>(table, "kernel 3", {1, 3, 6}, 3);
  add_unpool<1>(table, "stride over the kernel", {1, 2, 8}, 2, {.stride = 3});
  add_unpool<1>(table, "padding", {1, 2, 6}, 2, {.padding = 1});
  add_unpool<1>(table, "output size", {1, 2, 5}, 2, {.output_size = 5});
  add_unpool<1>(table, "unbatched", {2, 6}, 2);
  add_unpool<1>(table, "no batch at all", {0, 2, 6}, 2);
  add_unpool<1>(table, "an index twice", {}, 2, {}, rg::tensor({{{1, 1, 4}, {5, 0, 0}}}));
  add_unpool<2>(table, "kernel 2", {2, 2, 2, 4}, 2);
  add_unpool<2>(table, "kernel (1, 3)", {1, 2, 2, 6}, {1, 3});
  add_unpool<2>(table, "stride over the kernel", {1, 1, 5, 6}, 2, {.stride = {3, 4}});
  add_unpool<2>(table, "padding", {1, 2, 4, 4}, 2, {.padding = {1, 0}});
  add_unpool<2>(table, "output size", {1, 2, 5, 3}, 2, {.output_size = {5, 3}});
  add_unpool<2>(table, "unbatched", {2, 4, 4}, 2);
  add_unpool<2>(table, "no batch at all", {0, 2, 4, 4}, 2);
  add_unpool<2>(table, "an index twice", {}, 2, {}, rg::tensor({{{{3, 1}}, {{2, 2}}}}));
  add_unpool<3>(table, "kernel 2", {1, 2, 2, 2, 4}, 2);
  add_unpool<3>(table, "kernel (1, 2, 3)", {1, 1, 2, 2, 6}, {1, 2, 3});
  add_unpool<3>(table, "stride over the kernel", {1, 1, 2, 2, 5}, {1, 2, 2}, {.stride = 3});
  add_unpool<3>(table, "padding", {1, 1, 4, 2, 4}, 2, {.padding = {1, 0, 0}});
  add_unpool<3>(table, "output size", {1, 1, 3, 2, 5}, 2, {.output_size = {3, 2, 5}});
  add_unpool<3>(table, "unbatched", {2, 2, 4, 2}, 2);
  add_unpool<3>(table, "no batch at all", {0, 2, 2, 2, 2}, 2);
  add_unpool<3>(table, "an index twice", {}, 2, {}, rg::tensor({{{{{7, 7, 0}}}}}));
}

void add_cases(Table& table) {
  add_adaptive_pools(table);
  add_lp_pools(table);
  add_unpools(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"adaptive_max_pool1d", 12},
                                        {"adaptive_max_pool2d", 12},
                                        {"adaptive_max_pool3d", 12},
                                        {"adaptive_avg_pool1d", 12},
                                        {"adaptive_avg_pool2d", 12},
                                        {"adaptive_avg_pool3d", 12},
                                        {"lp_pool1d", 12},
                                        {"lp_pool2d", 12},
                                        {"max_unpool1d", 8},
                                        {"max_unpool2d", 8},
                                        {"max_unpool3d", 8}}});

}  // namespace

}  // namespace op_cases
