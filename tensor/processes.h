/// @file
/// The processes that run one program together, as libraries that do not link MPI see them.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// The processes that run one program together. `mpi::Communicator` is one.
///
/// All of them call the same functions in the same order.
class RETROGRAD_API Processes {
 public:
  Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  virtual ~Processes() = default;

  /// Returns the number of this process. They are numbered from 0.
  virtual int rank() const noexcept = 0;
  /// Returns the state that process 0 gives. The states of the others are not read.
  virtual StateDict shared(const StateDict& state) = 0;
  /// Returns whether any process gives true.
  virtual bool any(bool condition) = 0;
};

}  // namespace retrograd
