// Ready-to-run oneDNN convolutions, kept for reuse.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/onednn/runtime.h>

namespace retrograd::kernels::onednn {

// Everything that defines a primitive.
struct ConvKey {
  Pass pass;
  bool bias;
  bool part;  // of a gradient of the weight: float32, to be added to others
  ConvGeometry geometry;

  friend bool operator==(const ConvKey&, const ConvKey&) = default;
};

struct ConvPlan {
  std::string implementation;  // oneDNN's name for it
  Runnable conv;
  Runnable reorder;                 // of the weight or its gradient; none where layouts agree
  dnnl::memory::desc source;        // (N, C, H, W), channels-last
  dnnl::memory::desc destination;   // (N, O, H, W), channels-last
  dnnl::memory::desc bias;          // (O)
  dnnl::memory::desc plain_weight;  // ([G,] O / G, C / G, KH, KW), row-major
  dnnl::memory::desc weight;        // in the layout that the primitive likes best
};

// To be used in the scope of OneOpenMpThread. Null where oneDNN has no good implementation.
std::shared_ptr<const ConvPlan> conv_plan(Pass pass, const ConvGeometry& geometry, bool bias,
                                          bool part);

}  // namespace retrograd::kernels::onednn
