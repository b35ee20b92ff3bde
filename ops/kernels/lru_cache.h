// A bounded cache that any thread may use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace retrograd::kernels {

// A hash that takes one number more into account.
inline std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

// Values are shared and never changed. The one unused for longest makes room for a new one; whoever
// still holds it keeps it.
template <class Key, class Value, class Hash>
class LruCache {
 public:
  using ValuePtr = std::shared_ptr<const Value>;

  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  // The value for `key`, made by make() if there is none. Two threads that miss at once both make
  // it, outside the lock, and the first one's value stays.
  template <class Make>
  ValuePtr get(const Key& key, Make&& make) {
    {
      const std::scoped_lock lock(mutex_);
      const auto found = places_.find(key);
      if (found != places_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
      }
    }
    ValuePtr value = make();
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) {
      return found->second->second;
    }
    Entries entry;  // apart, so that both know it or neither does
    entry.emplace_front(key, std::move(value));
    places_.emplace(key, entry.begin());
    entries_.splice(entries_.begin(), entry);
    if (entries_.size() > capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return entries_.front().second;
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
  }

 private:
  using Entries = std::list<std::pair<Key, ValuePtr>>;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;  // latest used first
  std::unordered_map<Key, typename Entries::iterator, Hash> places_;
};

}  // namespace retrograd::kernels
