#include <algorithm>
#include <string>

#include <retrograd/ops/detail/einsum_equation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::detail {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kLetters = kAlphabet.size();
constexpr std::size_t kLabels = kLetters + Dims::capacity;
// Stands for "..." until it is known how many dimensions that are.
constexpr std::size_t kEllipsis = kLabels;

class Reader {
 public:
  Reader(const Frame& call, std::string_view equation, const std::vector<Tensor>& operands)
      : call_(call), equation_(equation), operands_(operands) {}

  EinsumEquation read() {
    std::string text(equation_);
    std::erase(text, ' ');
    const std::size_t arrow = text.find("->");
    const std::string left = text.substr(0, arrow);
    std::vector<Labels> terms;
    Labels all;  // of all terms
    std::size_t begin = 0;
    for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
      comma = left.find(',', begin);
      terms.push_back(labels_of(left.substr(begin, comma - begin)));
      all.insert(all.end(), terms.back().begin(), terms.back().end());
    }
    if (terms.size() != operands_.size()) {
      refuse("names {} operands, but {} were given", terms.size(), operands_.size());
    }
    Labels output;
    if (arrow != std::string::npos) {
      output = labels_of(text.substr(arrow + 2));
      check_output(output, all);
    }
    for (std::size_t i = 0; i < terms.size(); ++i) {
      measure_ellipsis(terms[i], i);
    }
    if (arrow == std::string::npos) {
      output = implied_output(all);
    }
    EinsumEquation result;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const auto rank = operands_[i].shape().size();
      result.inputs.push_back(spelled_out(terms[i], rank - named(terms[i])));
      check_lengths(result.inputs.back(), i);
    }
    result.output = spelled_out(output, ellipsis_);
    return result;
  }

 private:
  template <class... Values>
  [[noreturn]] void refuse(std::string_view why, const Values&... values) const {
    check::refuse<ValueError>(call_, {}, "the equation \"{}\" {} [equation-malformed]",
                              printable(equation_), check::filled(why, {check::Part(values)...}));
  }

  Labels labels_of(std::string_view term) const {
    Labels labels;
    for (std::size_t i = 0; i < term.size(); ++i) {
      const std::size_t label = kAlphabet.find(term[i]);
      if (label < kLetters) {
        labels.push_back(label);
      } else if (term.substr(i, 3) == "...") {
        if (contains(labels, kEllipsis)) {
          refuse("has \"...\" twice in one operand");
        }
        labels.push_back(kEllipsis);
        i += 2;
      } else {
        refuse("has an unexpected {}", in_quotes(term.substr(i, 1)));
      }
    }
    return labels;
  }

  static std::string letter(std::size_t label) { return {kAlphabet[label]}; }

  // The number of letters.
  static std::size_t named(const Labels& term) {
    return term.size() - (contains(term, kEllipsis) ? 1 : 0);
  }

  void check_output(const Labels& output, const Labels& all) const {
    for (const std::size_t label : output) {
      if (std::count(output.begin(), output.end(), label) > 1) {
        refuse("names {} twice in the result", letter(label));
      }
      if (label != kEllipsis && !contains(all, label)) {
        refuse("names {} in the result but in no operand", letter(label));
      }
    }
    if (output.size() > Dims::capacity) {
      refuse("names more than 8 dimensions in the result");
    }
  }

  void measure_ellipsis(const Labels& term, std::size_t operand) {
    const std::size_t rank = operands_[operand].shape().size();
    const bool open = contains(term, kEllipsis);
    if (open ? rank < named(term) : rank != named(term)) {
      check::refuse<ShapeError>(
          call_, {{"operand", operands_[operand]}},
          "the equation \"{}\" names {} dimensions of operand {}, which has {} [rank-unexpected]",
          printable(equation_), named(term), operand, rank);
    }
    ellipsis_ = open ? std::max(ellipsis_, rank - named(term)) : ellipsis_;
  }

  // "..." and the letters that occur once.
  static Labels implied_output(const Labels& all) {
    Labels output;
    if (contains(all, kEllipsis)) {
      output.push_back(kEllipsis);
    }
    for (std::size_t label = 0; label < kLetters; ++label) {
      if (std::count(all.begin(), all.end(), label) == 1) {
        output.push_back(label);
      }
    }
    return output;
  }

  // "..." replaced by the last `count` of its dimensions.
  Labels spelled_out(const Labels& term, std::size_t count) const {
    Labels all;
    for (const std::size_t label : term) {
      if (label != kEllipsis) {
        all.push_back(label);
      }
      for (std::size_t k = 0; label == kEllipsis && k < count; ++k) {
        all.push_back(kLetters + ellipsis_ - count + k);
      }
    }
    return all;
  }

  // An index has one length, or 1; within an operand always one.
  void check_lengths(const Labels& labels, std::size_t operand) {
    const Shape& shape = operands_[operand].shape();
    for (std::size_t d = 0; d < labels.size(); ++d) {
      const auto first = static_cast<std::size_t>(
          std::find(labels.begin(), labels.end(), labels[d]) - labels.begin());
      std::int64_t& length = lengths_[labels[d]];
      if (shape[d] != shape[first] ||
          (length > -1 && length != 1 && shape[d] != 1 && length != shape[d])) {
        check::refuse<ShapeError>(
            call_, {{"operand", operands_[operand]}},
            "{} of \"{}\" has the lengths {} and {} [size-unexpected]",
            labels[d] < kLetters ? check::filled("index {}", {kAlphabet[labels[d]]})
                                 : "a dimension of \"...\"",
            printable(equation_), shape[d] != shape[first] ? shape[first] : length, shape[d]);
      }
      if (length < 0 || length == 1) {
        length = shape[d];
      }
    }
  }

  const Frame& call_;
  std::string_view equation_;
  const std::vector<Tensor>& operands_;
  std::size_t ellipsis_ = 0;  // the most dimensions that "..." stands for
  std::vector<std::int64_t> lengths_ = std::vector<std::int64_t>(kLabels, -1);
};

}  // namespace

EinsumEquation read_einsum(const Frame& call, std::string_view equation,
                           const std::vector<Tensor>& operands) {
  return Reader(call, equation, operands).read();
}

bool contains(const Labels& labels, std::size_t label) noexcept {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace retrograd::detail
