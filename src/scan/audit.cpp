#include "tutela/audit.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/try.hpp"
#include "scan/file_reader.hpp"
#include "scan/folder_opener.hpp"
#include "scan/ordered_results.hpp"
#include "scan/reasons.hpp"
#include "scan/walk.hpp"

namespace tutela {

namespace {

constexpr std::size_t kWindow = 1024;
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::uint32_t kNoRow = 0xffffffff;

struct Row {
    std::uint64_t path = 0;  // where it begins in the arena
    std::uint32_t path_bytes = 0;
    std::uint32_t taken = 0;  // of the first row of a path: how many of that path have found their file
    std::uint64_t size_bytes = 0;
    std::array<char, 64> sha256{};  // zeroes when it has none
    bool unreadable = false;        // its size may be unknown as well
    bool inner = false;             // of a file inside an archive, which does not follow the archive's own row

    [[nodiscard]] bool has_sha256() const noexcept { return sha256[0] != 0; }
};

std::string size_text(std::uint64_t now, std::uint64_t reported) {
    return std::to_string(now) + " bytes, by the report " + std::to_string(reported);
}

struct AuditState {
    using Found = std::optional<AuditFinding>;

    AuditOptions options;
    std::string paths;
    std::vector<Row> rows;
    std::string last_own;  // the path of the last row that was of no inner file
    FileTree tree;
    std::vector<std::uint32_t> row_of;  // for each input
    AuditTotals totals;

    [[nodiscard]] std::string_view path_of(const Row& row) const noexcept {
        return std::string_view(paths).substr(row.path, row.path_bytes);
    }
    [[nodiscard]] bool stopped() const noexcept {
        return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
    }

    void add(const ReportedFile& reported) {
        ++totals.rows;
        const bool inner = !reported.inner.empty();
        if (inner && reported.path == last_own) return;
        if (!inner) last_own = reported.path;
        Row& row = rows.emplace_back();
        row.path = paths.size();
        row.path_bytes = static_cast<std::uint32_t>(reported.path.size());
        paths += reported.path;
        row.size_bytes = reported.size_bytes;
        if (reported.sha256 && reported.sha256->size() == row.sha256.size()) {
            std::copy(reported.sha256->begin(), reported.sha256->end(), row.sha256.begin());
        }
        row.unreadable = reported.outcome == Outcome::unreadable;
        row.inner = inner;
    }

    // By path, those of inner files last among equals.
    void sort_rows() {
        std::stable_sort(rows.begin(), rows.end(), [this](const Row& a, const Row& b) {
            const int order = path_of(a).compare(path_of(b));
            return order != 0 ? order < 0 : a.inner < b.inner;
        });
    }

    // The rows of this path: from the first on, how many.
    [[nodiscard]] std::span<Row> rows_of(std::string_view path) {
        const auto first = std::lower_bound(rows.begin(), rows.end(), path,
                                            [this](const Row& row, std::string_view p) { return path_of(row) < p; });
        const auto last =
            std::find_if(first, rows.end(), [&](const Row& row) { return path_of(row) != path || row.inner; });
        return {first, last};
    }

    // Gives each input a row of its path, while there is one.
    void pair_up() {
        row_of.reserve(tree.items().size());
        for (const TreeItem& item : tree.items()) {
            const std::span<Row> found = rows_of(tree.path(item));
            const bool any = !found.empty() && found.front().taken < found.size();
            row_of.push_back(any ? static_cast<std::uint32_t>(&found[found.front().taken] - rows.data()) : kNoRow);
            if (any) ++found.front().taken;
        }
    }

    [[nodiscard]] Found found(AuditFindingKind kind, std::size_t number, std::string detail = {}) const {
        return AuditFinding{kind, tree.path(tree.items()[number]), std::move(detail)};
    }

    // What is to be said of an input. An error is a stop.
    Result<Found> compare(std::size_t number, FolderOpener& folders, StreamDigest& digest) const {
        if (row_of[number] == kNoRow) return found(AuditFindingKind::missing, number);
        const Row& row = rows[row_of[number]];
        const TreeItem& item = tree.items()[number];
        if (item.kind != ItemKind::file) {
            if (!row.has_sha256()) return Found();
            const bool gone = item.kind == ItemKind::unreadable || item.kind == ItemKind::unreadable_folder;
            if (gone) return found(AuditFindingKind::unreadable, number, errno_reason(item.error));
            return found(AuditFindingKind::changed, number, "it was a file, and is none now");
        }
        const FolderOpener::Opened folder = folders.open(item.folder);
        if (folder.error != 0) return unreadable(row, number, folder.error);
        const Descriptor fd = open_for_reading(folder.fd, tree.name(item.name), item.followed);
        struct stat facts {};
        if (!fd.valid() || ::fstat(fd.get(), &facts) != 0) return unreadable(row, number, errno);
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        if (!row.has_sha256() && row.unreadable) return Found();
        if (size != row.size_bytes) return found(AuditFindingKind::changed, number, size_text(size, row.size_bytes));
        if (options.sizes_only || !row.has_sha256()) return Found();
        return compare_content(fd.get(), size, row, number, digest);
    }

    [[nodiscard]] Found unreadable(const Row& row, std::size_t number, int error) const {
        if (!row.has_sha256()) return std::nullopt;
        return found(AuditFindingKind::unreadable, number, errno_reason(error));
    }

