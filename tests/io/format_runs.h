// Training runs that are saved in one version and go on in another: a file holds the state of
// everything that has state dicts, and what the version that wrote it computed next.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/version.h>

namespace test {

// An object with a state dict, and what it changes.
class FormatRun {
 public:
  virtual ~FormatRun() = default;
  virtual retrograd::StateDict state() = 0;
  virtual void load(const retrograd::StateDict& state) = 0;
  virtual void step() = 0;
  // What steps change and a user sees: parameters, rates, outputs. Handles on tensors, if `set` is
  // to be able to bring them back.
  virtual retrograd::StateDict values() = 0;
};

struct FormatCase {
  std::string name;  // of the file
  std::function<std::unique_ptr<FormatRun>()> make;
};

std::vector<FormatCase> format_cases();

// The folder of the files of this version.
inline const std::string kThisVersion =
    std::to_string(RETROGRAD_VERSION_MAJOR) + "." + std::to_string(RETROGRAD_VERSION_MINOR);

// The content of a case's file: "state.*" and "values.*" after three steps, and "later.*", the
// values after three more.
retrograd::StateDict format_content(const FormatCase& of);

// One tensor of each dtype with numbers that every version must read the same.
retrograd::StateDict format_tensors();
inline const retrograd::Metadata kFormatMetadata = {{"epoch", "3"}, {"note", "Jacobi \xC3\xA9"}};

// The entries whose names begin with `prefix`, without it.
retrograd::StateDict part_of(const retrograd::StateDict& all, const std::string& prefix);

}  // namespace test
