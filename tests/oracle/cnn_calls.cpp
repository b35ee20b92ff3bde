// Convolutions, pools, normalisation, resampling.
#include <retrograd/retrograd.h>

#include <map>

#include "calls.h"

namespace oracle {

namespace {

template <class F>
void add(Operators& operators, const std::string& name, F f) {
  operators[name] = [f](const Call& call) -> Tensors { return {f(call)}; };
}

template <std::size_t N>
rg::Padding<N> padding(const Call& call) {
  if (call.options.contains("padding") && call.options["padding"].is_string()) {
    return call.text("padding", "") == "same" ? rg::same : rg::valid;
  }
  const rg::Size<N> sizes = call.size<N>("padding", 0);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return rg::Padding<N>(sizes[I]...);
  }
  (std::make_index_sequence<N>());
}

template <std::size_t N>
rg::ConvOptions<N> conv_options(const Call& call) {
  return {.stride = call.size<N>("stride", 1),
          .padding = padding<N>(call),
          .dilation = call.size<N>("dilation", 1),
          .groups = call.get<std::int64_t>("groups", 1)};
}

template <std::size_t N>
rg::ConvTransposeOptions<N> conv_transpose_options(const Call& call) {
  return {.stride = call.size<N>("stride", 1),
          .padding = call.size<N>("padding", 0),
          .output_padding = call.size<N>("output_padding", 0),
          .groups = call.get<std::int64_t>("groups", 1),
          .dilation = call.size<N>("dilation", 1)};
}

template <std::size_t N>
rg::MaxPoolOptions<N> max_pool_options(const Call& call) {
  return {.stride = call.size<N>("stride", 1),
          .padding = call.size<N>("padding", 0),
          .dilation = call.size<N>("dilation", 1),
          .ceil_mode = call.get("ceil_mode", false)};
}

template <std::size_t N>
rg::AvgPoolOptions<N> avg_pool_options(const Call& call) {
  return {.stride = call.size<N>("stride", 1),
          .padding = call.size<N>("padding", 0),
          .ceil_mode = call.get("ceil_mode", false),
          .count_include_pad = call.get("count_include_pad", true)};
}

void add_convolutions(Operators& operators) {
  add(operators, "conv1d",
      [](const Call& c) { return rg::conv1d(c[0], c[1], c[2], conv_options<1>(c)); });
  add(operators, "conv2d",
      [](const Call& c) { return rg::conv2d(c[0], c[1], c[2], conv_options<2>(c)); });
  add(operators, "conv3d",
      [](const Call& c) { return rg::conv3d(c[0], c[1], c[2], conv_options<3>(c)); });
  add(operators, "conv_transpose1d", [](const Call& c) {
    return rg::conv_transpose1d(c[0], c[1], c[2], conv_transpose_options<1>(c));
  });
  add(operators, "conv_transpose2d", [](const Call& c) {
    return rg::conv_transpose2d(c[0], c[1], c[2], conv_transpose_options<2>(c));
  });
  add(operators, "conv_transpose3d", [](const Call& c) {
    return rg::conv_transpose3d(c[0], c[1], c[2], conv_transpose_options<3>(c));
  });
}

void add_pools(Operators& operators) {
  constexpr const char* kKernel = "kernel_size";
  constexpr const char* kSize = "output_size";
  add(operators, "max_pool1d", [=](const Call& c) {
    return rg::max_pool1d(c[0], c.size<1>(kKernel, 1), max_pool_options<1>(c));
  });
  add(operators, "max_pool2d", [=](const Call& c) {
    return rg::max_pool2d(c[0], c.size<2>(kKernel, 1), max_pool_options<2>(c));
  });
  add(operators, "max_pool3d", [=](const Call& c) {
    return rg::max_pool3d(c[0], c.size<3>(kKernel, 1), max_pool_options<3>(c));
  });
  add(operators, "avg_pool1d", [=](const Call& c) {
    return rg::avg_pool1d(c[0], c.size<1>(kKernel, 1), avg_pool_options<1>(c));
  });
  add(operators, "avg_pool2d", [=](const Call& c) {
    return rg::avg_pool2d(c[0], c.size<2>(kKernel, 1), avg_pool_options<2>(c));
  });
  add(operators, "avg_pool3d", [=](const Call& c) {
    return rg::avg_pool3d(c[0], c.size<3>(kKernel, 1), avg_pool_options<3>(c));
  });
  add(operators, "adaptive_max_pool1d",
      [=](const Call& c) { return rg::adaptive_max_pool1d(c[0], c.size<1>(kSize, 1)); });
  add(operators, "adaptive_max_pool2d",
      [=](const Call& c) { return rg::adaptive_max_pool2d(c[0], c.size<2>(kSize, 1)); });
  add(operators, "adaptive_avg_pool1d",
      [=](const Call& c) { return rg::adaptive_avg_pool1d(c[0], c.size<1>(kSize, 1)); });
  add(operators, "adaptive_avg_pool2d",
      [=](const Call& c) { return rg::adaptive_avg_pool2d(c[0], c.size<2>(kSize, 1)); });
}

// Running statistics have no gradient, in PyTorch either.
rg::Tensor statistics(const rg::Tensor& tensor) {
  return tensor.defined() ? tensor.detach() : tensor;
}

void add_norms(Operators& operators) {
  add(operators, "batch_norm", [](const Call& c) {
    return rg::batch_norm(c[0], statistics(c[1]), statistics(c[2]), c[3], c[4],
                          {.training = c.get("training", false),
                           .momentum = c.get("momentum", 0.1),
                           .eps = c.get("eps", 1e-5)});
  });
  add(operators, "layer_norm", [](const Call& c) {
    return rg::layer_norm(c[0], c.dims("normalized_shape"), c[1], c[2], c.get("eps", 1e-5));
  });
  add(operators, "group_norm", [](const Call& c) {
    return rg::group_norm(c[0], c.get<std::int64_t>("num_groups", 1), c[1], c[2],
                          c.get("eps", 1e-5));
  });
  add(operators, "instance_norm", [](const Call& c) {
    return rg::instance_norm(c[0], c[1], c[2], c[3], c[4], {.eps = c.get("eps", 1e-5)});
  });
  add(operators, "local_response_norm", [](const Call& c) {
    return rg::local_response_norm(c[0], c.get<std::int64_t>("size", 1), c.get("alpha", 1e-4),
                                   c.get("beta", 0.75), c.get("k", 1.0));
  });
}

rg::Tensor interpolate(const Call& call) {
  static const std::map<std::string, rg::InterpolateMode> modes = {
      {"nearest", rg::InterpolateMode::nearest},
      {"linear", rg::InterpolateMode::linear},
      {"bilinear", rg::InterpolateMode::bilinear},
      {"bicubic", rg::InterpolateMode::bicubic}};
  rg::InterpolateOptions options{.mode = modes.at(call.text("mode", "nearest")),
                                 .align_corners = call.get("align_corners", false),
                                 .antialias = call.get("antialias", false)};
  if (call.options.contains("size")) {
    options.size = call.dims("size");
  } else {
    const auto factors = call.options.at("scale_factor").get<std::vector<double>>();
    options.scale_factor = factors.size() == 1 ? rg::ScaleFactor(factors[0])
                                               : rg::ScaleFactor({factors[0], factors[1]});
  }
  return rg::interpolate(call[0], options);
}

rg::Tensor grid_sample(const Call& call) {
  static const std::map<std::string, rg::GridPadding> paddings = {
      {"zeros", rg::GridPadding::zeros},
      {"border", rg::GridPadding::border},
      {"reflection", rg::GridPadding::reflection}};
  return rg::grid_sample(
      call[0], call[1],
      {.mode = call.text("mode", "bilinear") == "nearest" ? rg::InterpolateMode::nearest
                                                          : rg::InterpolateMode::bilinear,
       .padding_mode = paddings.at(call.text("padding_mode", "zeros")),
       .align_corners = call.get("align_corners", false)});
}

rg::Tensor pad(const Call& call) {
  static const std::map<std::string, rg::PaddingMode> modes = {
      {"constant", rg::PaddingMode::constant},
      {"reflect", rg::PaddingMode::reflect},
      {"replicate", rg::PaddingMode::replicate},
      {"circular", rg::PaddingMode::circular}};
  return rg::pad(
      call[0], call.options.at("pad").get<std::vector<std::int64_t>>(),
      {.mode = modes.at(call.text("mode", "constant")), .value = call.get("value", 0.0)});
}

}  // namespace

void add_cnn(Operators& operators) {
  add_convolutions(operators);
  add_pools(operators);
  add_norms(operators);
  add(operators, "interpolate", interpolate);
  add(operators, "grid_sample", grid_sample);
  add(operators, "pad", pad);
  add(operators, "pixel_shuffle", [](const Call& c) {
    return rg::pixel_shuffle(c[0], c.get<std::int64_t>("upscale_factor", 1));
  });
  add(operators, "unfold", [](const Call& c) {
    return rg::unfold(c[0], c.size<2>("kernel_size", 1),
                      {.dilation = c.size<2>("dilation", 1),
                       .padding = c.size<2>("padding", 0),
                       .stride = c.size<2>("stride", 1)});
  });
}

}  // namespace oracle
