#include "tutela/list_export.hpp"

#include <algorithm>
#include <utility>

#include "core/try.hpp"
#include "list/exporters/export_item.hpp"
#include "list/file_owners.hpp"
#include "list/list_access.hpp"
#include "list/list_layers.hpp"

namespace tutela {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

constexpr std::pair<ExportFormat, std::string_view> kFormats[] = {
    {ExportFormat::vics, "vics"},
    {ExportFormat::csv, "csv"},
    {ExportFormat::jsonl, "jsonl"},
    {ExportFormat::threatexchange, "threatexchange"},
};

// Gathers what the writer makes, and hands it on.
class Exporter {
public:
    Exporter(const HashList& list, const ExportOptions& options, ItemWriter& writer, ExportSink& sink,
             ExportReport& report)
        : list_(list), options_(options), writer_(writer), sink_(sink), report_(report) {}

    Status begin() {
        writer_.begin(out_);
        return {};
    }

    // What a snapshot holds, whose entries and file entries have these numbers and those that follow in the list. Things
    // come in the order in which they were added, as far as the list tells: file entries without an entry come before
    // the first entry whose file entry has a higher number.
    Status snapshot(const Snapshot& snapshot, std::size_t first_entry, std::size_t first_file) {
        const FileOwners owners(snapshot);
        first_file_ = first_file;
        std::size_t next_file = 0;
        const auto files_below = [&](std::size_t end) -> Status {
            for (; next_file < end; ++next_file) {
                if (!list_.file_entry(first_file + next_file).position) TUTELA_TRY(file(owners, next_file));
            }
            return {};
        };
        for (std::size_t position = first_entry; position < first_entry + snapshot.hashes.size();) {
            const std::span<const std::uint32_t> files = owners.of_entry(position - first_entry);
            if (!files.empty()) TUTELA_TRY(files_below(files.front()));
            TUTELA_TRY(entry(owners, files, position));
        }
        return files_below(snapshot.file_entries.size());
    }

    Status end() {
        writer_.end(out_);
        return flush(0);
    }

private:
    // Moves `position` behind the entry, or behind the video of which it is the first frame.
    Status entry(const FileOwners& owners, std::span<const std::uint32_t> files, std::size_t& position) {
        const EntryView view = list_.entry(position);
        ExportItem item;
        item.phash = view.phash;
        item.id = view.id;
        item.category = view.category;
        item.label = view.label;
        item.origin = view.origin;
        item.updated_us = view.updated_us;
        item.carried = view.carried;
        VideoView video;
        const std::optional<FramePlace> place = list_.frame_at(position);
        if (place) video = list_.video(place->video);
        if (place && !video.hashes.empty()) {
            item.video = &video;
        } else {
            item.pdq = view.hash;
        }
        const EntryState state = list_.entry_state(position);
        position += item.video != nullptr ? video.hashes.size() : 1;
        return state == EntryState::active ? thing(item, owners, files) : inactive(state);
    }

    // What is disabled takes no part, and what is withdrawn is no more.
    Status inactive(EntryState state) {
        if (state == EntryState::disabled) ++report_.disabled;
        return {};
    }

    // `number` in the snapshot.
    Status file(const FileOwners& owners, std::size_t number) {
        const EntryState state = list_.file_entry_state(first_file_ + number);
        if (state != EntryState::active) return inactive(state);
        const FileEntryView view = list_.file_entry(first_file_ + number);
        ExportItem item;
        item.id = view.id;
        item.category = view.category;
        item.label = view.label;
        item.origin = view.origin;
        item.harmless = view.harmless;
        item.updated_us = view.updated_us;
        item.carried = view.carried;
        const auto own = static_cast<std::uint32_t>(number);
        return thing(item, owners, {&own, 1});
    }

    Status thing(ExportItem& item, const FileOwners& owners, std::span<const std::uint32_t> files) {
        if (!options_.filter.admits(item.origin, item.category, item.label)) {
            ++report_.filtered;
            return {};
        }
        hashes_.md5s.clear();
        hashes_.sha1s.clear();
        hashes_.sha256s.clear();
        for (const std::uint32_t number : files)
            owners.append(number, hashes_);
        written_ = Written::nothing;
        reduced_ = false;
        TUTELA_TRY(rows(item));
        if (written_ == Written::nothing) {
            ++report_.left_out;
        } else {
            ++report_.written;
            if (reduced_) ++report_.reduced;
        }
        return {};
    }

