/// @file
/// Tensors from files of every format that the library reads.
#pragma once

#include <map>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// Texts by name.
using Metadata = std::map<std::string, std::string>;

/// Returns all tensors of a file, without gradients. The content says which format it is, not the
/// name.
/// @code
/// model.load_state_dict(load("model.safetensors"));
/// @endcode
/// Reads safetensors files and their `model.safetensors.index.json`, PyTorch's `.pt` files, and
/// NumPy's `.npy` and `.npz` files. See `load_safetensors()`, `load_pt()`, `load_npy()` and
/// `load_npz()`. The one tensor of a `.npy` file is named `tensor`.
/// @throws IoError if the file cannot be read, is malformed, or is of another format
RETROGRAD_API StateDict load(const std::string& path, Where where = {});

/// Returns the texts of a file: the metadata of a safetensors file, without the checksum, or the
/// numbers and texts of a `.pt` file. Reads no tensor.
/// @throws IoError if the file cannot be read, is malformed, or is of another format
RETROGRAD_API Metadata load_metadata(const std::string& path, Where where = {});

}  // namespace retrograd
