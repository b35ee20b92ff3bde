/// @file
/// Operations that several processes take part in together. Link `retrograd::mpi`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/processes.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

namespace retrograd::mpi {

class Communicator;

namespace detail {

// An operation on its way.
class RETROGRAD_API Request {
 public:
  virtual ~Request() = default;
  // Makes progress. Returns whether it has ended; then the values are there.
  virtual bool test() = 0;
};

// News of one rank for all others, outside the order of operations.
struct Notice {
  enum class Kind : std::uint8_t {
    waiting,  // in operation `number`, for long
    ended,    // after `number` operations
    failed    // with an error of this text
  };
  Kind kind = Kind::waiting;
  int rank = 0;
  std::int64_t number = 0;
  std::string text{};
};

struct Watch;  // what the other ranks have told

}  // namespace detail

/// An operation of a communicator that has started. The communicator must outlive it.
class RETROGRAD_API Work {
 public:
  /// Makes one that has ended.
  Work() noexcept;
  ~Work();
  /// Moves an operation.
  Work(Work&& other) noexcept;
  /// Moves an operation.
  Work& operator=(Work&& other) noexcept;

  /// Makes progress, and returns whether the operation has ended.
  /// @throws CommunicationError if the MPI library reports an error
  bool test(Where where = {});
  /// Waits until the operation has ended.
  /// @throws CommunicationError if another rank has ended or failed, or the communicator's timeout
  ///   passes; the message names the rank and the values
  void wait(Where where = {});

 private:
  friend class Communicator;
  Work(Communicator& communicator, std::unique_ptr<detail::Request> request, std::int64_t number,
       const char* op, std::string_view what);

  Communicator* communicator_ = nullptr;
  std::unique_ptr<detail::Request> request_;  // null: it has ended
  std::int64_t number_ = 0;
  const char* op_ = "";
  std::string what_;
};

/// A group of ranks, which are numbered from 0. A rank is a process, or a thread in tests.
///
/// All ranks start the same operations in the same order, from one thread each. An operation uses
/// the memory of its tensors until it has ended. Texts named `what` describe the values in errors.
/// @code
/// rg::Tensor total = rg::ones({3});
/// mpi::Work work = world.all_reduce(total, "the totals");
/// work.wait();  // {2, 2, 2} with two ranks
/// @endcode
class RETROGRAD_API Communicator : public Processes {
 public:
  ~Communicator() override;

  /// Returns the number of this rank.
  int rank() const noexcept final { return rank_; }
  /// Returns the number of ranks.
  int size() const noexcept { return size_; }

  /// Returns the time in seconds after which a wait gives up: 1,800 at the start.
  double timeout() const noexcept { return timeout_; }
  /// Sets the time after which a wait gives up.
  /// @throws ValueError unless it is above 0
  void set_timeout(double seconds, Where where = {});

  /// Starts to replace `values` by their sum over all ranks, in an order that MPI chooses.
  /// @throws ShapeError if `values` is not contiguous, or has 2^31 bytes or more
  /// @throws DTypeError for uint8 and boolean
  Work all_reduce(const Tensor& values, std::string_view what = "values", Where where = {});
  /// Starts to copy the values of rank `root` to all others.
  /// @throws ShapeError if `values` is not contiguous, or has 2^31 bytes or more
  /// @throws IndexError if there is no such rank
  Work broadcast(const Tensor& values, int root = 0, std::string_view what = "values",
                 Where where = {});
  /// Starts to fill `all` with the values of all ranks, one after the other.
  /// @throws ShapeError if a tensor is not contiguous, has 2^31 bytes or more, or `all` has not
  ///   `size()` times the elements of `values`
  /// @throws DTypeError if the dtypes differ
  Work all_gather(const Tensor& values, const Tensor& all, std::string_view what = "values",
                  Where where = {});
  /// Starts to send part r of `parts` to rank r, for all r. The parts have equal sizes. Part r of
  /// `received` comes from rank r.
  /// @throws ShapeError if a tensor is not contiguous, has 2^31 bytes or more, or the sizes differ
  ///   or are no multiple of `size()`
  /// @throws DTypeError if the dtypes differ
  Work all_to_all(const Tensor& parts, const Tensor& received, std::string_view what = "values",
                  Where where = {});

  /// Waits until all ranks have called it.
  void barrier(Where where = {});
  /// Returns the texts of all ranks.
  std::vector<std::string> all_gather_text(const std::string& text, std::string_view what = "texts",
                                           Where where = {});
  /// Returns the text of rank `root`.
  std::string broadcast_text(const std::string& text, int root = 0,
                             std::string_view what = "a text", Where where = {});

  /// Returns the state of rank 0, as broadcast_state() does. `train::Run` calls it.
  StateDict shared(const StateDict& state) final;
  /// Returns whether any rank gives true.
  bool any(bool condition) final;

  /// Tells all other ranks that this one fails. Their waits throw a CommunicationError with the
  /// text.
  void report(std::string_view error) noexcept;
  /// Ends all ranks with a status other than 0. In a process of MPI, it does not return.
  virtual void abort() noexcept = 0;

 protected:
  /// Constructs rank `rank` of `size`.
  Communicator(int rank, int size);

  /// Starts the sum.
  virtual std::unique_ptr<detail::Request> start_all_reduce(const Tensor& values) = 0;
  /// Starts the copy.
  virtual std::unique_ptr<detail::Request> start_broadcast(const Tensor& values, int root) = 0;
  /// Starts the copies.
  virtual std::unique_ptr<detail::Request> start_all_gather(const Tensor& values,
                                                            const Tensor& all) = 0;
  /// Starts the exchange.
  virtual std::unique_ptr<detail::Request> start_all_to_all(const Tensor& parts,
                                                            const Tensor& received) = 0;
  /// Sends a notice to all other ranks, without waiting for them.
  virtual void send(const detail::Notice& notice) = 0;
  /// Receives a notice, and returns false if there is none.
  virtual bool receive(detail::Notice& notice) = 0;

  /// Tells the others that this rank starts no more operations. Waits until they have done so too,
  /// or one has failed. Returns the error of that rank, or an empty text.
  std::string leave();
  /// Sets whether ranks on this machine are more than its processors. Waits then leave the
  /// processor to others soon.
  void set_crowded(bool crowded) noexcept { crowded_ = crowded; }
  /// Waits for at most `seconds` until all others have ended or failed.
  void linger(double seconds) noexcept;

 private:
  friend class Work;
  Work begin(std::unique_ptr<detail::Request> request, const char* op, std::string_view what);
  void wait_for(Work& work, Where where);
  void look(const Work& work, Where where);
  void listen();

  int rank_;
  int size_;
  double timeout_ = 1800;
  bool crowded_ = true;
  std::int64_t started_ = 0;
  std::unique_ptr<detail::Watch> watch_;
};

}  // namespace retrograd::mpi
