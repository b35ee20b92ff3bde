// Convolutions and pools.
#include "golden/layer_cases.h"

namespace golden {

namespace rg = retrograd;
namespace nn = rg::nn;

LayerCases convolutions_and_pools() {
  using Mode = rg::PaddingMode;
  return {
      LAYER("Conv1d/default", Conv1d(2, 3, 3)),
      LAYER("Conv1d/no_batch", Conv1d(2, 2, 2, {.stride = 2, .padding = 1, .bias = false})),
      LAYER("Conv1d/same", Conv1d(2, 2, 3, {.padding = rg::same, .dilation = 2, .groups = 2})),
      LAYER("Conv2d/default", Conv2d(2, 3, 3)),
      LAYER("Conv2d/all",
            Conv2d(4, 2, {2, 3},
                   {.stride = {1, 2}, .padding = {1, 2}, .dilation = {2, 1}, .groups = 2})),
      LAYER("Conv2d/no_bias", Conv2d(1, 2, 2, {.padding = rg::valid, .bias = false})),
      LAYER("MaxPool2d/default", MaxPool2d(2)),
      LAYER(
          "MaxPool2d/all",
          MaxPool2d({3, 2},
                    {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}, .ceil_mode = true})),
      LAYER("AvgPool2d/default", AvgPool2d(2)),
      LAYER("AvgPool2d/ceil",
            AvgPool2d({3, 2},
                      {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false})),
      LAYER("AvgPool2d/divisor", AvgPool2d(3, {.stride = 1, .divisor_override = 5})),
      LAYER("Conv1d/reflect",
            Conv1d(1, 2, 3, {.stride = 2, .padding = 2, .padding_mode = Mode::reflect})),
      LAYER("Conv2d/circular",
            Conv2d(2, 1, {3, 2}, {.padding = {1, 2}, .padding_mode = Mode::circular})),
      LAYER("Conv2d/replicate_same",
            Conv2d(1, 1, {4, 3}, {.padding = rg::same, .padding_mode = Mode::replicate})),
      LAYER("Conv3d/default", Conv3d(1, 2, 2)),
      LAYER("Conv3d/all", Conv3d(2, 2, {1, 2, 3},
                                 {.stride = {1, 2, 1},
                                  .padding = {0, 1, 1},
                                  .dilation = {1, 1, 2},
                                  .groups = 2,
                                  .bias = false})),
      LAYER("ConvTranspose1d/default", ConvTranspose1d(2, 3, 3)),
      LAYER("ConvTranspose1d/no_batch",
            ConvTranspose1d(
                4, 2, 2,
                {.stride = 3, .padding = 1, .output_padding = 2, .groups = 2, .bias = false})),
      LAYER("ConvTranspose2d/default", ConvTranspose2d(2, 1, 2)),
      LAYER("ConvTranspose2d/all", ConvTranspose2d(2, 4, {2, 3},
                                                   {.stride = {2, 1},
                                                    .padding = {1, 0},
                                                    .output_padding = {1, 0},
                                                    .groups = 2,
                                                    .dilation = {1, 2}})),
      LAYER("ConvTranspose3d/default", ConvTranspose3d(1, 2, 2)),
      LAYER("ConvTranspose3d/all",
            ConvTranspose3d(
                2, 2, {1, 2, 2},
                {.stride = 2, .padding = {0, 1, 1}, .output_padding = {1, 0, 1}, .groups = 2})),
      LAYER("MaxPool1d/default", MaxPool1d(2)),
      LAYER("MaxPool1d/all", MaxPool1d(2, {.stride = 3, .padding = 1, .ceil_mode = true})),
      LAYER("AvgPool1d/default", AvgPool1d(2)),
      LAYER("AvgPool1d/all", AvgPool1d(2, {.stride = 3, .padding = 1, .ceil_mode = true})),
      LAYER("AdaptiveMaxPool1d/one", AdaptiveMaxPool1d(1)),
      LAYER("AdaptiveMaxPool1d/two", AdaptiveMaxPool1d(2)),
      LAYER("AdaptiveAvgPool1d/one", AdaptiveAvgPool1d(1)),
      LAYER("AdaptiveAvgPool1d/two", AdaptiveAvgPool1d(2)),
      LAYER("AdaptiveMaxPool2d/one", AdaptiveMaxPool2d(1)),
      LAYER("AdaptiveMaxPool2d/two", AdaptiveMaxPool2d(2)),
      LAYER("AdaptiveAvgPool2d/one", AdaptiveAvgPool2d(1)),
      LAYER("AdaptiveAvgPool2d/two", AdaptiveAvgPool2d(2)),
      LAYER("MaxPool3d/default", MaxPool3d(2)),
      LAYER("MaxPool3d/all", MaxPool3d(2, {.stride = 3, .padding = 1, .ceil_mode = true})),
      LAYER("AvgPool3d/default", AvgPool3d(2)),
      LAYER("AvgPool3d/all", AvgPool3d(2, {.stride = 3, .padding = 1, .ceil_mode = true})),
      LAYER("AdaptiveMaxPool3d/one", AdaptiveMaxPool3d(1)),
      LAYER("AdaptiveMaxPool3d/two", AdaptiveMaxPool3d(2)),
      LAYER("AdaptiveAvgPool3d/one", AdaptiveAvgPool3d(1)),
      LAYER("AdaptiveAvgPool3d/two", AdaptiveAvgPool3d(2)),
      LAYER("AdaptiveAvgPool2d/sizes", AdaptiveAvgPool2d({3, 7})),
      LAYER("LPPool1d/default", LPPool1d(2, 2)),
      LAYER("LPPool1d/all", LPPool1d(3, 3, {.stride = 2, .ceil_mode = true})),
      LAYER("LPPool2d/default", LPPool2d(2, {2, 3})),
      LAYER("LPPool2d/all", LPPool2d(1.5, 2, {.stride = 1})),
      LAYER("MaxUnpool1d/default", MaxUnpool1d(2)),
      LAYER("MaxUnpool2d/all", MaxUnpool2d({2, 3}, 2, {0, 1})),
      LAYER("MaxUnpool3d/default", MaxUnpool3d(2)),
  };
}

}  // namespace golden
