#include <retrograd/ops/kernel_report.h>

#include <algorithm>
#include <array>
#include <ostream>

#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd {

void start_kernel_report() {
  detail::forget_kernel_costs();
  detail::KernelTimer::reporting.store(true, std::memory_order_relaxed);
}

void stop_kernel_report() noexcept {
  detail::KernelTimer::reporting.store(false, std::memory_order_relaxed);
}

KernelReport kernel_report() {
  KernelReport report;
  for (const auto& [key, cost] : detail::kernel_costs()) {
    const auto& [kernel, shapes, dtype, implementation] = key;
    report.entries.push_back({kernel, shapes, dtype, implementation, cost.calls, cost.seconds});
  }
  std::stable_sort(report.entries.begin(), report.entries.end(),
                   [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  return report;
}

std::ostream& operator<<(std::ostream& out, const KernelReport& report) {
  using Row = std::array<std::string, 4>;
  std::vector<Row> rows{{"kernel", "dtype", "implementation", "shapes"}};
  for (const KernelReportEntry& entry : report.entries) {
    rows.push_back({entry.kernel, name(entry.dtype), entry.implementation, entry.shapes});
  }
  std::array<std::size_t, 3> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0) {
      text += detail::formatted("{:>10}{:>8}", "ms", "calls");
    } else {
      const KernelReportEntry& entry = report.entries[i - 1];
      text += detail::formatted("{:10.3f}{:8}", 1e3 * entry.seconds, entry.calls);
    }
    for (std::size_t k = 0; k < widths.size(); ++k) {
      text += detail::formatted("  {:{}}", rows[i][k], widths[k]);
    }
    text += detail::formatted("  {}\n", rows[i].back());
  }
  return out << text;
}

}  // namespace retrograd
