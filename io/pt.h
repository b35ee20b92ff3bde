/// @file
/// PyTorch's `.pt`, `.pth` and `.bin` files.
///
/// Such a file is a pickle, a program that can call every function of Python. The reader runs no
/// code: it knows the opcodes and names that describe data, and refuses every other.
#pragma once

#include <string>

#include <retrograd/io/load.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// Returns all tensors of a file that `torch.save` wrote, without gradients.
/// @code
/// model.load_state_dict(load_pt("resnet18.pth"));
/// @endcode
/// Reads both formats: the zip archives of today, and the files from before PyTorch 1.6.
///
/// Dicts, lists and tuples are read at any depth, and their keys and indices are joined by dots:
/// `model.conv1.weight`, `optimizer.state.0.exp_avg`. A single tensor is named `tensor`.
/// `load_metadata()` returns the numbers and texts, as Python's `str` writes them.
///
/// Tensors keep their strides and share memory as they did when they were saved. An in-place write
/// to one therefore changes the others, as after `torch.load`. `clone()` separates them.
///
/// float32, float64, bfloat16, int64, uint8 and bool keep their dtype. float16 becomes float32, and
/// int32, int16 and int8 become int64.
/// @throws IoError if the file cannot be read or is malformed
/// @throws IoError if the pickle names a class or function that is not needed for data; the message
/// has the name and its offset
RETROGRAD_API StateDict load_pt(const std::string& path, Where where = {});

}  // namespace retrograd
