/// @file
/// The processes of an MPI job. Link `retrograd::mpi`.
#pragma once

#include <functional>
#include <memory>

#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/api.h>

namespace retrograd::mpi {

/// The ranks of an MPI communicator.
///
/// One that is constructed first initialises MPI where the program has not, and then also ends MPI.
/// Its destructor waits for the other ranks. If an exception unwinds it, it tells the other ranks
/// and ends the job with status 1.
/// @code
/// mpi::MpiCommunicator world;
/// std::cout << "rank " << world.rank() << " of " << world.size() << "\n";
/// @endcode
class RETROGRAD_API MpiCommunicator : public Communicator {
 public:
  /// Makes a copy of `MPI_COMM_WORLD`, so that messages of others do not mix with its own.
  /// All ranks construct it together.
  MpiCommunicator();
  /// Makes a copy of a communicator, given as Fortran's handle: `MPI_Comm_c2f(comm)`, or
  /// `comm.py2f()` of mpi4py. All of its ranks construct it together.
  explicit MpiCommunicator(int fortran_handle);
  ~MpiCommunicator() override;

  /// Ends the job with status 1.
  void abort() noexcept override;

 protected:
  std::unique_ptr<detail::Request> start_all_reduce(const Tensor& values) override;
  std::unique_ptr<detail::Request> start_broadcast(const Tensor& values, int root) override;
  std::unique_ptr<detail::Request> start_all_gather(const Tensor& values,
                                                    const Tensor& all) override;
  std::unique_ptr<detail::Request> start_all_to_all(const Tensor& parts,
                                                    const Tensor& received) override;
  void send(const detail::Notice& notice) override;
  bool receive(detail::Notice& notice) override;

 private:
  struct Handles;
  explicit MpiCommunicator(std::unique_ptr<Handles> handles);
  friend RETROGRAD_API int run(const std::function<void(Communicator& world)>& program);
  void fail_all(const char* error) noexcept;

  std::unique_ptr<Handles> handles_;
  int exceptions_;  // on their way when it was made
};

/// Runs `program` with the ranks of `MPI_COMM_WORLD`, and returns the status of `main()`.
///
/// An exception is printed with the rank. All other ranks that wait get a CommunicationError with
/// its text, and the job ends with status 1.
/// @code
/// int main() {
///   return mpi::run([](mpi::Communicator& world) { std::cout << world.rank() << "\n"; });
/// }
/// @endcode
RETROGRAD_API int run(const std::function<void(Communicator& world)>& program);

}  // namespace retrograd::mpi
