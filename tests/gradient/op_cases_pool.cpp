#include "op_cases.h"

namespace op_cases {

namespace {

struct Named {
  const char* name;
  rg::Size<2> size;
};

void add_max(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<2> kernel,
             const rg::MaxPool2dOptions& options) {
  table.push_back({.op = "max_pool2d",
                   .label = label,
                   .inputs = {{shape, Values::distinct}},
                   .function = [kernel, options](const Tensors& x) {
                     return rg::max_pool2d(x[0], kernel, options);
                   }});
}

void add_average(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<2> kernel,
                 const rg::AvgPool2dOptions& options) {
  table.push_back(
      {.op = "avg_pool2d",
       .label = label,
       .inputs = {shape},
       .function = [kernel,
                    options](const Tensors& x) { return rg::avg_pool2d(x[0], kernel, options); },
       .affine = true});
}

// The same call of both pools.
void add_both(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<2> kernel,
              rg::OptionalSize<2> stride = {}, rg::Size<2> padding = 0, bool ceil_mode = false) {
  add_max(table, label, shape, kernel,
          {.stride = stride, .padding = padding, .ceil_mode = ceil_mode});
  add_average(table, label, shape, kernel,
              {.stride = stride, .padding = padding, .ceil_mode = ceil_mode});
}

// All options together, on an input that leaves remainders.
void add_grid(Table& table) {
  const Named kernels[] = {{"2", 2}, {"(2, 3)", {2, 3}}};
  const Named strides[] = {{"1", 1}, {"2", 2}, {"(3, 2)", {3, 2}}};
  const Named paddings[] = {{"0", 0}, {"1", 1}};
  const rg::Shape shape{1, 1, 5, 6};
  for (const Named& kernel : kernels) {
    for (const Named& stride : strides) {
      for (const Named& padding : paddings) {
        for (const bool ceil_mode : {false, true}) {
          const std::string label = std::string("kernel ") + kernel.name + " stride " +
                                    stride.name + " padding " + padding.name +
                                    (ceil_mode ? " ceil" : "");
          for (const std::int64_t dilation : {1, 2}) {
            add_max(table, label + " dilation " + std::to_string(dilation), shape, kernel.size,
                    {.stride = stride.size,
                     .padding = padding.size,
                     .dilation = dilation,
                     .ceil_mode = ceil_mode});
          }
          for (const bool count_padding : {false, true}) {
            add_average(table, label + (count_padding ? " padding counted" : ""), shape,
                        kernel.size,
                        {.stride = stride.size,
                         .padding = padding.size,
                         .ceil_mode = ceil_mode,
                         .count_include_pad = count_padding});
          }
        }
      }
    }
  }
}

void add_cases(Table& table) {
  add_grid(table);
  add_both(table, "kernel of 1", {2, 2, 2, 3}, 1);
  add_both(table, "kernel as large as the input", {2, 3, 2, 3}, {2, 3});
  add_both(table, "unbatched", {2, 4, 4}, 2);
  add_both(table, "batch and channels", {2, 3, 2, 3}, 2, 1);
  add_both(table, "no batch at all", {0, 2, 4, 4}, 2);
  add_both(table, "no channels", {2, 0, 4, 4}, 2);
  add_both(table, "stride over the kernel", {1, 1, 6, 6}, 2, 4);
  add_both(table, "last window mostly outside", {1, 1, 4, 5}, 3, 2, 1, true);
  add_both(table, "padding in one dimension", {1, 2, 3, 4}, {3, 2}, 1, {1, 0});
}

const Registered registered({.add = add_cases,
                             .floors = {{"max_pool2d", 24}, {"avg_pool2d", 24}},
                             .internal = {"max_pool_gather", "max_pool_scatter",
                                          "avg_pool_input_grad"}});

}  // namespace

}  // namespace op_cases
