#include "list/snapshot_check.hpp"

#include <algorithm>
#include <string>

#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/record_columns.hpp"
#include "tutela/list.hpp"

namespace tutela {

namespace {

Status damaged(const std::string& why) {
    return Status(StatusCode::corrupt, "damaged snapshot: " + why);
}

Status check_texts(const Snapshot& snapshot) {
    const std::span<const std::uint64_t> offsets = snapshot.text_offsets;
    const std::string_view texts = snapshot.text_bytes;
    if (offsets.size() < 2 || offsets.size() - 1 > kMaxTexts) return damaged("its number of texts is out of range");
    if (offsets[0] != 0 || offsets[1] != 0) return damaged("its text 0 is not empty");
    if (offsets.back() != texts.size()) return damaged("its texts do not end where their section ends");
    for (std::size_t i = 1; i < offsets.size(); ++i) {
        if (offsets[i] < offsets[i - 1] || offsets[i] - offsets[i - 1] > kMaxTextBytes) {
            return damaged("text " + std::to_string(i - 1) + " has an offset out of range");
        }
    }
    if (!is_utf8(texts)) return damaged("its texts are not UTF-8");
    if (texts.find('\0') != std::string_view::npos) return damaged("a text contains NUL");
    // The offsets rise to the end of the texts, so each of them lies inside.
    for (std::size_t i = 1; i < offsets.size(); ++i) {
        if (offsets[i] < texts.size() && !begins_utf8_character(texts[static_cast<std::size_t>(offsets[i])])) {
            return damaged("text " + std::to_string(i) + " begins inside a character");
        }
    }
    for (const std::span<const std::uint32_t> column : {snapshot.ids, snapshot.categories, snapshot.labels}) {
        const auto largest = std::max_element(column.begin(), column.end());
        if (largest != column.end() && *largest >= snapshot.texts()) return damaged("an entry has a text out of range");
    }
    return {};
}

// What is absent is zero, so that equal entries give equal bytes; and no pHash at all is no section.
Status check_phashes(const Snapshot& snapshot) {
    bool any = false;
    for (std::size_t i = 0; i < snapshot.phash_presence.size() * 8; ++i) {
        const bool present = (snapshot.phash_presence[i / 8] >> (i % 8) & 1) != 0;
        if (present && i >= snapshot.phashes.size()) return damaged("it has a pHash beyond its last entry");
        if (!present && i < snapshot.phashes.size() && snapshot.phashes[i] != Hash64{}) {
            return damaged("entry " + std::to_string(i) + " has a pHash that is marked absent");
        }
        any = any || present;
    }
    return any || snapshot.phashes.empty() ? Status() : damaged("its pHashes are all marked absent");
}

// Whether all frames of a video have its texts, and times that do not fall.
bool is_sound(const Snapshot& snapshot, const VideoRecord& video) {
    for (std::size_t i = 0; i < video.frames; ++i) {
        const std::size_t position = video.position + i;
        for (const std::span<const std::uint32_t> column : {snapshot.ids, snapshot.categories, snapshot.labels}) {
            if (column[position] != column[video.position]) return false;
        }
        const std::size_t frame = video.first + i;
        const std::int64_t before = i == 0 ? 0 : snapshot.frame_times[frame - 1];
        if (snapshot.frame_times[frame] < before || snapshot.frame_times[frame] > kMaxFrameTimeUs) return false;
        if (snapshot.frame_qualities[frame] > 100) return false;
    }
    return true;
}

// Videos rise, do not overlap, and take up all times and qualities in their order.
Status check_videos(const Snapshot& snapshot) {
    std::uint64_t position = 0;
    std::uint64_t frames = 0;
    for (std::size_t i = 0; i < snapshot.videos.size(); ++i) {
        const VideoRecord& video = snapshot.videos[i];
        if (video.position < position || video.frames == 0 || video.first != frames || !snapshot.holds(video))
            return damaged("video " + std::to_string(i) + " is out of its place");
        if (!is_sound(snapshot, video)) return damaged("video " + std::to_string(i) + " has a frame that cannot be");
        position = std::uint64_t{video.position} + video.frames;
        frames += video.frames;
    }
    return frames == snapshot.frame_times.size() ? Status() : damaged("it has frames that belong to no video");
}

// Hashes rise, each with an entry that there is.
template <std::size_t Bytes>
Status check_file_hashes(std::span<const FileHashRecord<Bytes>> records, std::span<const FileEntryRecord> entries,
                         const char* kind) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].entry >= entries.size()) return damaged(std::string("one of its ") + kind + " has no entry");
        if ((entries[records[i].entry].flags & kUnmatchableFlag) != 0)
            return damaged(std::string("one of its ") + kind + " leads to what says that nothing leads to it");
        if (i > 0 && records[i - 1] >= records[i]) return damaged(std::string("its ") + kind + " are out of order");
    }
    return {};
}

