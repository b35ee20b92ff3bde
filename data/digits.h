/// @file
/// Drawn digits: a data set that needs no file.
#pragma once

#include <cstdint>

#include <retrograd/data/tensor_dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns drawn digits: 28x28 images in the form of MNIST, not handwriting.
/// @code
/// TensorDataset train = drawn_digits(10'000), test = drawn_digits(1'000, 1);
/// @endcode
/// An image is a stroke outline of its digit: bent, slanted, turned, scaled, shifted, drawn with a
/// pen of random width, and with noise added. Drawn digits serve to try a network or a training
/// loop without a download; results do not carry over to MNIST.
///
/// Images are float32 (count, 1, 28, 28) in [0, 1], labels int64 (count) from 0 to 9. Ten images in
/// a row, from a multiple of ten, show ten different digits in random order. Image i depends on the
/// seed and i only, so a larger set begins with the smaller one. Use another seed for a test set.
/// @throws ValueError if `count` is negative
RETROGRAD_API TensorDataset drawn_digits(std::int64_t count, std::uint64_t seed = 0,
                                         Where where = {});

}  // namespace retrograd
