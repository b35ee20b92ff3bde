// Safetensors files, and the indices of those in parts.
#pragma once

#include <retrograd/io/internal/file.h>
#include <retrograd/io/load.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::detail {

// Both throw IoError.
StateDict read_safetensors(const FileCall& call, InputFile& file);
Metadata read_safetensors_metadata(const FileCall& call, InputFile& file);

// A model in several files has an index: JSON that maps each tensor to the file that has it. Both
// throw IoError.
StateDict read_sharded(const FileCall& call, InputFile& file);
Metadata read_sharded_metadata(const FileCall& call, InputFile& file);

}  // namespace retrograd::detail
