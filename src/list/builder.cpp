#include <optional>
#include <utility>
#include <vector>

#include "core/secret_array.hpp"
#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/file_columns.hpp"
#include "list/list_access.hpp"
#include "list/record_columns.hpp"
#include "list/snapshot_format.hpp"
#include "list/text_pool.hpp"
#include "tutela/list.hpp"

namespace tutela {

namespace {

std::vector<CarriedHashView> copy_of(const CarriedHashes& hashes) {
    std::vector<CarriedHashView> copy(hashes.size());
    for (std::size_t i = 0; i < copy.size(); ++i)
        copy[i] = hashes[i];
    return copy;
}

}  // namespace

// The columns of the snapshot, as they will be written.
struct ListBuilder::Impl {
    SecretArray<Hash256> hashes;
    SecretArray<Hash64> phashes;               // empty until an entry has one
    SecretArray<std::uint8_t> phash_presence;  // likewise
    SecretArray<std::uint32_t> ids;
    SecretArray<std::uint32_t> categories;
    SecretArray<std::uint32_t> labels;
    SecretArray<VideoRecord> videos;
    SecretArray<std::int64_t> frame_times;  // of all videos, as are their qualities
    SecretArray<std::uint8_t> frame_qualities;
    SecretArray<std::uint32_t> origins;  // of the entries; empty until one has one
    TimeColumn entry_times;
    TimeColumn file_times;
    CarriedColumns carried;
    FileColumns files;
    TextPool texts;

    // Room for entries that share their texts.
    void reserve(std::size_t entries, std::size_t text_bytes) {
        hashes.reserve_more(entries);
        ids.reserve_more(entries);
        categories.reserve_more(entries);
        labels.reserve_more(entries);
        texts.reserve_more(3, text_bytes);
        reserve_origins(entries, false);
        entry_times.reserve(hashes.size() + entries, false);
    }

    void reserve_origins(std::size_t entries, bool present) {
        if (!present && origins.size() == 0) return;
        origins.reserve_more(hashes.size() + entries - origins.size());
    }

    // Room for a thing of so many entries.
    void reserve_item(const KnownItem& item, std::size_t entries) {
        const OriginView& origin = item.origin;
        reserve(entries, item.id.size() + item.category.size() + item.label.size());
        reserve_phashes(entries, item.phash.has_value());
        reserve_origins(entries, origin != OriginView{});
        entry_times.reserve(hashes.size() + entries, item.updated_us.has_value());
        file_times.reserve(files.entries().size() + 1, item.updated_us.has_value());
        carried.reserve(item.carried, texts);
        texts.reserve_more(6, item.id.size() + item.category.size() + item.label.size() + origin.source.size() +
                                  origin.scheme.size() + origin.region.size());
        files.reserve_item();
    }

    void reserve_video(std::size_t frames) {
        videos.reserve_more(1);
        frame_times.reserve_more(frames);
        frame_qualities.reserve_more(frames);
    }

    // Precondition: no text of the entry was added yet, so that nothing has changed when std::bad_alloc is thrown.
    void reserve_phashes(std::size_t entries, bool present) {
        if (!present && phashes.size() == 0) return;
        phashes.reserve_more(hashes.size() + entries - phashes.size());
        phash_presence.reserve_more((hashes.size() + entries) / 8 + 1 - phash_presence.size());
    }

    [[nodiscard]] Status check_room(std::size_t entries) const {
        if (entries <= kMaxEntries - hashes.size() && texts.count() + 6 <= kMaxTexts && files.has_room()) return {};
        return Status(StatusCode::limit, "a list holds at most 2^32 - 1 entries and as many texts");
    }

    struct TextNumbers {
        std::uint32_t id;
        std::uint32_t category;
        std::uint32_t label;
    };
    // Precondition, also of push(): room was made.
    TextNumbers number(std::string_view id, std::string_view category, std::string_view label) {
        TextNumbers numbers{};
        numbers.id = texts.append(id);  // ids rarely repeat: looking them up would cost more than it saves
        numbers.category = texts.intern(category);
        numbers.label = texts.intern(label);
        return numbers;
    }

