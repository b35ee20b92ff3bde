// Ready-to-run oneDNN convolutions, kept for reuse.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <retrograd/ops/kernels/conv.h>
#include <retrograd/ops/kernels/onednn_runtime.h>

namespace retrograd::kernels::onednn {

// Everything that defines a primitive.
struct ConvKey {
  Pass pass;
  bool bias;
  int threads;  // primitives divide their work when they are made
  ConvShape shape;

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

// The number of threads that oneDNN sees in this scope: one where the work is too small to divide.
class ConvThreads {
 public:
  explicit ConvThreads(const ConvShape& shape);
  explicit ConvThreads(std::int64_t multiplications);
  ~ConvThreads();
  ConvThreads(const ConvThreads&) = delete;
  ConvThreads& operator=(const ConvThreads&) = delete;

  int count() const { return count_; }

 private:
  int count_;
  int previous_;
};

// To be used in the scope of the same ConvThreads. Null where oneDNN has no good implementation.
std::shared_ptr<const ConvPlan> conv_plan(Pass pass, const ConvShape& shape, bool bias,
                                          const ConvThreads& threads);

}  // namespace retrograd::kernels::onednn
