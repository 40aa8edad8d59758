// Whether a report and the files it speaks of agree. Layer: scan.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tutela/executor.hpp"
#include "tutela/export.h"
#include "tutela/report.hpp"
#include "tutela/status.hpp"

namespace tutela {

// What an audit needs of a row.
struct ReportedFile {
    std::string path;
    std::string inner;  // as FileRow::inner
    std::uint64_t size_bytes = 0;
    std::optional<std::string> sha256;  // 64 lower-case hex digits
    Outcome outcome = Outcome::unreadable;
};

enum class AuditFindingKind : std::uint32_t {
    missing = 1,     // a file without a row
    extra = 2,       // a row without a file, or of a file in an archive that has no row of its own
    changed = 3,     // its size or its SHA-256 is not the row's, or it is no file any more
    doubled = 4,     // a row more than the paths lead to the file
    unreadable = 5,  // it has a row with a SHA-256, and cannot be read now
};
// "missing", "extra", …; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view audit_finding_name(AuditFindingKind kind) noexcept;

struct AuditFinding {
    AuditFindingKind kind = AuditFindingKind::missing;
    std::string path;
    std::string detail;  // for a person; may be empty
};

struct AuditOptions {
    bool follow_symlinks = false;  // as the scan had it
    bool sizes_only = false;       // compares sizes and reads no file
    std::string report_path;       // of the report itself: it is no difference where a folder holds it; may be empty
    const std::atomic<bool>* stop = nullptr;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress{};  // after each file; as ScanOptions'
};

struct AuditTotals {
    std::uint64_t files = 0;                  // inputs that the paths lead to
    std::uint64_t rows = 0;                   // of the report, those of files inside archives included
    std::uint64_t unverified = 0;             // files whose row has no SHA-256: their content cannot be compared
    std::array<std::uint64_t, 6> findings{};  // indexed by AuditFindingKind
    bool interrupted = false;

    [[nodiscard]] std::uint64_t count(AuditFindingKind kind) const noexcept {
        return findings[static_cast<std::size_t>(kind)];
    }
};

// Compares rows with the files that the paths lead to, found as Scanner::scan() finds them. Files inside archives are
// vouched for by the archive's SHA-256. Keeps some 100 bytes and the path of each row. One thread at a time.
class TUTELA_API Auditor {
public:
    explicit Auditor(AuditOptions options = {});
    Auditor(Auditor&&) noexcept;
    Auditor& operator=(Auditor&&) noexcept;
    ~Auditor();

    // Takes the rows of the report, in its order.
    void add(const ReportedFile& row);

    // Call once, after the last row. Findings come by one thread at a time: what concerns files in the order of the
    // files, then rows without a file in the order of their paths. An error from `on_finding` ends it and is returned.
    Result<AuditTotals> audit(std::span<const std::string> paths, Executor& executor,
                              const std::function<Status(const AuditFinding&)>& on_finding);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