    void push(const Hash256& hash, const TextNumbers& numbers, const std::optional<Hash64>& phash,
              std::uint32_t origin = 0, const std::optional<std::int64_t>& time = std::nullopt) {
        entry_times.set(hashes.size(), time);
        hashes.push_back(hash);
        push_phash(phash);
        push_origin(origin);
        ids.push_back(numbers.id);
        categories.push_back(numbers.category);
        labels.push_back(numbers.label);
    }

    // Likewise.
    void push_origin(std::uint32_t origin) {
        if (origin == 0 && origins.size() == 0) return;
        while (origins.size() + 1 < hashes.size())
            origins.push_back(0);
        origins.push_back(origin);
    }

    // A file entry, with what it has and its entry has not.
    std::uint32_t push_file(const FileEntryRecord& record, const KnownItem& item) {
        const bool own = record.position == kNoPosition;
        const std::span<const CarriedHashView> its = own ? item.carried : std::span<const CarriedHashView>();
        const std::optional<std::int64_t> time = own ? item.updated_us : std::nullopt;
        const std::uint32_t number = files.add_entry(record, time.value_or(kNoTime), !its.empty());
        file_times.set(number, time);
        carried.add_of_file(number, its, texts);
        return number;
    }

    // What another list knows of files, after its entries, the first of which is now at `first`.
    Status add_files(const HashList& other, std::size_t first) {
        std::vector<std::uint32_t> numbers(other.file_entry_count());
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const FileEntryView entry = other.file_entry(i);
            TUTELA_TRY(check_room(1));
            const std::vector<CarriedHashView> its = copy_of(entry.carried);
            const KnownItem item{.id = entry.id,
                                 .category = entry.category,
                                 .label = entry.label,
                                 .origin = entry.origin,
                                 .updated_us = entry.updated_us,
                                 .carried = its};
            reserve_item(item, 1);
            FileEntryRecord record{.category = texts.intern(entry.category), .label = texts.intern(entry.label)};
            record.id = entry.position ? ids[first + *entry.position] : texts.append(entry.id);
            record.origin = files.number(entry.origin, texts);
            record.flags = (entry.harmless ? kHarmlessFlag : 0) | (entry.unmatchable ? kUnmatchableFlag : 0);
            if (entry.position) record.position = static_cast<std::uint32_t>(first + *entry.position);
            numbers[i] = push_file(record, item);
        }
        files.add_hashes(ListAccess::snapshot(other), numbers);
        return {};
    }

    // Of the entry whose hash was added last. Those before the first one that has a pHash get their zeroes here.
    void push_phash(const std::optional<Hash64>& phash) {
        if (!phash && phashes.size() == 0) return;
        while (phashes.size() + 1 < hashes.size())
            phashes.push_back({});
        phashes.push_back(phash.value_or(Hash64{}));
        while (phash_presence.size() * 8 < hashes.size())
            phash_presence.push_back(0);
        if (phash)
            phash_presence.data()[(hashes.size() - 1) / 8] |=
                static_cast<std::uint8_t>(1U << ((hashes.size() - 1) % 8));
    }
};

namespace {

Status check_text(std::string_view text, const char* name) {
    const auto invalid = [name](const char* why) {
        return Status(StatusCode::invalid_argument, std::string("the ") + name + " " + why);
    };
    if (text.size() > kMaxTextBytes) return invalid("is longer than 65535 bytes");
    if (text.find('\0') != std::string_view::npos) return invalid("contains NUL");
    if (!is_utf8(text)) return invalid("is not UTF-8");
    return {};
}

Status check_texts(std::string_view id, std::string_view category, std::string_view label) {
    TUTELA_TRY(check_text(id, "id"));
    TUTELA_TRY(check_text(category, "category"));
    return check_text(label, "label");
}

Status check_item(const KnownItem& item) {
    TUTELA_TRY(check_texts(item.id, item.category, item.label));
    TUTELA_TRY(check_text(item.origin.source, "source"));
    TUTELA_TRY(check_text(item.origin.scheme, "scheme"));
    TUTELA_TRY(check_text(item.origin.region, "region"));
    if (names_empty_file(item.file)) return Status(StatusCode::invalid_argument, "it has the hash of an empty file");
    if (item.updated_us && (*item.updated_us < kMinRecordTimeUs || *item.updated_us > kMaxRecordTimeUs))
        return Status(StatusCode::invalid_argument, "its time is out of range");
    return check_carried(item.carried);
}

Status check_frames(std::span<const FrameHash> frames) {
    if (frames.empty()) return Status(StatusCode::invalid_argument, "the video has no frames");
    std::int64_t before = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto invalid = [i](const char* why) {
            return Status(StatusCode::invalid_argument, "frame " + std::to_string(i) + " of the video has a " + why);
        };
        if (frames[i].quality < 0 || frames[i].quality > 100) return invalid("quality outside 0..100");
        if (frames[i].pts_us < 0 || frames[i].pts_us > kMaxFrameTimeUs) return invalid("time out of range");
        if (frames[i].pts_us < before) return invalid("time before that of the frame before it");
        before = frames[i].pts_us;
    }
    return {};
}