Status check_files(const Snapshot& snapshot) {
    const std::span<const FileEntryRecord> entries = snapshot.file_entries;
    for (const FileEntryRecord& entry : snapshot.file_entries) {
        const bool known_place = entry.position < snapshot.hashes.size() || entry.position == kNoPosition;
        if (std::max({entry.id, entry.category, entry.label}) >= snapshot.texts() || !known_place ||
            (entry.flags & ~(kHarmlessFlag | kUnmatchableFlag)) != 0 ||
            entry.origin >= std::max<std::size_t>(snapshot.origins.size(), 1))
            return damaged("a file entry has a number out of range");
        if ((entry.flags & kUnmatchableFlag) != 0 && entry.position != kNoPosition)
            return damaged("a file entry says that nothing leads to it and has an entry");
    }
    TUTELA_TRY(check_file_hashes(snapshot.md5s, entries, "MD5s"));
    TUTELA_TRY(check_file_hashes(snapshot.sha1s, entries, "SHA-1s"));
    return check_file_hashes(snapshot.sha256s, entries, "SHA-256s");
}

Status check_origins(const Snapshot& snapshot) {
    for (const OriginRecord& origin : snapshot.origins) {
        if (std::max({origin.source, origin.scheme, origin.region}) >= snapshot.texts())
            return damaged("an origin has a text out of range");
    }
    if (!snapshot.origins.empty() && snapshot.origins.front() != OriginRecord{})
        return damaged("its origin 0 is not empty");
    for (const std::uint32_t origin : snapshot.entry_origins) {
        if (origin >= snapshot.origins.size()) return damaged("an entry has an origin out of range");
    }
    return {};
}

// Numbers that rise and stay below `end`.
Status check_numbers(std::span<const std::uint32_t> numbers, std::uint64_t end, const char* what) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] >= end || (i > 0 && numbers[i] <= numbers[i - 1]))
            return damaged(std::string("its ") + what + " are out of order or out of range");
    }
    return {};
}

Status check_times(std::span<const std::int64_t> times) {
    bool any = times.empty();
    for (const std::int64_t time : times) {
        if (time == kNoTime) continue;
        any = true;
        if (time < kMinRecordTimeUs || time > kMaxRecordTimeUs) return damaged("it has a time out of range");
    }
    return any ? Status() : damaged("its times are all none");
}

Status check_file_times(const Snapshot& snapshot) {
    for (std::size_t i = 0; i < snapshot.file_times.size(); ++i) {
        if (snapshot.file_times[i] != kNoTime && snapshot.file_entries[i].position != kNoPosition)
            return damaged("a file entry has a time beside that of its entry");
    }
    return check_times(snapshot.file_times);
}

Status check_carried_hashes(const Snapshot& snapshot, std::span<const CarriedRecord> records, std::size_t owners) {
    std::uint32_t before = 0;
    for (const CarriedRecord& record : records) {
        const std::string_view bytes = snapshot.carried_bytes;
        if (record.owner >= owners || record.owner < before || record.kind >= snapshot.texts() ||
            (record.flags & ~kCarriedBinaryFlag) != 0 || record.offset > bytes.size() ||
            record.size > bytes.size() - record.offset)
            return damaged("a carried hash has a number out of range");
        before = record.owner;
        const CarriedHashView view{snapshot.text(record.kind),
                                   bytes.substr(static_cast<std::size_t>(record.offset), record.size),
                                   (record.flags & kCarriedBinaryFlag) != 0};
        if (!check_carried({&view, 1}).ok()) return damaged("a carried hash is not as it must be");
    }
    return {};
}

// How many entries a delta's base has is known when the two are put together.
Status check_changes(const Snapshot& snapshot) {
    TUTELA_TRY(check_numbers(snapshot.disabled, snapshot.hashes.size(), "disabled entries"));
    TUTELA_TRY(check_numbers(snapshot.disabled_files, snapshot.file_entries.size(), "disabled file entries"));
    if (!snapshot.base.empty() && snapshot.base.front().changes == 0) return damaged("it changes its base no time");
    TUTELA_TRY(check_numbers(snapshot.withdrawn, kMaxEntries, "withdrawn entries"));
    return check_numbers(snapshot.withdrawn_files, kMaxEntries, "withdrawn file entries");
}

}  // namespace

Status check_content(const Snapshot& snapshot) {
    TUTELA_TRY(check_texts(snapshot));
    TUTELA_TRY(check_phashes(snapshot));
    TUTELA_TRY(check_videos(snapshot));
    TUTELA_TRY(check_files(snapshot));
    TUTELA_TRY(check_origins(snapshot));
    TUTELA_TRY(check_times(snapshot.entry_times));
    TUTELA_TRY(check_file_times(snapshot));
    TUTELA_TRY(check_carried_hashes(snapshot, snapshot.entry_carried, snapshot.hashes.size()));
    TUTELA_TRY(check_carried_hashes(snapshot, snapshot.file_carried, snapshot.file_entries.size()));
    return check_changes(snapshot);
}

Status check_index(const Snapshot& snapshot, bool postings) {
    if (!snapshot.index) return {};
    TUTELA_ASSIGN(const auto forest, open_forest(snapshot.hashes, *snapshot.index, nullptr, {}));
    return postings ? check_postings(*forest, snapshot.hashes) : Status();
}

}  // namespace tutela
