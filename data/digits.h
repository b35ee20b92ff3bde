/// @file
/// A data set that needs no file: digits drawn by a program.
#pragma once

#include <cstdint>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Synthetic drawings, not handwriting: 28x28 images in the form of MNIST. Every image is one of a
/// few stroke outlines of its digit, bent, slanted, turned, scaled, shifted and drawn with a pen of
/// random width, with noise on top. Good for trying a network or a training loop without a
/// download; a result on it says nothing about MNIST.
///
/// Images are float32 (count, 1, 28, 28) in [0, 1], labels int64 (count) from 0 to 9. Of each ten
/// images in a row that begin at a multiple of ten, each shows another digit, in random order.
/// Image i depends on the seed and i only, so a larger set begins with the smaller one; take
/// another seed for a test set. Throws ValueError for a negative count.
RETROGRAD_API Dataset drawn_digits(std::int64_t count, std::uint64_t seed = 0, Where where = {});

}  // namespace retrograd
