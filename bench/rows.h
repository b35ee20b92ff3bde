// What both programs run: names and shapes. Includes neither library.
#pragma once

#include <cstdint>

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

// Training steps: SGD with momentum 0.9, cross entropy.
inline constexpr const char* kMlp = "MLP 784-128-10, batch 64, step";
inline constexpr const char* kLenet64 = "LeNet, batch 64, step";
inline constexpr const char* kLenet1 = "LeNet, batch 1, step";
inline constexpr const char* kResnet32 = "ResNet-20, batch 32, step";
inline constexpr const char* kResnet128 = "ResNet-20, batch 128, step";
// Ours under Autocast; the peer computes in float32.
inline constexpr const char* kResnet128Low =
    "ResNet-20, batch 128, step: bfloat16 autocast, LibTorch float32";

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
