// A list in the making.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/secret_array.hpp"
#include "list/file_columns.hpp"
#include "list/record_columns.hpp"
#include "list/snapshot_format.hpp"
#include "list/text_pool.hpp"
#include "tutela/list.hpp"

namespace tutela {

// The columns of the snapshot, as they will be written.
struct BuilderColumns {
    SecretArray<Hash256> hashes;
    SecretArray<Hash64> phashes;               // empty until an entry has one
    SecretArray<std::uint8_t> phash_presence;  // likewise
    SecretArray<std::uint32_t> ids;
    SecretArray<std::uint32_t> categories;
    SecretArray<std::uint32_t> labels;
    SecretArray<VideoRecord> videos;
    SecretArray<std::int64_t> frame_times;  // of all videos, as are their qualities
    SecretArray<std::uint8_t> frame_qualities;
    SecretArray<std::uint32_t> origins;         // of the entries; empty until one has one
    SecretArray<std::uint32_t> disabled;        // positions, rising
    SecretArray<std::uint32_t> disabled_files;  // numbers, rising
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

struct ListBuilder::Impl {
    BuilderColumns columns;
};

}  // namespace tutela
