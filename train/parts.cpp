#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <typeinfo>

#include <cxxabi.h>
#include <fmt/format.h>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/train/detail/checkpoint.h>
#include <retrograd/train/detail/parts.h>

namespace retrograd::train {

namespace detail {

namespace {

// "SGD" for OptimizerOf<SGDOptions>, or the type as the compiler names it.
template <class T>
std::string type_of(const T& object) {
  const char* const mangled = typeid(object).name();
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  std::string type = text ? text.get() : mangled;
  constexpr std::string_view options = "Options>";
  if (type.ends_with(options)) {
    type.resize(type.size() - options.size());
    type.erase(0, type.rfind(':') + 1);
  }
  return type;
}

// The options of an optimiser that a schedule leaves alone, as texts.
void add_options(optim::Optimizer& optimizer, bool is_scheduled, Metadata& texts) {
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    optimizer.initial_lr(group);  // schedules change the present one
  }
  for (const auto& [name, tensor] : optimizer.state_dict()) {
    const bool changes =
        name.ends_with(".lr") ||
        (is_scheduled && (name.ends_with(".momentum") || name.ends_with(".beta1")));
    if (name.starts_with("group.") && !changes) {
      texts[fmt::format("{}optimizer.{}", kFixed, name)] = fmt::format("{}", tensor.item<double>());
    }
  }
}

}  // namespace

std::vector<State> parts_of(const Frame& call, const RunOptions& options) {
  std::vector<State> parts;
  const auto add = [&](const char* name, auto* object) {
    if (object != nullptr) {
      parts.push_back(state_of(name, *object));
    }
  };
  add("model", options.model);
  add("optimizer", options.optimizer);
  add("scheduler", options.scheduler);
  add("plateau", options.plateau);
  add("ema", options.ema);
  add("loader", options.loader);
  parts.insert(parts.end(), options.states.begin(), options.states.end());
  std::set<std::string> names;
  for (const State& part : parts) {
    check::require<ValueError>(
        call, !part.name.empty() && part.name.find_first_of(". ") == std::string::npos, {},
        "a state is named {}; names are not empty, without dots and spaces [name-invalid]",
        retrograd::detail::in_quotes(part.name));
    check::require<ValueError>(call, names.insert(part.name).second, {},
                               "two states are named {} [name-invalid]",
                               retrograd::detail::in_quotes(part.name));
  }
  return parts;
}

Metadata configuration_of(const RunOptions& options, const std::vector<State>& parts) {
  Metadata texts;
  for (const auto& [key, text] : options.configuration) {
    texts[std::string(kConfiguration) + key] = text;
  }
  const std::string fixed(kFixed);
  std::string& names = texts[kParts];
  for (const State& part : parts) {
    names += (names.empty() ? "" : " ") + part.name;
  }
  texts[fixed + "loader.batches"] = fmt::to_string(options.loader->size());
  texts[fixed + "metric"] = options.metric;
  texts[fixed + "better"] = options.better == optim::lr_scheduler::Better::max ? "max" : "min";
  if (options.optimizer != nullptr) {
    texts[fixed + "optimizer"] = type_of(*options.optimizer);
    add_options(*options.optimizer, options.scheduler != nullptr, texts);
  }
  if (options.scheduler != nullptr) {
    texts[fixed + "scheduler"] = type_of(*options.scheduler);
    texts[fixed + "schedule"] = options.schedule == Schedule::per_step ? "per step" : "per epoch";
  }
  return texts;
}

}  // namespace detail

State state_of(std::string name, Generator& generator) {
  return {std::move(name),
          [&generator] {
            const Generator::State state = generator.state();
            StateDict saved;
            saved.insert("seed", full({}, static_cast<std::int64_t>(state.seed), {.dtype = int64}));
            saved.insert("position",
                         full({}, static_cast<std::int64_t>(state.position), {.dtype = int64}));
            return saved;
          },
          [&generator](const StateDict& saved) {
            generator.set_state(
                {static_cast<std::uint64_t>(saved.at("seed").item<std::int64_t>()),
                 static_cast<std::uint64_t>(saved.at("position").item<std::int64_t>())});
          }};
}

}  // namespace retrograd::train