template <typename T>
SectionContent section_of(SectionType type, std::span<const T> records,
                          std::uint32_t flags = kSectionRequired) noexcept {
    return {type, flags, sizeof(T), {reinterpret_cast<const std::uint8_t*>(records.data()), records.size_bytes()}};
}

}  // namespace

ListBuilder::ListBuilder() : impl_(std::make_unique<Impl>()) {}
ListBuilder::ListBuilder(ListBuilder&&) noexcept = default;
ListBuilder& ListBuilder::operator=(ListBuilder&&) noexcept = default;
ListBuilder::~ListBuilder() = default;

Status ListBuilder::add(const Entry& entry) {
    return add(entry.hash, entry.id, entry.category, entry.label, entry.phash);
}

Status ListBuilder::add(const Hash256& hash, std::string_view id, std::string_view category, std::string_view label,
                        const std::optional<Hash64>& phash) {
    TUTELA_TRY(check_texts(id, category, label));
    Impl& list = *impl_;
    TUTELA_TRY(list.check_room(1));
    list.reserve(1, id.size() + category.size() + label.size());
    list.reserve_phashes(1, phash.has_value());
    list.push(hash, list.number(id, category, label), phash);
    return {};
}

Status ListBuilder::add(const KnownItem& item) {
    TUTELA_TRY(check_item(item));
    const bool has_entry = item.pdq && !item.harmless;
    const bool has_file = item.file != FileHashes{};
    if (!has_entry && !has_file && item.carried.empty())
        return Status(StatusCode::invalid_argument, "it has no hash to be known by");
    Impl& list = *impl_;
    TUTELA_TRY(list.check_room(1));
    list.reserve_item(item, 1);
    const Impl::TextNumbers texts = list.number(item.id, item.category, item.label);
    FileEntryRecord file{.id = texts.id, .category = texts.category, .label = texts.label};
    file.origin = list.files.number(item.origin, list.texts);
    file.flags = (item.harmless ? kHarmlessFlag : 0) | (!has_entry && !has_file ? kUnmatchableFlag : 0);
    if (has_entry) {
        file.position = static_cast<std::uint32_t>(list.hashes.size());
        list.carried.add_of_entry(file.position, item.carried, list.texts);
        list.push(*item.pdq, texts, item.phash, file.origin, item.updated_us);
    }
    if (has_file || !has_entry) list.files.add_hashes(item.file, list.push_file(file, item));
    return {};
}

Status ListBuilder::add_video(std::span<const FrameHash> frames, std::string_view id, std::string_view category,
                              std::string_view label) {
    return add_known_video(frames, {.id = id, .category = category, .label = label});
}

Status ListBuilder::add_known_video(std::span<const FrameHash> frames, const KnownItem& item) {
    TUTELA_TRY(check_item(item));
    TUTELA_TRY(check_frames(frames));
    if (item.pdq || item.phash || item.harmless)
        return Status(StatusCode::invalid_argument, "a video has no hash of a picture and is not harmless");
    Impl& list = *impl_;
    TUTELA_TRY(list.check_room(frames.size()));
    list.reserve_item(item, frames.size());
    list.reserve_video(frames.size());
    list.videos.push_back({static_cast<std::uint32_t>(list.hashes.size()), static_cast<std::uint32_t>(frames.size()),
                           static_cast<std::uint32_t>(list.frame_times.size())});
    const Impl::TextNumbers texts = list.number(item.id, item.category, item.label);
    FileEntryRecord file{.id = texts.id, .category = texts.category, .label = texts.label};
    file.origin = list.files.number(item.origin, list.texts);
    file.position = static_cast<std::uint32_t>(list.hashes.size());
    list.carried.add_of_entry(file.position, item.carried, list.texts);
    for (const FrameHash& frame : frames) {
        list.push(frame.hash, texts, std::nullopt, file.origin, item.updated_us);
        list.frame_times.push_back(frame.pts_us);
        list.frame_qualities.push_back(static_cast<std::uint8_t>(frame.quality));
    }
    if (item.file != FileHashes{}) list.files.add_hashes(item.file, list.push_file(file, item));
    return {};
}

