// Options of the form --name value.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

class CommandLine {
 public:
  // Throws std::invalid_argument for an option that is not known or has no value.
  CommandLine(int argc, char** argv, const std::vector<std::string>& known) {
    for (int i = 1; i < argc; i += 2) {
      const std::string argument = argv[i];
      bool found = false;
      for (const std::string& name : known) {
        found = found || argument == "--" + name;
      }
      if (!found || i + 1 == argc) {
        std::string all;
        for (const std::string& name : known) {
          all += " --" + name;
        }
        throw std::invalid_argument((found ? "no value for " : "unknown option ") + argument +
                                    "; the options, each with a value:" + all);
      }
      values_[argument.substr(2)] = argv[i + 1];
    }
  }

  bool has(const std::string& name) const { return values_.contains(name); }

  std::string text(const std::string& name, const std::string& otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }

  // One of two words; the first when it is not given.
  std::string choice(const std::string& name, const std::array<std::string, 2>& words) const {
    const std::string word = text(name, words[0]);
    if (word != words[0] && word != words[1]) {
      throw std::invalid_argument("--" + name + " is " + words[0] + " or " + words[1] + ", not " +
                                  word);
    }
    return word;
  }

  std::int64_t integer(const std::string& name, std::int64_t otherwise) const {
    return has(name)
               ? parsed<std::int64_t>(name, [](const std::string& s,
                                               std::size_t* end) { return std::stoll(s, end); })
               : otherwise;
  }

  double real(const std::string& name, double otherwise) const {
    return has(name) ? parsed<double>(name, [](const std::string& s,
                                               std::size_t* end) { return std::stod(s, end); })
                     : otherwise;
  }

 private:
  template <class T, class Parse>
  T parsed(const std::string& name, Parse&& parse) const {
    const std::string& value = values_.at(name);
    std::size_t end = 0;
    try {
      const T number = static_cast<T>(parse(value, &end));
      if (end == value.size()) {
        return number;
      }
    } catch (const std::logic_error&) {
      // not a number, or too large: said below
    }
    throw std::invalid_argument("--" + name + " " + value + " is not a number");
  }

  std::map<std::string, std::string> values_;
};

// Calls run(options) with the options of a program, and prints the error if it throws.
template <class Run>
int run_program(int argc, char** argv, const std::vector<std::string>& known, Run&& run) {
  try {
    run(CommandLine(argc, argv, known));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}
