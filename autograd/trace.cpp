#include <retrograd/autograd/trace.h>

#include <algorithm>
#include <exception>
#include <variant>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/node.h>

namespace retrograd {

namespace {

template <class F>
void for_each_tensor(const Arguments& arguments, F&& f) {
  for (const Argument& argument : arguments) {
    if (const auto* tensor = std::get_if<Tensor>(&argument)) {
      f(*tensor);
    } else if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
      for (const Tensor& each : *list) {
        f(each);
      }
    }
  }
}

TraceEntry::Kind kind_of(const Frame& call) noexcept {
  switch (call.kind()) {
    case Frame::Kind::module: return TraceEntry::Kind::module;
    case Frame::Kind::node: return TraceEntry::Kind::node;
    default: return TraceEntry::Kind::composition;
  }
}

}  // namespace

Trace::Trace(Where where) : recorded_(grad_enabled()) {
  check::require<GraphError>({"Trace", where}, detail::thread_calls.listener == nullptr, {},
                             "another Trace of this thread is alive [trace-active]");
  detail::thread_calls.listener = this;
}

Trace::~Trace() {
  detail::thread_calls.listener = nullptr;
}

// Tells the listener nothing of what f does, and keeps its exceptions.
template <class F>
void Trace::guarded(F&& f) noexcept {
  detail::thread_calls.listener = nullptr;
  try {
    f();
  } catch (...) {
    failed_ = true;
  }
  detail::thread_calls.listener = this;
}

void Trace::name(const std::vector<std::pair<std::string, Tensor>>& named) {
  for (const auto& [name, tensor] : named) {
    names_.emplace(tensor.impl_or_null(), name);
    keep(tensor);
  }
}

std::string Trace::name_of(const Tensor& tensor) const {
  const auto found = names_.find(tensor.impl_or_null());
  return found == names_.end() ? std::string() : found->second;
}

void Trace::check_whole(Where where) const {
  const check::Caller caller("Trace", where);
  check::require<GraphError>(caller, !failed_, {},
                             "there was no memory for some of its entries [trace-incomplete]");
  check::require<GraphError>(caller, unknown_write_.empty(), {}, "{} [trace-incomplete]",
                             unknown_write_);
  if (!open_.empty()) {
    const TraceEntry& entry = entries_[open_.front().entry];
    check::refuse<GraphError>(caller, {}, "{} ({}) has not returned yet [trace-incomplete]",
                              entry.name, entry.where);
  }
}

TraceEntry* Trace::entry_of(const Frame& call) noexcept {
  const auto open = std::find_if(open_.rbegin(), open_.rend(),
                                 [&](const Open& one) { return one.call == &call; });
  // Not there: it began before the trace, or there was no memory.
  return open == open_.rend() ? nullptr : &entries_[open->entry];
}

void Trace::entered(const Frame& call) noexcept {
  guarded([&] {
    const bool is_module = call.kind() == Frame::Kind::module;
    std::string name = call.name();
    if (is_module) {
      const FrameOwner* around = nullptr;
      for (const Frame* outer = call.outer(); outer != nullptr; outer = outer->outer()) {
        if (outer->kind() == Frame::Kind::module) {
          around = &static_cast<const ModuleFrame*>(outer)->module();
          break;
        }
      }
      name = static_cast<const ModuleFrame&>(call).module().name_in(around);
    }
    TraceEntry entry{.name = std::move(name), .kind = kind_of(call), .where = call.where()};
    entry.parent = open_.empty() ? -1 : static_cast<std::ptrdiff_t>(open_.back().entry);
    entry.is_recorded = grad_enabled();
    entry.first_node = Node::next_number();
    open_.reserve(open_.size() + 1);  // or the entry of an open call would be missing
    entries_.push_back(std::move(entry));
    open_.push_back({&call, entries_.size() - 1, std::uncaught_exceptions()});
  });
}

// What computed nothing is no entry, and neither is a call that failed.
void Trace::left(const Frame& call) noexcept {
  if (open_.empty() || open_.back().call != &call) {
    return;
  }
  const auto [frame, at, exceptions] = open_.back();
  open_.pop_back();
  if (at >= entries_.size()) {
    return;
  }
  TraceEntry& entry = entries_[at];
  entry.end = entries_.size();
  entry.end_node = Node::next_number();
  const bool is_empty = entry.end == at + 1 && !entry.has_returned && !entry.writes;
  if (is_empty || std::uncaught_exceptions() > exceptions) {
    entries_.resize(at);
  }
}

