// Any bytes as a list of others, by its content or as any format: an error with a reason, or a sound list whose sums
// are right. The first byte says which.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tutela/import.hpp"

namespace {

using tutela::ImportReport;

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

void check_sums(const ImportReport& report) {
    require(report.records == report.added + report.skipped + report.deleted + report.superseded +
                                  report.never_matchable + report.empty_files);
    require(report.harmless <= report.added && report.partly_bad <= report.added + report.never_matchable);
    std::uint64_t kinds = 0;
    for (const std::uint64_t count : report.never_matchable_by)
        kinds += count;
    require(kinds == report.never_matchable);
    // A partly bad record that is superseded later stays among them.
    require(report.first_problems.size() <= ImportReport::kMaxProblemsKept &&
            report.first_problems.size() >= std::min<std::uint64_t>(report.skipped, ImportReport::kMaxProblemsKept));
    for (const tutela::ImportProblem& problem : report.first_problems)
        require(problem.position >= 1 && !problem.reason.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto formats = tutela::list_formats();
    tutela::ImportOptions options;
    options.format = formats[data[0] % formats.size()].first;
    options.harmless = (data[0] & 0x80U) != 0;
    options.max_line_bytes = 1024;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    tutela::ListBuilder builder;
    ImportReport report;
    const tutela::Status status = tutela::import_list_bytes(bytes, builder, options, report);
    require(status.ok() || !status.message().empty());
    check_sums(report);
    const auto list = builder.build();
    require(list.ok());
    const std::size_t carried = list.value().unmatchable_count();
    // A video is one record of many entries.
    require(list.value().known_count() <= report.added && list.value().file_entry_count() - carried <= report.added &&
            carried <= report.never_matchable);
    const auto loaded = tutela::HashList::from_bytes(list.value().bytes());
    require(loaded.ok() && loaded.value().digest_hex() == list.value().digest_hex());
    return 0;
}
