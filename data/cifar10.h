/// @file
/// CIFAR-10, from the binary files it is published in.
#pragma once

#include <string>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// The training set in a folder, data_batch_1.bin to data_batch_5.bin, or as many of them as are
/// there; or the test set, test_batch.bin. Files may be gzipped, under the same names. Images are
/// float32 (N, 3, 32, 32) in [0, 1], labels int64 (N) from 0 to 9: aeroplane, car, bird, cat, deer,
/// dog, frog, horse, ship, lorry. A file holds at most 10,000 images, as the published ones do:
/// a longer one is refused before its memory is taken, and unpacking stops there. Throws IoError.
///
/// Reference: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
RETROGRAD_API Dataset load_cifar10(const std::string& folder, bool train = true, Where where = {});

}  // namespace retrograd