    Result<Found> compare_content(int fd, std::uint64_t size, const Row& row, std::size_t number,
                                  StreamDigest& digest) const {
        std::vector<std::uint8_t> piece(kPieceBytes);
        digest.reset();
        std::uint64_t total = 0;
        // No more than it stated, so that a file that grows has an end.
        while (total < size) {
            if (stopped()) return Status(StatusCode::cancelled);
            const ssize_t got = ::read(fd, piece.data(), std::min<std::uint64_t>(piece.size(), size - total));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return unreadable(row, number, errno);
            if (got == 0) break;
            digest.update({piece.data(), static_cast<std::size_t>(got)});
            total += static_cast<std::uint64_t>(got);
        }
        const std::string hex = bytes_to_hex(digest.finish().sha256);
        if (total == size && std::equal(hex.begin(), hex.end(), row.sha256.begin())) return Found();
        return found(AuditFindingKind::changed, number, "its SHA-256 is another");
    }

    Status emit(const AuditFinding& finding, const std::function<Status(const AuditFinding&)>& on_finding) {
        ++totals.findings[static_cast<std::size_t>(finding.kind)];
        return on_finding(finding);
    }

    void work_off(OrderedResults<Found>& results) const {
        FolderOpener folders(tree);
        StreamDigest digest;
        while (const std::optional<std::size_t> number = results.take()) {
            Result<Found> finding = compare(*number, folders, digest);
            if (finding.ok()) {
                results.put(*number, std::move(finding).value());
            } else {
                results.abandon();
            }
        }
    }

    Status compare_all(Executor& executor, const std::function<Status(const AuditFinding&)>& on_finding) {
        const std::size_t count = tree.items().size();
        if (count == 0) return {};
        std::uint64_t done = 0;
        OrderedResults<Found> results(count, {std::min(kWindow, count)}, options.stop, [&](Found&& finding) {
            if (finding) TUTELA_TRY(emit(*finding, on_finding));
            if (options.progress) options.progress(++done, count);
            return Status();
        });
        const auto body = [&](std::size_t) {
            try {
                work_off(results);
            } catch (...) {
                results.fail(Status(StatusCode::out_of_memory));
                throw;
            }
        };
        executor.run(std::min(std::max<std::size_t>(executor.concurrency(), 1), count), body);
        totals.interrupted = !results.complete();
        return results.status();
    }

    // Whether the path leads to the report itself.
    [[nodiscard]] static bool is_report(const std::string& path, const std::optional<LeftOut>& report) {
        struct stat facts {};
        return report && ::lstat(path.c_str(), &facts) == 0 && facts.st_ino == report->number &&
               facts.st_dev == report->device;
    }

    Status find_rows_left(const std::optional<LeftOut>& report,
                          const std::function<Status(const AuditFinding&)>& on_finding) {
        std::size_t first = 0;  // of the rows of one path
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (path_of(rows[i]) != path_of(rows[first])) first = i;
            const std::string path(path_of(rows[i]));
            if (rows[i].inner) {
                if (!rows[first].inner) continue;
                TUTELA_TRY(emit({AuditFindingKind::extra, path, "the archive has no row"}, on_finding));
                continue;
            }
            if (i - first < rows[first].taken || is_report(path, report)) continue;
            const bool doubled = rows[first].taken > 0 || i > first;
            TUTELA_TRY(emit({doubled ? AuditFindingKind::doubled : AuditFindingKind::extra, path, ""}, on_finding));
        }
        return {};
    }

    [[nodiscard]] std::optional<LeftOut> report_file() const {
        struct stat facts {};
        if (options.report_path.empty() || ::stat(options.report_path.c_str(), &facts) != 0) return std::nullopt;
        return LeftOut{std::filesystem::path(options.report_path).filename().string(), facts.st_dev, facts.st_ino};
    }

    Result<AuditTotals> run(std::span<const std::string> named, Executor& executor,
                            const std::function<Status(const AuditFinding&)>& on_finding) {
        const std::optional<LeftOut> report = report_file();
        totals.interrupted = !walk(named, {options.follow_symlinks, options.stop, report}, tree);
        if (totals.interrupted) return totals;
        totals.files = tree.items().size();
        sort_rows();
        pair_up();
        for (std::size_t i = 0; i < row_of.size(); ++i) {
            const bool paired = row_of[i] != kNoRow && tree.items()[i].kind == ItemKind::file;
            if (paired && !rows[row_of[i]].has_sha256()) ++totals.unverified;
        }
        TUTELA_TRY(compare_all(executor, on_finding));
        if (!totals.interrupted) TUTELA_TRY(find_rows_left(report, on_finding));
        return totals;
    }
};

}  // namespace

std::string_view audit_finding_name(AuditFindingKind kind) noexcept {
    switch (kind) {
        case AuditFindingKind::missing: return "missing";
        case AuditFindingKind::extra: return "extra";
        case AuditFindingKind::changed: return "changed";
        case AuditFindingKind::doubled: return "doubled";
        case AuditFindingKind::unreadable: return "unreadable";
    }
    return "unknown";
}

struct Auditor::Impl : AuditState {};

Auditor::Auditor(AuditOptions options) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(options);
}
Auditor::Auditor(Auditor&&) noexcept = default;
Auditor& Auditor::operator=(Auditor&&) noexcept = default;
Auditor::~Auditor() = default;

void Auditor::add(const ReportedFile& row) {
    impl_->add(row);
}

Result<AuditTotals> Auditor::audit(std::span<const std::string> paths, Executor& executor,
                                   const std::function<Status(const AuditFinding&)>& on_finding) {
    if (!on_finding) return Status(StatusCode::invalid_argument, "an audit needs a receiver for its findings");
    return impl_->run(paths, executor, on_finding);
}

}  // namespace tutela
