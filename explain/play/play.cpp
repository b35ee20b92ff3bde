#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <retrograd/explain/detail/html.h>
#include <retrograd/explain/detail/program.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/environment.h>

namespace retrograd {

namespace {

constexpr const char* kVariable = "RETROGRAD_PLAY";

// The page without a program: given, named by the environment, or installed.
std::string path_of(const std::string& given) {
  const char* const named = given.empty() ? detail::environment(kVariable) : nullptr;
  return !given.empty() ? given : named != nullptr ? named : RETROGRAD_PLAY_PAGE;
}

std::string contents(const Frame& call, const std::string& path) {
  std::error_code ignored;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, ignored)) {
    file.open(path, std::ios::binary);
  }
  check::require<IoError>(
      call, file.is_open(), {},
      "the page '{}' was not found: the preset wasm builds it, its install step or {} says where "
      "it is [file-not-found]",
      path, kVariable);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Whether the module of the page has all operators of the program. A page without a list has all.
bool has_operators(const std::string& page, const Graph& graph) {
  constexpr std::string_view kBegin = "id=\"operators\">";
  const std::size_t at = page.find(kBegin);
  const std::size_t begin = at == page.npos ? page.size() : at + kBegin.size();
  const std::string names = page.substr(begin, page.find('<', begin) - begin);
  return names.empty() ||
         std::all_of(graph.steps.begin(), graph.steps.end(), [&](const auto& step) {
           return names.find(' ' + step.op + ' ') != names.npos;
         });
}

// Beside the page there may be a smaller one with fewer operators.
std::string page_for(const Frame& call, const std::string& path, const Graph& graph) {
  std::filesystem::path small = path;
  small.replace_filename(small.stem().string() + "-small" + small.extension().string());
  std::error_code ignored;
  if (std::filesystem::is_regular_file(small, ignored)) {
    std::string page = contents(call, small.string());
    if (has_operators(page, graph)) {
      return page;
    }
  }
  return contents(call, path);
}

// Puts `text` where `mark` is.
void replace(const Frame& call, std::string& page, std::string_view mark, std::string_view text) {
  const std::size_t at = page.find(mark);
  check::require<IoError>(call, at != page.npos, {},
                          "the page lacks the mark {} that its builder puts there [file-malformed]",
                          mark);
  page.replace(at, mark.size(), text);
}

}  // namespace

std::string Explanation::play(const PlayOptions& options, Where where) const {
  const Frame call("Explanation::play", where);
  check::require<GraphError>(call, program != nullptr, {},
                             "explain() was given no trace of the program: pass .trace, started "
                             "before the program ran [trace-incomplete]");
  if (program->refused) {
    std::rethrow_exception(program->refused);
  }
  std::string page = page_for(call, path_of(options.page), program->graph);
  const std::string title = options.title.empty() ? formula() : options.title;
  replace(call, page, "<!--retrograd:title-->", detail::html_escaped(title));
  replace(call, page, "/*retrograd:program*/", detail::json(*program, stations.front().gradient));
  return page;
}

}  // namespace retrograd