    // One row; but where hashes of one kind are several, nobody knows which belong together, and each has its own.
    Status rows(ExportItem& item) {
        if (std::max({hashes_.md5s.size(), hashes_.sha1s.size(), hashes_.sha256s.size()}) <= 1) {
            if (!hashes_.md5s.empty()) item.file.md5 = hashes_.md5s.front();
            if (!hashes_.sha1s.empty()) item.file.sha1 = hashes_.sha1s.front();
            if (!hashes_.sha256s.empty()) item.file.sha256 = hashes_.sha256s.front();
            return row(item);
        }
        if (item.pdq || item.video != nullptr || !item.carried.empty()) TUTELA_TRY(row(item));
        item.pdq.reset();
        item.phash.reset();
        item.video = nullptr;
        item.carried = {};
        const auto each = [&](const auto& hashes, auto& field) -> Status {
            for (const auto& hash : hashes) {
                item.file = {};
                field = hash;
                TUTELA_TRY(row(item));
            }
            return {};
        };
        TUTELA_TRY(each(hashes_.md5s, item.file.md5));
        TUTELA_TRY(each(hashes_.sha1s, item.file.sha1));
        return each(hashes_.sha256s, item.file.sha256);
    }

    Status row(const ExportItem& item) {
        const Written written = writer_.item(item, out_);
        reduced_ = reduced_ || written != Written::all;
        if (written != Written::nothing) written_ = written;
        return flush(kChunkBytes);
    }

    Status flush(std::size_t at_least) {
        if (out_.size() <= at_least) return {};
        Status status = sink_.write(out_);
        out_.clear();
        return status;
    }

    const HashList& list_;
    const ExportOptions& options_;
    ItemWriter& writer_;
    ExportSink& sink_;
    ExportReport& report_;
    std::string out_;
    std::size_t first_file_ = 0;
    FileOwners::Hashes hashes_;
    Written written_ = Written::nothing;
    bool reduced_ = false;
};

bool is_region(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::string region_of(const HashList& list, const ListFilter& filter) {
    const auto fits = [&](const auto& view) {
        return view.origin.scheme == "vics" && is_region(view.origin.region) && filter.admits(view);
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (const EntryView view = list.entry(i); fits(view)) return std::string(view.origin.region);
    }
    for (std::size_t i = 0; i < list.file_entry_count(); ++i) {
        if (const FileEntryView view = list.file_entry(i); fits(view)) return std::string(view.origin.region);
    }
    return "Default";
}

Result<std::unique_ptr<ItemWriter>> make_writer(const HashList& list, const ExportOptions& options) {
    if (options.region && !is_region(*options.region))
        return Status(StatusCode::invalid_argument, "a region is made of letters, digits, - and _");
    switch (options.format) {
        case ExportFormat::vics:
            return make_vics_writer(options.region ? *options.region : region_of(list, options.filter));
        case ExportFormat::csv: return make_csv_writer();
        case ExportFormat::jsonl: return make_jsonl_writer();
        case ExportFormat::threatexchange: return make_signal_csv_writer();
    }
    return Status(StatusCode::invalid_argument, "no such format to write a list in");
}

}  // namespace

ExportSink::~ExportSink() = default;

std::string_view export_format_name(ExportFormat format) noexcept {
    for (const auto& [known, name] : kFormats) {
        if (known == format) return name;
    }
    return "unknown";
}

std::optional<ExportFormat> export_format_of_name(std::string_view name) noexcept {
    for (const auto& [format, known] : kFormats) {
        if (known == name) return format;
    }
    return std::nullopt;
}

Status export_list(const HashList& list, const ExportOptions& options, ExportSink& sink, ExportReport& report) {
    report = {};
    TUTELA_ASSIGN(const std::unique_ptr<ItemWriter> writer, make_writer(list, options));
    Exporter exporter(list, options, *writer, sink, report);
    TUTELA_TRY(exporter.begin());
    const ListLayers& layers = *ListAccess::layers(list);
    TUTELA_TRY(exporter.snapshot(layers.base(), 0, 0));
    if (const Snapshot* const delta = layers.delta())
        TUTELA_TRY(exporter.snapshot(*delta, layers.base().hashes.size(), layers.base().file_entries.size()));
    return exporter.end();
}

}  // namespace tutela
