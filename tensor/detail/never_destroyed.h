// Internal.
#pragma once

namespace retrograd::detail {

// A static object that static tensors may still use when the program ends, and that needs no memory
// from the system when it is first used.
template <class T>
union NeverDestroyed {
  T value;
  constexpr NeverDestroyed() noexcept : value() {}
  ~NeverDestroyed() {}
};

}  // namespace retrograd::detail
