/// @file
/// CIFAR-10 and CIFAR-100, from the published binary files.
#pragma once

#include <string>

#include <retrograd/data/tensor_dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns the training or the test set of CIFAR-10 in a folder.
/// @code
/// TensorDataset train = load_cifar10("data/cifar-10-batches-bin");
/// @endcode
/// The training set is data_batch_1.bin to data_batch_5.bin, or those of them that exist. The test
/// set is test_batch.bin. The files may be gzipped under the same names.
///
/// Images are float32 (N, 3, 32, 32) in [0, 1]. Labels are int64 (N) from 0 to 9: aeroplane, car,
/// bird, cat, deer, dog, frog, horse, ship, lorry.
///
/// A file holds at most 10,000 images, as the published ones do. A longer one is refused before its
/// memory is allocated, and unpacking ends there.
///
/// Reference: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
/// @throws IoError if a file is missing, malformed or too long
RETROGRAD_API TensorDataset load_cifar10(const std::string& folder, bool train = true,
                                         Where where = {});

/// Returns the training or the test set of CIFAR-100 in a folder: train.bin or test.bin, which may
/// be gzipped under the same name.
/// @code
/// TensorDataset train = load_cifar100("data/cifar-100-binary");
/// @endcode
/// Its tensors are float32 images (N, 3, 32, 32) in [0, 1], int64 labels (N) from 0 to 99, and
/// int64 labels (N) of the 20 coarse classes. A batch unpacks into the first two.
///
/// A file holds at most 50,000 images, as the published ones do. Longer ones are refused.
/// @throws IoError if the file is missing, malformed or too long
RETROGRAD_API TensorDataset load_cifar100(const std::string& folder, bool train = true,
                                          Where where = {});

}  // namespace retrograd