Status ListBuilder::add_list(const HashList& list) {
    const std::size_t first = size();
    std::vector<FrameHash> frames;
    for (std::size_t position = 0; position < list.size();) {
        if (const std::optional<FramePlace> place = list.frame_at(position); place && place->frame == 0) {
            const VideoView video = list.video(place->video);
            frames.clear();
            for (std::size_t i = 0; i < video.hashes.size(); ++i)
                frames.push_back({video.hashes[i], video.qualities[i], video.times_us[i]});
            const std::vector<CarriedHashView> carried = copy_of(video.carried);
            TUTELA_TRY(add_known_video(frames, {.id = video.id,
                                                .category = video.category,
                                                .label = video.label,
                                                .origin = video.origin,
                                                .updated_us = video.updated_us,
                                                .carried = carried}));
            position += video.hashes.size();
            continue;
        }
        const EntryView entry = list.entry(position++);
        const std::vector<CarriedHashView> carried = copy_of(entry.carried);
        TUTELA_TRY(add({.pdq = entry.hash,
                        .phash = entry.phash,
                        .id = entry.id,
                        .category = entry.category,
                        .label = entry.label,
                        .origin = entry.origin,
                        .updated_us = entry.updated_us,
                        .carried = carried}));
    }
    return impl_->add_files(list, first);
}

std::size_t ListBuilder::size() const noexcept {
    return impl_->hashes.size();
}

Result<HashList> ListBuilder::build() const {
    Impl& list = *impl_;
    list.files.sort();
    std::vector<SectionContent> sections = {section_of(SectionType::pdq_hashes, list.hashes.span())};
    if (list.phashes.size() != 0) {
        sections.push_back(section_of(SectionType::phashes, list.phashes.span(), 0));
        sections.push_back(section_of(SectionType::phash_presence, list.phash_presence.span(), 0));
    }
    const auto add_unless_empty = [&](SectionType type, const auto& records, std::uint32_t flags) {
        if (!records.empty()) sections.push_back(section_of(type, records, flags));
    };
    add_unless_empty(SectionType::md5s, list.files.md5s(), kSectionRequired);
    add_unless_empty(SectionType::sha1s, list.files.sha1s(), kSectionRequired);
    add_unless_empty(SectionType::sha256s, list.files.sha256s(), kSectionRequired);
    sections.push_back(section_of(SectionType::ids, list.ids.span()));
    sections.push_back(section_of(SectionType::categories, list.categories.span()));
    sections.push_back(section_of(SectionType::labels, list.labels.span()));
    if (list.videos.size() != 0) {
        sections.push_back(section_of(SectionType::videos, list.videos.span()));
        sections.push_back(section_of(SectionType::frame_times, list.frame_times.span()));
        sections.push_back(section_of(SectionType::frame_qualities, list.frame_qualities.span()));
    }
    add_unless_empty(SectionType::file_entries, list.files.entries(), kSectionRequired);
    add_unless_empty(SectionType::origins, list.files.origins(), 0);
    add_unless_empty(SectionType::entry_origins, list.origins.span(), 0);
    add_unless_empty(SectionType::entry_times, list.entry_times.all(list.hashes.size()), 0);
    add_unless_empty(SectionType::file_times, list.file_times.all(list.files.entries().size()), 0);
    add_unless_empty(SectionType::entry_carried, list.carried.entries(), 0);
    add_unless_empty(SectionType::file_carried, list.carried.files(), 0);
    add_unless_empty(SectionType::carried_bytes, list.carried.bytes(), 0);
    sections.push_back(section_of(SectionType::text_offsets, list.texts.offsets()));
    sections.push_back(section_of(SectionType::text_bytes, list.texts.bytes()));
    TUTELA_ASSIGN(Mapping memory, write_snapshot(list.hashes.size(), sections));
    return ListAccess::adopt(std::move(memory), Check::nothing);
}

}  // namespace tutela
