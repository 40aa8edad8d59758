#include <optional>
#include <utility>
#include <vector>

#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/builder_columns.hpp"
#include "list/list_access.hpp"

namespace tutela {

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
    BuilderColumns& list = impl_->columns;
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
    BuilderColumns& list = impl_->columns;
    TUTELA_TRY(list.check_room(1));
    list.reserve_item(item, 1);
    const BuilderColumns::TextNumbers texts = list.number(item.id, item.category, item.label);
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
    BuilderColumns& list = impl_->columns;
    TUTELA_TRY(list.check_room(frames.size()));
    list.reserve_item(item, frames.size());
    list.reserve_video(frames.size());
    list.videos.push_back({static_cast<std::uint32_t>(list.hashes.size()), static_cast<std::uint32_t>(frames.size()),
                           static_cast<std::uint32_t>(list.frame_times.size())});
    const BuilderColumns::TextNumbers texts = list.number(item.id, item.category, item.label);
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
    return ListAccess::add_some(*this, list, {});
}

std::size_t ListBuilder::size() const noexcept {
    return impl_->columns.hashes.size();
}

Result<HashList> ListBuilder::build() const {
    BuilderColumns& list = impl_->columns;
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
    add_unless_empty(SectionType::disabled_entries, list.disabled.span(), kSectionRequired);
    add_unless_empty(SectionType::disabled_files, list.disabled_files.span(), kSectionRequired);
    TUTELA_ASSIGN(Mapping memory, write_snapshot(list.hashes.size(), sections));
    return ListAccess::adopt(std::move(memory), Check::nothing);
}

}  // namespace tutela
