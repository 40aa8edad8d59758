#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "list/list_access.hpp"
#include "scan/carried_search.hpp"
#include "scan/decoder_pool.hpp"
#include "scan/file_scanner.hpp"
#include "scan/file_tree.hpp"
#include "scan/finding_cache.hpp"
#include "scan/flood_watch.hpp"
#include "scan/journal_access.hpp"
#include "scan/known_files.hpp"
#include "scan/ordered_results.hpp"
#include "scan/run_settings.hpp"
#include "scan/walk.hpp"
#include "tutela/scan.hpp"

namespace tutela {

namespace {

// How many files may be done before one that is not; a row is some 400 bytes.
constexpr std::size_t kWindow = 1024;
// What the files that wait may weigh together, see weight_of(): some 20 MB; one file may weigh more.
constexpr std::size_t kWaitingWeight = 1'000'000;

// How many of the pictures had been seen before: each by half of its SHA-256, which is 16 bytes a picture.
class DuplicateCount {
public:
    void add(const Sha256& digest) { std::memcpy(seen_.emplace_back().data(), digest.data(), sizeof(Half)); }
    [[nodiscard]] std::uint64_t count() && {
        std::sort(seen_.begin(), seen_.end());
        const auto distinct = std::unique(seen_.begin(), seen_.end());
        return static_cast<std::uint64_t>(seen_.end() - distinct);
    }

private:
    using Half = std::array<std::uint8_t, 16>;
    std::vector<Half> seen_;
};

// The largest radius that a scan will search.
std::uint32_t widest_radius(const ScanOptions& options) noexcept {
    const std::uint32_t drift = options.decode == DecodeMode::screen ? kScreenDriftBits : 0;
    return std::min<std::uint32_t>(options.radius + drift, Hash256::kBits);
}

// One call of Scanner::scan().
class ScanRun {
public:
    ScanRun(const HashList& list, const Index<256>& index, const ScanOptions& options, const RunFacts& facts,
            DecoderPool& decoders, const CarriedSearch& carried, const std::function<Status(const FileRow&)>& on_row,
            const ScanControl& control)
        : list_(list),
          index_(index),
          options_(options),
          facts_(facts),
          decoders_(decoders),
          carried_(carried),
          on_row_(on_row),
          stop_(control.stop != nullptr ? control.stop : options.stop),
          progress_(control.progress ? control.progress : options.progress),
          known_(list, options.harmless_files.get(), options.filter),
          floods_(options.flood) {
        if (control.journal != nullptr) journal_.emplace(*control.journal);
    }

