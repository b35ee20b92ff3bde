// The elements of a tensor as texts of one form and width.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/tensor/print.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Returns the texts of the elements at these offsets from the first one, as NumPy chooses their
// form: points below each other, or scientific form for all.
std::vector<std::string> element_texts(const Tensor& tensor,
                                       const std::vector<std::int64_t>& offsets,
                                       const PrintOptions& options);

}  // namespace retrograd::detail
