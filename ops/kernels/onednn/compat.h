// oneDNN 2.x and 3.x behind one spelling. The only place that may ask for its version.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace retrograd::kernels::onednn {

inline dnnl::memory::dims dims_of(const dnnl::memory::desc& description) {
#if DNNL_VERSION_MAJOR >= 3
  return description.get_dims();
#else
  return description.dims();
#endif
}

inline dnnl::memory::data_type type_of(const dnnl::memory::desc& description) {
#if DNNL_VERSION_MAJOR >= 3
  return description.get_data_type();
#else
  return description.data_type();
#endif
}

// Describes a forward primitive; empty where this CPU has no implementation. 3.x has no operation
// descriptors: what described the operation goes straight to the primitive.
template <class Primitive, class... Args>
typename Primitive::primitive_desc describe(const dnnl::engine& engine,
                                            const dnnl::primitive_attr& attributes,
                                            const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine, args..., attributes, true);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(args...), attributes, engine,
                                            true);
#endif
}

// The same for a backward primitive, which takes the forward one as a hint.
template <class Primitive, class Hint, class... Args>
typename Primitive::primitive_desc describe_backward(const dnnl::engine& engine,
                                                     const dnnl::primitive_attr& attributes,
                                                     const Hint& hint, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine, args..., hint, attributes, true);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(args...), attributes, engine,
                                            hint, true);
#endif
}

}  // namespace retrograd::kernels::onednn
