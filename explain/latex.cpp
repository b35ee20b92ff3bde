// An explanation as a LaTeX document.
#include <algorithm>
#include <cctype>

#include <retrograd/explain/detail/format.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::Block;

constexpr std::size_t kFactorsInLine = 5;

// The number of columns, and the chain rule.
constexpr char kBegin[] = R"(\documentclass{{article}}
\usepackage{{amsmath}}
\pagestyle{{empty}}
\setlength{{\textwidth}}{{17cm}}
\setlength{{\oddsidemargin}}{{-0.5cm}}
\setlength{{\textheight}}{{24cm}}
\setlength{{\topmargin}}{{-1.5cm}}
\setlength{{\arraycolsep}}{{3pt}}
\setcounter{{MaxMatrixCols}}{{{}}}
\begin{{document}}
{})";

// A character beyond ASCII, which may have several bytes, becomes one "?".
std::string ascii(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continued = (byte & 0xC0U) == 0x80;
    if (byte < 0x80) {
      result += std::iscntrl(byte) != 0 ? ' ' : c;
    } else if (!continued) {
      result += '?';
    }
  }
  return result;
}

std::string plain(std::string_view text) {
  return detail::escaped(ascii(text), {{'\\', "\\textbackslash{}"},
                                       {'{', "\\{"},
                                       {'}', "\\}"},
                                       {'_', "\\_"},
                                       {'&', "\\&"},
                                       {'%', "\\%"},
                                       {'#', "\\#"},
                                       {'$', "\\$"},
                                       {'^', "\\textasciicircum{}"},
                                       {'~', "\\textasciitilde{}"},
                                       {'<', "\\textless{}"},
                                       {'>', "\\textgreater{}"}});
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// x, or W_{1}, or \textit{conv1.weight}
std::string symbol(const std::string& name) {
  if (!name.empty() && is_letter(name[0])) {
    const std::string digits = name.substr(1);
    if (digits.empty()) {
      return name;
    }
    if (digits.find_first_not_of("0123456789") == std::string::npos) {
      return detail::formatted("{}_{{{}}}", name[0], digits);
    }
  }
  return detail::formatted("\\textit{{{}}}", plain(name));
}

std::string fraction(const std::string& of, const std::string& by) {
  return detail::formatted("\\frac{{\\partial {}}}{{\\partial {}}}", symbol(of), symbol(by));
}

std::string size(std::int64_t rows, std::int64_t columns) {
  return detail::size_text(rows, columns, " \\times ");
}

std::string number(double value) {
  const std::string text = detail::number_text(value);
  const std::size_t e = text.find('e');
  if (e != std::string::npos) {
    return detail::formatted("{} \\cdot 10^{{{}}}", text.substr(0, e),
                             std::stoi(text.substr(e + 1)));
  }
  if (text == "nan") {
    return "\\mathrm{nan}";
  }
  return text == "inf" ? "\\infty" : text == "-inf" ? "-\\infty" : text;
}

std::string element(const std::string& tensor, const std::string& index) {
  const std::string base = symbol(tensor);
  const bool indexed = base.find('_') != std::string::npos;
  return detail::formatted("{}{}", indexed ? detail::formatted("({})", base) : base,
                           index.empty() ? "" : detail::formatted("_{{{}}}", index));
}

std::string entry(const JacobianStep& step, std::int64_t row, std::int64_t column) {
  const auto found = step.names.find(row * step.columns + column);
  if (found == step.names.end()) {
    return number(step.at(row, column));
  }
  return detail::factor_text(found->second) +
         element(found->second.tensor, detail::index_text(found->second.index));
}

std::string matrix(const JacobianStep& step, const Block& block) {
  std::string text = "\\begin{bmatrix}\n";
  for (std::int64_t row = block.rows.first; row < block.rows.last; ++row) {
    for (std::int64_t column = block.columns.first; column < block.columns.last; ++column) {
      text += (column == block.columns.first ? "  " : " & ") + entry(step, row, column);
    }
    text += row + 1 < block.rows.last ? " \\\\\n" : "\n";
  }
  return text + "\\end{bmatrix}";
}

// Many columns in small type, so that they fit on the page.
std::string display(const std::string& content, std::int64_t columns) {
  const char* type = columns > 10 ? "\\tiny" : columns > 6 ? "\\scriptsize" : "\\normalsize";
  return detail::formatted("{{{}\n\\[\n{}\n\\]}}\n", type, content);
}

std::string column_vector(const Tensor& values, const ElementRange& shown) {
  const auto all = values.to_vector<double>();
  std::string text = "\\begin{bmatrix}\n";
  for (std::int64_t i = shown.first; i < shown.last; ++i) {
    text += detail::formatted("  {}{}\n", number(all[static_cast<std::size_t>(i)]),
                              i + 1 < shown.last ? " \\\\" : "");
  }
  return text + "\\end{bmatrix}";
}

// With its size below.
std::string factor(const std::string& derivative, const std::string& size) {
  return detail::formatted("\\underbrace{{{}}}_{{{}}}", derivative, size);
}

std::string gradient(const Explanation& e, std::size_t station) {
  return fraction(e.stations.back().name, e.stations[station].name);
}

std::string recurrence(const Explanation& e) {
  constexpr std::size_t kTermsInLine = 3;
  constexpr std::size_t kMostTerms = 8;
  std::string text;
  for (const RecurrenceLine& line : e.recurrence) {
    text += detail::formatted("\\begin{{gather*}}\n{} =", gradient(e, line.station));
    const std::size_t count = line.steps.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (count > kMostTerms && i == 2) {
        text += " + \\cdots";
        i = count - 1;
      }
      const JacobianStep& step = e.steps[line.steps[i]];
      text += i == 0 ? "\n" : i % kTermsInLine == 0 ? " \\\\\n+ " : " +\n";
      text += fraction(e.stations[step.to].name, e.stations[step.from].name);
      text += step.to + 1 == e.stations.size() ? "" : " \\cdot " + gradient(e, step.to);
    }
    text += "\n\\end{gather*}\n";
    const std::string repeats = detail::repeats_text(e, line);
    text += repeats.empty() ? "" : detail::formatted("\\noindent {}\n", plain(repeats));
  }
  return text;
}

