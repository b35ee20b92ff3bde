// Normalisation, padding, resampling and windows.
#include "golden/layer_cases.h"

namespace golden {

namespace rg = retrograd;
namespace nn = rg::nn;

LayerCases image_layers() {
  using Mode = rg::InterpolateMode;
  return {
      LAYER("Unfold/default", Unfold(2)),
      LAYER("Unfold/all",
            Unfold({2, 3}, {.dilation = {2, 1}, .padding = {1, 0}, .stride = {1, 2}})),
      LAYER("Fold/default", Fold({3, 3}, 2)),
      LAYER("Fold/all",
            Fold({3, 5}, {2, 3}, {.dilation = {2, 1}, .padding = {1, 0}, .stride = {1, 2}})),
      LAYER("PixelShuffle/2", PixelShuffle(2)),
      LAYER("PixelUnshuffle/2", PixelUnshuffle(2)),
      LAYER("ConstantPad1d/one", ConstantPad1d(1, 2.5)),
      LAYER("ConstantPad1d/sides", ConstantPad1d({2, -1}, 0.5)),
      LAYER("ConstantPad2d/sides", ConstantPad2d({1, 0, 2, 1}, -1.5)),
      LAYER("ConstantPad3d/one", ConstantPad3d(1, 3.0)),
      LAYER("ZeroPad2d/one", ZeroPad2d(1)),
      LAYER("ZeroPad2d/sides", ZeroPad2d({1, -1, 2, 0})),
      LAYER("ReflectionPad1d/sides", ReflectionPad1d({2, 1})),
      LAYER("ReflectionPad2d/sides", ReflectionPad2d({1, 0, 1, 1})),
      LAYER("ReflectionPad3d/one", ReflectionPad3d(1)),
      LAYER("ReplicationPad1d/sides", ReplicationPad1d({4, 1})),
      LAYER("ReplicationPad2d/sides", ReplicationPad2d({1, 0, 3, 1})),
      LAYER("ReplicationPad3d/one", ReplicationPad3d(1)),
      LAYER("CircularPad1d/sides", CircularPad1d({1, 2})),
      LAYER("CircularPad2d/sides", CircularPad2d({1, 0, 2, 1})),
      LAYER("CircularPad3d/one", CircularPad3d(1)),
      LAYER("Upsample/nearest", Upsample({.scale_factor = 2})),
      LAYER("Upsample/size", Upsample({.size = {3, 5}})),
      LAYER("Upsample/exact", Upsample({.size = {5}, .mode = Mode::nearest_exact})),
      LAYER("Upsample/linear", Upsample({.scale_factor = 1.6, .mode = Mode::linear})),
      LAYER("Upsample/recompute",
            Upsample({.scale_factor = 1.6, .mode = Mode::linear, .recompute_scale_factor = true})),
      LAYER("Upsample/bilinear", Upsample({.scale_factor = {2, 1.5}, .mode = Mode::bilinear})),
      LAYER("Upsample/corners",
            Upsample({.size = {4, 3}, .mode = Mode::bilinear, .align_corners = true})),
      LAYER("Upsample/bicubic", Upsample({.size = {4, 3}, .mode = Mode::bicubic})),
      LAYER("Upsample/trilinear", Upsample({.scale_factor = 2, .mode = Mode::trilinear})),
      LAYER("BatchNorm1d/default", BatchNorm1d(2)),
      LAYER("BatchNorm1d/averages", BatchNorm1d(2, {.momentum = {}})),
      LAYER("BatchNorm1d/pairs", BatchNorm1d(3, {.eps = 0.01, .momentum = 0.3})),
      LAYER("BatchNorm2d/default", BatchNorm2d(2)),
      LAYER("BatchNorm2d/averages", BatchNorm2d(2, {.momentum = {}})),
      LAYER("BatchNorm2d/plain", BatchNorm2d(2, {.affine = false})),
      LAYER("BatchNorm2d/untracked", BatchNorm2d(2, {.track_running_stats = false})),
      LAYER("BatchNorm3d/default", BatchNorm3d(2)),
      LAYER("BatchNorm3d/averages", BatchNorm3d(2, {.momentum = {}})),
      LAYER("BatchNorm3d/neither", BatchNorm3d(2, {.affine = false, .track_running_stats = false})),
      LAYER("InstanceNorm1d/default", InstanceNorm1d(2)),
      LAYER("InstanceNorm1d/no_batch", InstanceNorm1d(2, {.eps = 0.1, .affine = true})),
      LAYER("InstanceNorm1d/averages",
            InstanceNorm1d(2, {.momentum = 0.4, .affine = true, .track_running_stats = true})),
      LAYER("InstanceNorm2d/affine", InstanceNorm2d(2, {.affine = true})),
      LAYER("InstanceNorm2d/tracked",
            InstanceNorm2d(2, {.momentum = 0.3, .track_running_stats = true})),
      LAYER("LayerNorm/default", LayerNorm(3)),
      LAYER("LayerNorm/two", LayerNorm({2, 3}, {.eps = 0.1})),
      LAYER("LayerNorm/plain", LayerNorm(4, {.elementwise_affine = false})),
      LAYER("GroupNorm/default", GroupNorm(2, 4)),
      LAYER("GroupNorm/one", GroupNorm(1, 2, {.eps = 0.1})),
      LAYER("GroupNorm/plain", GroupNorm(2, 2, {.affine = false})),
      LAYER("LocalResponseNorm/default", LocalResponseNorm(2)),
      LAYER("LocalResponseNorm/all", LocalResponseNorm(3, {.alpha = 0.5, .beta = 0.6, .k = 2})),
  };
}

}  // namespace golden
