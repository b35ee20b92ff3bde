// What both programs run: names and shapes. Includes neither library.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

struct ConvRow {
  const char* name;
  std::int64_t batch, in, out, size, kernel, stride, padding;
  bool input_gradient = true;
};
inline constexpr ConvRow kConvs[] = {
    {"conv 3x3 64->64 at 56x56, batch 32", 32, 64, 64, 56, 3, 1, 1},
    {"conv 3x3 256->256 at 14x14, batch 32", 32, 256, 256, 14, 3, 1, 1},
    {"conv 1x1 64->256 at 56x56, batch 32", 32, 64, 256, 56, 1, 1, 0},
    {"conv 7x7/2 3->64 at 224x224, batch 32", 32, 3, 64, 224, 7, 2, 3, false},
    {"conv 3x3 16->16 at 32x32, batch 128", 128, 16, 16, 32, 3, 1, 1},
};

// Multiplications and additions of forward and backward.
constexpr double flops(const ConvRow& row) {
  const std::int64_t out = (row.size + 2 * row.padding - row.kernel) / row.stride + 1;
  const double forward = 2.0 * static_cast<double>(row.batch * row.out * out * out * row.in) *
                         static_cast<double>(row.kernel * row.kernel);
  return forward * (row.input_gradient ? 3 : 2);
}

// Training steps: SGD with momentum 0.9 and a rate of 1e-6, cross entropy. Each is a row in float32
// and one in bfloat16, by autocast.
struct TrainingRow {
  const char* name;
  std::array<std::int64_t, 4> sizes;  // of the input
  std::size_t dim;
  bool memory = false;  // whether its peak memory is measured, too
};
inline constexpr TrainingRow kMlp{"MLP 784-128-10, batch 64, step", {64, 784}, 2};
inline constexpr TrainingRow kLenet64{"LeNet, batch 64, step", {64, 1, 28, 28}, 4};
inline constexpr TrainingRow kLenet1{"LeNet, batch 1, step", {1, 1, 28, 28}, 4};
inline constexpr TrainingRow kResnet32{"ResNet-20, batch 32, step", {32, 3, 32, 32}, 4};
inline constexpr TrainingRow kResnet128{"ResNet-20, batch 128, step", {128, 3, 32, 32}, 4, true};
inline constexpr TrainingRow kLstm{"LSTM 32x50x32, hidden 128, step", {32, 50, 32}, 3, true};
inline constexpr TrainingRow kVit{"ViT of 2 layers, 32x3x32x32, step", {32, 3, 32, 32}, 4};
inline constexpr TrainingRow kVgg{"VGG block, 32x3x32x32, step", {32, 3, 32, 32}, 4, true};
inline constexpr TrainingRow kDepthwise{
    "depthwise-separable net, 32x3x64x64, step", {32, 3, 64, 64}, 4};
inline constexpr TrainingRow kOddChannels{"odd channels, 32x3x32x32, step", {32, 3, 32, 32}, 4};
inline constexpr TrainingRow kUNet{"U-Net, 4x1x64x64, step", {4, 1, 64, 64}, 4, true};
inline constexpr TrainingRow kEcg{"1D ECG net, 64x1x720, step", {64, 1, 720}, 3};
inline constexpr const char* kLow = ": bfloat16 autocast";  // after the name

// Inference with the network and the input of a training row: evaluation mode, no gradients.
inline std::string forward_name(const TrainingRow& row) {
  const std::string name = row.name;
  const std::string_view step = "step";  // at the end
  const std::size_t at = name.size() - std::min(name.size(), step.size());
  return name.compare(at, step.size(), step) == 0 ? name.substr(0, at) + "forward" : name;
}

// Inference in the fastest way that a library has: retrograd by nn::fuse.
inline constexpr TrainingRow kFusedLenet1{"LeNet, batch 1, fused, forward", {1, 1, 28, 28}, 4};
inline constexpr TrainingRow kFusedLenet32{"LeNet, batch 32, fused, forward", {32, 1, 28, 28}, 4};
inline constexpr TrainingRow kFusedResnet1{"ResNet-20, batch 1, fused, forward", {1, 3, 32, 32}, 4};
inline constexpr TrainingRow kFusedResnet32{
    "ResNet-20, batch 32, fused, forward", {32, 3, 32, 32}, 4};
inline constexpr TrainingRow kFusedDepthwise1{
    "depthwise-separable net, 1x3x64x64, fused, forward", {1, 3, 64, 64}, 4};
inline constexpr TrainingRow kFusedDepthwise32{
    "depthwise-separable net, 32x3x64x64, fused, forward", {32, 3, 64, 64}, 4};
inline constexpr TrainingRow kFusedUNet1{"U-Net, 1x1x64x64, fused, forward", {1, 1, 64, 64}, 4};
inline constexpr TrainingRow kFusedUNet32{"U-Net, 32x1x64x64, fused, forward", {32, 1, 64, 64}, 4};
// Of models/text_direction_cls.onnx in the folder RETROGRAD_TEST_DATA.
inline constexpr TrainingRow kTextDirection1{
    "text_direction_cls, 1x3x48x192, fused, forward", {1, 3, 48, 192}, 4};
inline constexpr TrainingRow kTextDirection32{
    "text_direction_cls, 32x3x48x192, fused, forward", {32, 3, 48, 192}, 4};

// Forward and backward of scaled_dot_product_attention on (1, heads, tokens, width).
inline constexpr const char* kAttention = "attention, 2,048 tokens, 8 heads of 64, fwd + bwd";
inline constexpr std::array<std::int64_t, 4> kAttentionSizes{1, 8, 2048, 64};
inline constexpr double kAttentionFlops = 3 * 2 * 2.0 * 8 * 2048 * 2048 * 64;

inline constexpr const char* kSlide = "slide regression step";
inline constexpr const char* kChain = "chain of 1,000 multiplications";
inline constexpr std::int64_t kChainLength = 1000;

inline constexpr const char* kMatmul = "matmul 1024";
inline constexpr std::int64_t kMatmulSize = 1024;
inline constexpr const char* kProduct = "product of two tensors of 16 M";
inline constexpr std::int64_t kProductSize = std::int64_t{1} << 24;

inline constexpr double kMatmulFlops = 2.0 * kMatmulSize * kMatmulSize * kMatmulSize;
inline constexpr double kProductBytes = 3 * 4.0 * kProductSize;
inline constexpr double kSumMiddleBytes = 4.0 * 64 * 512 * 512;
inline constexpr double kTransposedBytes = 2 * 4.0 * 4096 * 4096;
inline constexpr double kCatBytes = 2 * 4.0 * 8 * 32 * 64 * 28 * 28;
inline constexpr double kBiasBytes = 2 * 4.0 * 128 * 64 * 32 * 32;

inline constexpr const char* kBatchNorm = "batch norm + ReLU 128x64x32x32, fwd + bwd";
inline constexpr const char* kMaxPool = "max pool 2x2 128x64x32x32, fwd + bwd";
inline constexpr const char* kCrossEntropy = "softmax cross entropy 4096x1000, fwd + bwd";
inline constexpr const char* kSumMiddle = "sum over the middle of 64x512x512";
inline constexpr const char* kTransposed = "transposed copy 4096x4096";
inline constexpr const char* kCat = "concatenate 8 of 32x64x28x28 by channel";
inline constexpr const char* kBias = "per-channel bias 128x64x32x32";

}  // namespace bench