    Result<RunTotals> run(std::span<const std::string> paths, Executor& executor) {
        Status status = find_inputs(paths);
        if (status.ok() && !totals_.interrupted) status = give_kept_rows();
        if (status.ok() && !totals_.interrupted) status = scan_rest(executor);
        // Also after an error: what is in the journal is worth its place on the disk.
        if (journal_) {
            Status synced = journal_->sync();
            if (status.ok()) status = std::move(synced);
        }
        if (!status.ok()) return status;
        totals_.duplicates = std::move(duplicates_).count();
        totals_.floods = floods_.floods();
        return totals_;
    }

private:
    [[nodiscard]] bool stopped() const noexcept { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

    Status find_inputs(std::span<const std::string> paths) {
        WalkOptions walking{options_.follow_symlinks, stop_};
        if (journal_) {
            const RunSettings settings = run_settings(facts_, options_, paths, journal_->keeps_hashes());
            TUTELA_ASSIGN(const bool found, journal_->begin(settings, tree_));
            if (found) return {};
            TUTELA_ASSIGN(walking.leave_out, left_out(journal_->file()));
        }
        totals_.interrupted = !walk(paths, walking, tree_);
        if (journal_ && !totals_.interrupted) TUTELA_TRY(journal_->add_tree(tree_));
        return {};
    }

    static Result<LeftOut> left_out(const JournalFile& file) {
        struct stat facts {};
        if (::fstat(file.descriptor(), &facts) != 0) return errno_status(errno, "the journal cannot be looked at");
        return LeftOut{std::filesystem::path(file.path()).filename().string(), facts.st_dev, facts.st_ino};
    }

    Status give_kept_rows() {
        if (!journal_) return {};
        ScannedItem item;
        while (done_ < tree_.items().size()) {
            totals_.interrupted = stopped();
            if (totals_.interrupted) return {};
            TUTELA_ASSIGN(const bool kept, journal_->next(tree_, done_, item));
            if (!kept) break;
            TUTELA_TRY(give(item));
        }
        return journal_->begin_writing();
    }

    Status scan_rest(Executor& executor) {
        const std::size_t kept = done_;
        const std::size_t left = tree_.items().size() - kept;
        if (left == 0) return {};
        FindingCache cache;
        const ScanJob job{tree_, list_, index_, options_, stop_, cache, decoders_, known_, &carried_};
        OrderedResults<ScannedItem> results(left, {std::min(kWindow, left), kWaitingWeight}, stop_,
                                            [this](ScannedItem&& item) { return emit(item); });
        const std::size_t jobs = std::min(std::max<std::size_t>(executor.concurrency(), 1), left);
        const std::size_t most = largest_group(left, jobs);
        const auto body = [&](std::size_t) {
            try {
                Result<std::unique_ptr<Decoder>> taken = decoders_.take();
                if (!taken.ok()) return results.fail(taken.status());
                const PooledDecoder decoder(decoders_, std::move(taken).value());
                FileScanner scanner(job, *decoder);
                while (const auto numbers = results.take(std::min(scanner.appetite(), most))) {
                    const std::span items(tree_.items().data() + kept + numbers->first, numbers->count);
                    scanner.scan_group(items, [&](std::size_t place, Result<ScannedItem>&& item) {
                        put(numbers->first + place, std::move(item), results);
                    });
                }
            } catch (...) {
                results.fail(Status(StatusCode::out_of_memory));
                throw;
            }
        };
        executor.run(jobs, body);
        totals_.interrupted = !results.complete();
        return results.status();
    }

    // Only a sandbox gains by groups. A job takes no more of the files than leaves each of the others its part.
    [[nodiscard]] std::size_t largest_group(std::size_t files, std::size_t jobs) const noexcept {
        if (options_.isolation != Isolation::sandboxed) return 1;
        return jobs == 1 ? FileReader::kGroupFiles
                         : std::clamp<std::size_t>(files / (4 * jobs), 1, FileReader::kGroupFiles);
    }

    static void put(std::size_t number, Result<ScannedItem>&& item, OrderedResults<ScannedItem>& results) {
        if (item.ok()) {
            const std::size_t weight = weight_of(item.value());
            results.put(number, std::move(item).value(), weight);
        } else if (item.status().code() == StatusCode::cancelled) {
            results.abandon();
        } else {
            results.fail(item.status());
        }
    }

    Status emit(ScannedItem& item) {
        for (ScannedFile& file : item)
            name_all(file, list_, known_);
        if (journal_) TUTELA_TRY(journal_->append(item));
        return give(item);
    }

    Status give(ScannedItem& item) {
        for (ScannedFile& file : item) {
            floods_.look(file.row, totals_.files + 1);
            totals_.add(file.row);
            if (file.picture) duplicates_.add(*file.picture);
            TUTELA_TRY(on_row_(file.row));
        }
        ++done_;
        if (progress_) progress_({done_, tree_.items().size(), totals_.bytes, totals_.count(Outcome::matched)});
        return {};
    }

    const HashList& list_;
    const Index<256>& index_;
    const ScanOptions& options_;
    const RunFacts& facts_;
    DecoderPool& decoders_;
    const CarriedSearch& carried_;
    const std::function<Status(const FileRow&)>& on_row_;
    const std::atomic<bool>* stop_;
    const std::function<void(const ScanProgress&)>& progress_;
    const KnownFiles known_;
    std::optional<JournalAccess> journal_;

    FileTree tree_;
    std::size_t done_ = 0;  // inputs whose rows were given out
    DuplicateCount duplicates_;
    FloodWatch floods_;
    RunTotals totals_;
};

// What is known of bytes before they are looked into; its outcome is `harmless` when they need not be.
ScannedFile begin_bytes(std::span<const std::uint8_t> bytes, std::string name, const KnownFiles& known) {
    StreamDigest digest(known.wanted());
    digest.update(bytes);
    const StreamDigest::Digests digests = digest.finish();
    const FileHashes hashes = hashes_of(digests);
    ScannedFile file;
    file.row.path = std::move(name);
    file.row.size_bytes = bytes.size();
    file.row.sha256 = bytes_to_hex(digests.sha256);
    file.files = known.find(hashes, bytes.size());
    if (auto reason = file.files.empty() ? known.harmless_reason(hashes, bytes.size()) : std::nullopt)
        set_outcome(file.row, Outcome::harmless, *std::move(reason));
    return file;
}

// What the bytes show, for a file whose digests are known.
void examine_bytes(std::span<const std::uint8_t> bytes, const HashList& list, const Index<256>& index,
                   const ScanOptions& options, DecoderPool& decoders, const CarriedSearch& carried, ScannedFile& file) {
    FileRow& row = file.row;
    const MediaFormat format = sniff_format(bytes.first(std::min(bytes.size(), kSniffBytes)));
    if (auto reason = no_picture_reason(bytes.size(), format))
        return set_outcome(row, Outcome::unsupported, *std::move(reason));
    row.format = format_name(format);
    if (is_archive(format)) return set_outcome(row, Outcome::unsupported, kClosedArchiveReason);
    if (bytes.size() > (is_video(format) ? options.limits.max_video_bytes : options.limits.max_bytes))
        return set_outcome(row, Outcome::limit, over_limit_reason(bytes.size(), options.limits, format));
    Result<std::unique_ptr<Decoder>> taken = decoders.take();
    if (!taken.ok()) return set_outcome(row, Outcome::crashed, taken.status().message());
    const PooledDecoder decoder(decoders, std::move(taken).value());
    Examiner examiner(*decoder, list, index, options, &carried);
    Result<Finding> finding = examiner.examine(bytes, format);
    if (finding.ok()) {
        file.finding = std::make_shared<const Finding>(std::move(finding).value());
        return apply_finding(*file.finding, row);
    }
    const bool broke = finding.status().code() == StatusCode::unavailable;
    set_outcome(row, broke ? Outcome::crashed : Outcome::limit, finding.status().to_string());
}

// The index to search: the one that is given, or the list's.
Result<std::shared_ptr<const Index<256>>> index_for(const HashList& list, const ScanOptions& options,
                                                    std::shared_ptr<const Index<256>> given) {
    if (given != nullptr) {
        if (ListAccess::is_index_of(*given, list)) return filter_index(std::move(given), list, options.filter);
        return Status(StatusCode::invalid_argument, "the index is one of another list");
    }
    IndexOptions how = options.index;
    if (!how.radius) how.radius = widest_radius(options);
    TUTELA_ASSIGN(std::unique_ptr<const Index<256>> index, list.open_index(how));
    return filter_index(std::move(index), list, options.filter);
}

void name_list(const HashList& list, RunFacts& facts) {
    facts.list_digest = list.digest_hex();
    facts.list_entries = list.size() - list.inactive_count();
}

}  // namespace

struct Scanner::Impl {
    HashList list;
    ScanOptions options;
    std::shared_ptr<const Index<256>> index;
    RunFacts facts;
    std::shared_ptr<DecoderPool> decoders;
    CarriedSearch carried;