// A tensor that was the gradient of another is an entry of its own: where it came from.
void Trace::find_gradients(const TraceEntry& entry) {
  std::vector<TraceEntry> found;
  for_each_tensor(entry.arguments, [&](const Tensor& tensor) {
    if (!tensor.defined() || seen_.contains(tensor.impl_or_null())) {
      return;
    }
    for (const Tensor& holder : kept_) {
      if (holder.grad().impl_or_null() == tensor.impl_or_null()) {
        keep(tensor);
        TraceEntry read{.name = "grad_of", .where = entry.where, .parent = entry.parent};
        read.is_given = read.has_returned = true;
        read.is_recorded = entry.is_recorded;
        read.arguments = {holder};
        read.outputs = {tensor};
        found.push_back(std::move(read));
        break;
      }
    }
  });
  for (TraceEntry& read : found) {
    const std::size_t at = open_.back().entry;
    read.end = at + 1;
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), std::move(read));
    ++open_.back().entry;
  }
}

void Trace::keep(const Tensor& tensor) {
  if (seen_.insert(tensor.impl_or_null()).second) {
    kept_.push_back(tensor);
  }
}

void Trace::see(const Tensor& tensor, TraceEntry& entry) {
  if (!tensor.defined()) {
    entry.versions.push_back(0);
    return;
  }
  keep(tensor);
  const detail::Storage& memory = *tensor.impl().storage;
  const std::uint32_t version = tensor.version();
  entry.versions.push_back(version);
  const auto [known, fresh] = versions_.try_emplace(&memory, version);
  if (!fresh && known->second != version && unknown_write_.empty()) {
    unknown_write_ = detail::formatted(
        "{} ({}) wrote to {}, which {} ({}) reads; no entry tells of it", memory.last_write,
        to_string(memory.last_write_at), describe(tensor), entry.name, to_string(entry.where));
  }
}

void Trace::given(const Frame& call, Arguments arguments) noexcept {
  guarded([&] {
    TraceEntry* entry = entry_of(call);
    if (entry == nullptr || arguments.empty()) {
      return;
    }
    entry->is_given = true;
    entry->arguments = std::move(arguments);
    if (open_.back().call == &call && open_.back().entry + 1 == entries_.size()) {
      find_gradients(*entry);
      entry = entry_of(call);
    }
    for_each_tensor(entry->arguments, [&](const Tensor& tensor) { see(tensor, *entry); });
  });
}

void Trace::returned(const Frame& call, const Tensor* outputs, std::size_t count,
                     bool itself) noexcept {
  guarded([&] {
    TraceEntry* const entry = entry_of(call);
    if (entry == nullptr) {
      return;
    }
    entry->has_returned = true;
    if (entry->kind != TraceEntry::Kind::module) {
      entry->kind = itself ? TraceEntry::Kind::primitive : TraceEntry::Kind::composition;
    }
    entry->outputs.assign(outputs, outputs + count);
    for (const Tensor& output : entry->outputs) {
      if (output.defined()) {
        versions_[output.impl().storage.get()] = output.version();
        keep(output);
      }
    }
  });
}

// The conversions become entries before the operator.
void Trace::casting(const Frame& call) noexcept {
  guarded([&] {
    if (!open_.empty() && open_.back().call == &call && open_.back().entry + 1 == entries_.size()) {
      waiting_.push_back(std::move(entries_.back()));
      entries_.pop_back();
      open_.pop_back();
    }
    for (const Open& open : open_) {
      entries_[open.entry].casts_inside = true;
    }
  });
}

void Trace::cast(const Frame& call, const Tensor* const* from, const Tensor* made,
                 std::size_t count) noexcept {
  guarded([&] {
    if (waiting_.empty()) {
      return;
    }
    TraceEntry entry = std::move(waiting_.back());
    waiting_.pop_back();
    std::vector<bool> used(count);  // a tensor that is given twice is cast twice
    const auto replace = [&](Tensor& tensor) {
      for (const bool again : {false, true}) {
        for (std::size_t i = 0; i < count; ++i) {
          if (made[i].defined() && used[i] == again &&
              tensor.impl_or_null() == from[i]->impl_or_null()) {
            used[i] = true;
            tensor = made[i];
            return;
          }
        }
      }
    };
    for (Argument& argument : entry.arguments) {
      if (auto* tensor = std::get_if<Tensor>(&argument)) {
        replace(*tensor);
      } else if (auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
        for (Tensor& each : *list) {
          replace(each);
        }
      }
    }
    entry.versions.clear();
    open_.reserve(open_.size() + 1);
    entries_.push_back(std::move(entry));
    open_.push_back({&call, entries_.size() - 1, std::uncaught_exceptions()});
    TraceEntry& back = entries_.back();
    for_each_tensor(back.arguments, [&](const Tensor& tensor) { see(tensor, back); });
  });
}

void Trace::wrote(const detail::Storage& memory) noexcept {
  guarded([&] {
    versions_[&memory] = memory.version.load(std::memory_order_relaxed);
    if (!open_.empty()) {
      entries_[open_.back().entry].writes = true;
    }
  });
}

void Trace::drew(Generator::State before) noexcept {
  for (const Open& open : open_) {
    if (!entries_[open.entry].random) {
      entries_[open.entry].random = before;
    }
  }
}

}  // namespace retrograd
