// What parameters have to be. Internal.
#pragma once

#include <vector>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim::detail {

// Whether several elements are one place in memory, as far as zero strides tell.
bool shows_an_element_twice(const Tensor& x);

// Throws GraphError for a parameter that is not a floating leaf, ValueError for one that is listed
// twice or shows an element twice, and if there is none.
void check_parameters(const Frame& call, const std::vector<const std::vector<Tensor>*>& lists);

}  // namespace retrograd::optim::detail
