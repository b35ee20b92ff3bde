/// @file
/// MNIST, from the files it is published in.
#pragma once

#include <string>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// The training or the test set in a folder that holds the original files, such as
/// train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-..., plain or with ".gz" added.
/// Images are float32 (N, 1, 28, 28) in [0, 1], labels int64 (N) from 0 to 9. Also reads sets of
/// the same form, such as Fashion-MNIST. Throws IoError.
RETROGRAD_API Dataset load_mnist(const std::string& folder, bool train = true, Where where = {});

}  // namespace retrograd
