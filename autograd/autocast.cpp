#include <retrograd/autograd/autocast.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <unordered_map>
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/internal/autocast_off.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd {

namespace {

// A parameter's conversion. The parameter is kept, so that no other tensor gets its address.
struct Conversion {
  Tensor parameter;
  Tensor lowered;
  std::uint32_t version;
  bool recorded;
};

// Apart from the rest, because every operator asks for it.
thread_local bool enabled_here = false;

thread_local bool cache_enabled_here = true;
thread_local int guards = 0;
// Of the guards alive, or null. A map in place would have a destructor, and registering one for a
// thread ends the process where memory has run out.
using Conversions = std::unordered_map<const detail::TensorImpl*, Conversion>;
thread_local Conversions* conversions = nullptr;

void warn_once_if_slow() {
  static const bool warned = [] {
    if (!detail::fast_bfloat16()) {
      std::fputs(
          "retrograd: Autocast: this processor has no bfloat16 arithmetic; values are rounded to "
          "bfloat16 and computed with in float32, which is no faster\n",
          stderr);
    }
    return true;
  }();
  static_cast<void>(warned);
}

}  // namespace

Autocast::Autocast(DType dtype, bool enabled, bool cache_enabled, Where where)
    : previous_enabled_(enabled_here), previous_cache_enabled_(cache_enabled_here) {
  check::require<DTypeError>({"Autocast", where}, !enabled || dtype == bfloat16, {},
                             "works in bfloat16 alone, not in {} [dtype-unexpected]", dtype);
  if (enabled) {
    warn_once_if_slow();
  }
  enabled_here = enabled;
  cache_enabled_here = cache_enabled_here && cache_enabled;
  ++guards;
}

Autocast::~Autocast() {
  enabled_here = previous_enabled_;
  cache_enabled_here = previous_cache_enabled_;
  guards = std::max(guards - 1, 0);  // 0 in a thread that did not make this one
  if (guards == 0) {
    delete std::exchange(conversions, nullptr);
  }
}

bool autocast_enabled() noexcept {
  return enabled_here;
}

namespace detail {

void set_autocast(bool on) noexcept {
  enabled_here = on;
}

AutocastOff::AutocastOff() noexcept : previous_(std::exchange(enabled_here, false)) {}

AutocastOff::~AutocastOff() {
  enabled_here = previous_;
}

Tensor autocast_downcast(const Tensor& x, Where where) {
  if (!x.defined() || x.dtype() != float32) {
    return x;
  }
  const bool traced = thread_calls.listener != nullptr;  // each conversion is an entry of a trace
  if (!cache_enabled_here || traced || guards == 0 || !x.is_leaf() || !x.requires_grad()) {
    return x.to(bfloat16, where);
  }
  if (conversions == nullptr) {
    conversions = new Conversions;
  }
  Conversion& known = (*conversions)[&x.impl()];
  if (!known.lowered.defined() || known.version != x.version() ||
      known.recorded != grad_enabled()) {
    known = {x, x.to(bfloat16, where), x.version(), grad_enabled()};
  }
  return known.lowered;
}

}  // namespace detail

}  // namespace retrograd