    [[nodiscard]] KnownFiles known_files() const noexcept {
        return {list, options.harmless_files.get(), options.filter};
    }
};

Scanner::Scanner(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}

Result<Scanner> Scanner::create(HashList list, ScanOptions options) {
    if (options.radius > Hash256::kBits) {
        return Status(StatusCode::invalid_argument, "the radius is a number of bits from 0 to 256");
    }
    if (options.min_quality < 0 || options.min_quality > 100) {
        return Status(StatusCode::invalid_argument, "the minimum quality is a number from 0 to 100");
    }
    if (decode_mode_name(options.decode) == "unknown") {
        return Status(StatusCode::invalid_argument, "the decode mode is unknown");
    }
    if (options.flood.percent > 100) {
        return Status(StatusCode::invalid_argument, "the percentage of a flood is a number from 0 to 100");
    }
    TUTELA_TRY(check(options.sampling));
    if (profile_name(options.profile) == "unknown") {
        return Status(StatusCode::invalid_argument, "the profile is unknown");
    }
    if (options.confirm_phash_radius && *options.confirm_phash_radius > Hash64::kBits) {
        return Status(StatusCode::invalid_argument, "the radius of a pHash is a number of bits from 0 to 64");
    }
    if (options.hash64 && hash64_name(*options.hash64) == hash64_name(Hash64Kind{})) {
        return Status(StatusCode::invalid_argument, "there is no hash of 64 bits of that number");
    }
    TUTELA_TRY(check_engines(options.engines));
    auto decoders = std::make_shared<DecoderPool>(options);
    TUTELA_ASSIGN(std::unique_ptr<Decoder> first, decoders->take());  // to see that there is one
    decoders->give(std::move(first));
    TUTELA_ASSIGN(std::shared_ptr<const Index<256>> index, index_for(list, options, nullptr));
    RunFacts facts;
    facts.tool_version = version();
    name_list(list, facts);
    facts.radius = options.radius;
    facts.min_quality = options.min_quality;
    facts.profile = profile_name(options.profile);
    facts.decode = decode_mode_name(options.decode);
    facts.sampling = sampling_text(options.sampling);
    facts.confirm_phash_radius = options.confirm_phash_radius;
    facts.filter = options.filter.text();
    facts.engines = engines_text(options.engines);
    facts.isolation = isolation_name(options.isolation);
    CarriedSearch carried(list, options.filter, options.engines);
    return Scanner(std::make_shared<const Impl>(Impl{std::move(list), std::move(options), std::move(index),
                                                     std::move(facts), std::move(decoders), std::move(carried)}));
}

Result<Scanner> Scanner::with_list(HashList list, std::shared_ptr<const Index<256>> index) const {
    TUTELA_ASSIGN(index, index_for(list, impl_->options, std::move(index)));
    RunFacts facts = impl_->facts;
    name_list(list, facts);
    CarriedSearch carried(list, impl_->options.filter, impl_->options.engines);
    return Scanner(std::make_shared<const Impl>(Impl{std::move(list), impl_->options, std::move(index),
                                                     std::move(facts), impl_->decoders, std::move(carried)}));
}

Result<RunTotals> Scanner::scan(std::span<const std::string> paths, Executor& executor,
                                const std::function<Status(const FileRow&)>& on_row, const ScanControl& control) const {
    if (!on_row) return Status(StatusCode::invalid_argument, "a scan needs a receiver for its rows");
    return ScanRun(impl_->list, *impl_->index, impl_->options, impl_->facts, *impl_->decoders, impl_->carried, on_row,
                   control)
        .run(paths, executor);
}

FileRow Scanner::scan_bytes(std::span<const std::uint8_t> bytes, std::string name) const {
    const KnownFiles known = impl_->known_files();
    ScannedFile file = begin_bytes(bytes, std::move(name), known);
    if (file.row.outcome == Outcome::harmless) return std::move(file.row);
    try {
        examine_bytes(bytes, impl_->list, *impl_->index, impl_->options, *impl_->decoders, impl_->carried, file);
    } catch (const std::bad_alloc&) {
        set_outcome(file.row, Outcome::memory, kOutOfMemoryReason);
    }
    name_all(file, impl_->list, known);
    return std::move(file.row);
}

std::vector<FileRow> Scanner::scan_all_bytes(std::span<const std::uint8_t> bytes, std::string name) const {
    const ScanOptions& options = impl_->options;
    std::vector<FileRow> rows;
    const MediaFormat format = sniff_format(bytes.first(std::min(bytes.size(), kSniffBytes)));
    if (!is_archive(format) || !options.open_archives || bytes.size() > options.limits.max_bytes) {
        rows.push_back(scan_bytes(bytes, std::move(name)));
        const bool skipped = rows.front().outcome == Outcome::matched || rows.front().outcome == Outcome::harmless;
        if (is_archive(format) && options.open_archives && !skipped) {
            set_outcome(rows.front(), Outcome::limit, over_limit_reason(bytes.size(), options.limits, format));
        }
        return rows;
    }
    const KnownFiles known = impl_->known_files();
    ScannedItem item;
    item.push_back(begin_bytes(bytes, std::move(name), known));
    FileRow& own = item.front().row;
    if (own.outcome == Outcome::harmless) {
        rows.push_back(std::move(own));
        return rows;
    }
    Result<std::unique_ptr<Decoder>> taken = impl_->decoders->take();
    if (!taken.ok()) {
        set_outcome(own, Outcome::crashed, taken.status().message());
        name_all(item.front(), impl_->list, known);
        rows.push_back(std::move(own));
        return rows;
    }
    FindingCache cache;
    const PooledDecoder decoder(*impl_->decoders, std::move(taken).value());
    DecoderStack levels(*impl_->decoders, impl_->list, *impl_->index, options, *decoder, &impl_->carried);
    const Status status = ArchiveScanner(levels, options, options.stop, cache, known).scan(bytes, format, item);
    if (!status.ok()) {
        const bool broke = status.code() == StatusCode::unavailable;
        set_outcome(own, broke ? Outcome::crashed : Outcome::limit, status.to_string());
    }
    for (ScannedFile& file : item) {
        name_all(file, impl_->list, known);
        rows.push_back(std::move(file.row));
    }
    return rows;
}

RunFacts Scanner::facts() const {
    return impl_->facts;
}

const HashList& Scanner::list() const noexcept {
    return impl_->list;
}

}  // namespace tutela
