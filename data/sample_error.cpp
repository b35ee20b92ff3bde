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

// Where `error` is an E and nothing more, or an error of the library derived from it.
template <class E>
void throw_if_error(const Error& error, const std::string& text) {
  if (dynamic_cast<const E*>(&error) != nullptr) {
    if (typeid(error) == typeid(E)) {
      throw E(text, error.where());
    }
    std::throw_with_nested(E(text, error.where()));
  }
}

template <class E>
void throw_if_plain(const std::exception& error, const std::string& text) {
  if (typeid(error) == typeid(E)) {
    throw E(text);
  }
}

}  // namespace

void throw_for_sample(const Frame& call, std::int64_t index, const Dataset& dataset) {
  const std::string before = formatted("DataLoader: {}: ", name_of(index, dataset));
  const auto wrapped = [&](const char* what) {
    return Error(formatted("{}{}   at {}  [sample-failed]", before, what, to_string(call.where())),
                 call.where());
  };
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& error) {
    const std::string text = before + error.what();
    throw_if_error<IoError>(error, text);
    throw_if_error<ValueError>(error, text);
    throw_if_error<ShapeError>(error, text);
    throw_if_error<IndexError>(error, text);
    throw_if_error<DTypeError>(error, text);
    throw_if_error<GraphError>(error, text);
    std::throw_with_nested(Error(text, error.where()));
  } catch (const std::exception& error) {
    const std::string text = before + error.what();
    throw_if_plain<std::runtime_error>(error, text);
    throw_if_plain<std::logic_error>(error, text);
    throw_if_plain<std::invalid_argument>(error, text);
    throw_if_plain<std::out_of_range>(error, text);
    std::throw_with_nested(wrapped(error.what()));
  } catch (...) {
    std::throw_with_nested(wrapped("an exception that is no std::exception"));
  }
}

}  // namespace retrograd::detail
