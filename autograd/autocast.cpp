#include <retrograd/autograd/autocast.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>
#include <utility>

#include <retrograd/autograd/detail/autocast_off.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/detail/instructions.h>
#include <retrograd/tensor/error.h>

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

struct State {
  bool cache_enabled = true;
  int guards = 0;
  std::unordered_map<const detail::TensorImpl*, Conversion> conversions;
};
thread_local State state;

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
    : previous_enabled_(enabled_here), previous_cache_enabled_(state.cache_enabled) {
  if (enabled && dtype != bfloat16) {
    fail<DTypeError>("Autocast", where,
                     std::string("works in bfloat16 alone, not in ") + name(dtype));
  }
  if (enabled) {
    warn_once_if_slow();
  }
  enabled_here = enabled;
  state.cache_enabled = state.cache_enabled && cache_enabled;
  ++state.guards;
}

Autocast::~Autocast() {
  enabled_here = previous_enabled_;
  state.cache_enabled = previous_cache_enabled_;
  state.guards = std::max(state.guards - 1, 0);  // 0 in a thread that did not make this one
  if (state.guards == 0) {
    state.conversions.clear();
  }
}

bool autocast_enabled() noexcept {
  return enabled_here;
}

namespace detail {

AutocastOff::AutocastOff() noexcept : previous_(std::exchange(enabled_here, false)) {}

AutocastOff::~AutocastOff() {
  enabled_here = previous_;
}

Tensor autocast_lowered(const Tensor& x, Where where) {
  if (!x.defined() || x.dtype() != float32) {
    return x;
  }
  if (!state.cache_enabled || !x.is_leaf() || !x.requires_grad()) {
    return x.to(bfloat16, where);
  }
  Conversion& known = state.conversions[&x.impl()];
  if (!known.lowered.defined() || known.version != x.version() ||
      known.recorded != grad_enabled()) {
    known = {x, x.to(bfloat16, where), x.version(), grad_enabled()};
  }
  return known.lowered;
}

}  // namespace detail

}  // namespace retrograd
