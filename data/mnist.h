/// @file
/// MNIST and Fashion-MNIST, from the published files.
#pragma once

#include <string>

#include <retrograd/data/tensor_dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns the training or the test set of MNIST in a folder.
/// @code
/// TensorDataset train = load_mnist("data/mnist"), test = load_mnist("data/mnist", false);
/// @endcode
/// The folder holds the original files, such as train-images-idx3-ubyte and
/// train-labels-idx1-ubyte, or t10k-..., plain or with `.gz` added. Sets of the same form are read,
/// too. Images are float32 (N, 1, 28, 28) in [0, 1], labels int64 (N) from
/// 0 to 9.
/// @throws IoError if a file is missing or malformed
RETROGRAD_API TensorDataset load_mnist(const std::string& folder, bool train = true,
                                       Where where = {});

/// Returns the training or the test set of Fashion-MNIST in a folder, whose files are named as
/// those of MNIST. Labels are 0 to 9: T-shirt, trousers, pullover, dress, coat, sandal, shirt,
/// sneaker, bag, ankle boot.
///
/// Reference: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017.
/// @throws IoError if a file is missing or malformed
RETROGRAD_API TensorDataset load_fashion_mnist(const std::string& folder, bool train = true,
                                               Where where = {});

}  // namespace retrograd
