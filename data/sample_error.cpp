// Errors of samples, with the sample in the message.
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <typeinfo>

#include <retrograd/data/detail/batch_maker.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

std::string name_of(std::int64_t index, const Dataset& dataset) {
  std::string description;
  try {
    description = dataset.describe(index);
  } catch (const std::exception&) {  // the first error is the one to tell of
  }
  return description.empty() ? formatted("sample {}", index)
                             : formatted("sample {} ({})", index, description);
}

template <class E>
[[noreturn]] void throw_as(const Error& error, const std::string& text) {
  throw E(text, error.where());
}

// If the error is an E.
template <class E>
void throw_if(const Error& error, const std::string& text) {
  if (dynamic_cast<const E*>(&error) != nullptr) {
    throw_as<E>(error, text);
  }
}

[[noreturn]] void throw_unknown(const std::string& text, Where where) {
  std::throw_with_nested(
      Error(formatted("{}   at {}  [sample-failed]", text, to_string(where)), where));
}

}  // namespace

void throw_for_sample(const Frame& call, std::int64_t index, const Dataset& dataset) {
  const std::string before = formatted("DataLoader: {}: ", name_of(index, dataset));
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& error) {
    const std::string text = before + error.what();
    throw_if<IoError>(error, text);
    throw_if<ValueError>(error, text);
    throw_if<ShapeError>(error, text);
    throw_if<IndexError>(error, text);
    throw_if<DTypeError>(error, text);
    throw_if<GraphError>(error, text);
    throw_if<CommunicationError>(error, text);
    throw_as<Error>(error, text);
  } catch (const std::exception& error) {
    const std::string text = before + error.what();
    // A derived one may hold more than its text.
    if (typeid(error) == typeid(std::runtime_error)) {
      throw std::runtime_error(text);
    }
    if (typeid(error) == typeid(std::invalid_argument)) {
      throw std::invalid_argument(text);
    }
    if (typeid(error) == typeid(std::out_of_range)) {
      throw std::out_of_range(text);
    }
    throw_unknown(text, call.where());
  } catch (...) {
    throw_unknown(before + "an exception that is no std::exception", call.where());
  }
}

}  // namespace retrograd::detail