std::string chain_rule(const Explanation& e) {
  if (detail::is_recurrence_shorter(e)) {
    return recurrence(e);
  }
  const ExplainedStation& input = e.stations.front();
  std::string text = detail::formatted(
      "\\begin{{gather*}}\n{} =",
      factor(fraction(e.stations.back().name, input.name), size(input.numel(), 1)));
  for (std::size_t p = 0; p < e.paths.size(); ++p) {
    text += p == 0 ? "\n" : " \\\\\n+";
    for (std::size_t i = 0; i < e.paths[p].size(); ++i) {
      const JacobianStep& step = e.steps[e.paths[p][i]];
      text += i == 0 ? "" : i % kFactorsInLine == 0 ? " \\cdot \\\\\n" : " \\cdot\n";
      text += factor(fraction(e.stations[step.to].name, e.stations[step.from].name),
                     size(step.rows, step.columns));
    }
    text += e.paths[p].empty() ? "1" : "";
  }
  return detail::formatted("{}{}\n\\end{{gather*}}\n", text, e.all_paths ? "" : " \\\\\n+ \\cdots");
}

}  // namespace

std::string formula_latex(const std::vector<FormulaPart>& parts) {
  std::string text;
  for (const FormulaPart& part : parts) {
    if (part.is_tensor) {
      text += element(part.text, part.index);
    } else {
      text += part.text.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos ||
                      part.text == "c" || part.text == "d"
                  ? part.text
                  : detail::formatted("\\textrm{{{}}}", plain(part.text));
    }
  }
  return text;
}

std::string Explanation::latex() const {
  std::int64_t columns = 10;
  for (const ExplainedStation& station : stations) {
    columns = std::max(columns, station.shown.size());
  }
  std::string text = detail::formatted(kBegin, columns, chain_rule(*this));
  const std::vector<bool> repeated = detail::repeated_stations(*this);
  for (const JacobianStep& step : steps) {
    if (repeated[step.to]) {
      continue;
    }
    const Block block = detail::block_of(*this, step);
    const bool shown = step.computed() && !block.empty();
    const std::string derivative = fraction(stations[step.to].name, stations[step.from].name);
    text += detail::formatted(
        "\n\\noindent {}{}: ${}$, {}{}\n", shown ? "" : detail::formatted("${}$, ", derivative),
        plain(detail::origin_text(step)), size(step.rows, step.columns),
        plain(detail::structure_text(step)),
        shown && !block.whole ? detail::formatted("; {}", block.text(step)) : "");
    text += shown ? display(detail::formatted("{} =\n{}", derivative, matrix(step, block)),
                            block.columns.size())
                  : "\\medskip\n";
  }
  for (const StationGroup& group : groups) {
    if (group.kind == StationGroup::Kind::repeat) {
      text += detail::formatted("\n\\noindent {}\n", plain(detail::group_text(*this, group)));
    }
  }
  const ExplainedStation& input = stations.front();
  if (product.defined() && input.shown.size() > 0) {
    const std::string vectors = detail::formatted(
        "{} =\n{},\\quad\n{}", fraction(stations.back().name, input.name),
        column_vector(product, input.shown), column_vector(input.gradient, input.shown));
    text +=
        detail::formatted("\n\\noindent Multiplied out, and by the tape:\n{}", display(vectors, 2));
  }
  return text + "\\end{document}\n";
}

}  // namespace retrograd
