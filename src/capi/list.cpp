// Lists of known hashes, for the C interface.
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"

#include <optional>
#include <span>
#include <vector>

#include "capi/handles.hpp"
#include "capi/translate.hpp"
#include "tutela/vpdq.hpp"

namespace {

using tutela::HashList;
using tutela::Result;
using tutela::Status;
using tutela::StatusCode;
using tutela::TextImport;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::require_array;

tutela_text to_c(std::string_view text) noexcept {
    return {.data = text.empty() ? "" : text.data(), .size = text.size()};
}

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

Status check_import(const tutela_text_import* import) {
    return import == nullptr ? Status() : tutela::capi::check_struct_size(import->struct_size);
}

void write_import(const TextImport& from, tutela_text_import* into) noexcept {
    if (into == nullptr) return;
    auto import = tutela::capi::sized<tutela_text_import>();
    import.lines = from.lines;
    import.added = from.added;
    import.skipped = from.skipped;
    const std::size_t kept = std::min(from.first_skipped.size(), std::size(import.first_skipped));
    for (std::size_t i = 0; i < kept; ++i) {
        tutela_skipped_line& line = import.first_skipped[i];
        line.line = from.first_skipped[i].line;
        tutela::capi::copy_cut(from.first_skipped[i].reason, line.reason, sizeof line.reason);
    }
    import.first_skipped_count = static_cast<std::uint32_t>(kept);
    tutela::capi::write_struct(import, into);
}

// Gives the caller a handle to a list, however it was made.
Status hand_over(Result<HashList> made, tutela_list** list) {
    TUTELA_ASSIGN(HashList value, std::move(made));
    *list = new tutela_list{std::move(value)};
    return {};
}

Status check_position(const tutela_list* list, std::size_t position) {
    TUTELA_TRY(require(list, "list"));
    if (position < list->list.size()) return {};
    return Status(StatusCode::invalid_argument, "the list has no entry " + std::to_string(position));
}

Status check_video(const tutela_list* list, std::size_t number) {
    TUTELA_TRY(require(list, "list"));
    if (number < list->list.video_count()) return {};
    return Status(StatusCode::invalid_argument, "the list has no video " + std::to_string(number));
}

}  // namespace

void tutela_text_import_init(tutela_text_import* import, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_text_import{}, import, struct_size);
}

tutela_status tutela_list_builder_create(tutela_list_builder** builder, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        *builder = new tutela_list_builder;
        return {};
    });
}

void tutela_list_builder_destroy(tutela_list_builder* builder) {
    delete builder;
}

tutela_status tutela_list_builder_add(tutela_list_builder* builder, const tutela_hash256* hash, const char* id,
                                      const char* category, const char* label, tutela_error* error) {
    return tutela_list_builder_add_with_phash(builder, hash, nullptr, id, category, label, error);
}

tutela_status tutela_list_builder_add_with_phash(tutela_list_builder* builder, const tutela_hash256* hash,
                                                 const tutela_hash64* phash, const char* id, const char* category,
                                                 const char* label, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require(hash, "hash"));
        tutela::Entry entry{.hash = tutela::capi::to_cpp(*hash),
                            .id = text_or_empty(id),
                            .category = text_or_empty(category),
                            .label = text_or_empty(label)};
        if (phash != nullptr) entry.phash = std::bit_cast<tutela::Hash64>(*phash);
        return builder->builder.add(entry);
    });
}

tutela_status tutela_list_builder_read_text(tutela_list_builder* builder, const char* path, tutela_text_import* import,
                                            tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(check_import(import));
        TUTELA_ASSIGN(const TextImport done, tutela::read_text_list(path, builder->builder));
        write_import(done, import);
        return {};
    });
}

tutela_status tutela_list_builder_parse_text(tutela_list_builder* builder, const char* text, std::size_t size,
                                             tutela_text_import* import, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require_array(text, size, "text"));
        TUTELA_TRY(check_import(import));
        TUTELA_ASSIGN(const TextImport done, tutela::parse_text_list({text, size}, builder->builder));
        write_import(done, import);
        return {};
    });
}

tutela_status tutela_list_builder_add_video(tutela_list_builder* builder, const tutela_frame_hash* frames,
                                            std::size_t count, const char* id, const char* category, const char* label,
                                            tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require_array(frames, count, "frames"));
        std::vector<tutela::FrameHash> converted;
        converted.reserve(count);
        for (const tutela_frame_hash& frame : std::span(frames, count))
            converted.push_back({tutela::capi::to_cpp(frame.hash), frame.quality, frame.pts_us});
        return builder->builder.add_video(converted, text_or_empty(id), text_or_empty(category), text_or_empty(label));
    });
}

tutela_status tutela_list_builder_read_vpdq(tutela_list_builder* builder, const char* path, const char* id,
                                            const char* category, const char* label, std::uint64_t* skipped,
                                            tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require(path, "path"));
        TUTELA_ASSIGN(const tutela::VpdqImport import, tutela::read_vpdq(path));
        TUTELA_TRY(builder->builder.add_video(import.frames, text_or_empty(id), text_or_empty(category),
                                              text_or_empty(label)));
        if (skipped != nullptr) *skipped = import.skipped;
        return {};
    });
}

std::size_t tutela_list_builder_size(const tutela_list_builder* builder) {
    return builder == nullptr ? 0 : builder->builder.size();
}

tutela_status tutela_list_builder_build(const tutela_list_builder* builder, tutela_list** list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require(list, "list"));
        return hand_over(builder->builder.build(), list);
    });
}

tutela_status tutela_list_open(const char* path, tutela_list** list, tutela_text_import* import, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(check_import(import));
        TextImport done;
        TUTELA_TRY(hand_over(tutela::open_list(path, &done), list));
        write_import(done, import);
        return {};
    });
}

tutela_status tutela_list_load(const char* path, tutela_list** list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(list, "list"));
        return hand_over(HashList::load(path), list);
    });
}

tutela_status tutela_list_load_with(const char* path, std::uint32_t check, tutela_list** list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(list, "list"));
        return hand_over(HashList::load(path, static_cast<tutela::LoadCheck>(check)), list);
    });
}

tutela_status tutela_list_load_with_key(const char* path, const void* key, std::size_t key_size, std::uint32_t check,
                                        tutela_list** list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require_array(key, key_size, "key"));
        TUTELA_TRY(require(list, "list"));
        tutela::ListOpenOptions options{.check = static_cast<tutela::LoadCheck>(check)};
        TUTELA_ASSIGN(options.key, tutela::ListKey::from_bytes({static_cast<const std::uint8_t*>(key), key_size}));
        return hand_over(tutela::load_list(path, options), list);
    });
}

tutela_status tutela_list_save_with_key(const tutela_list* list, const char* path, const void* key,
                                        std::size_t key_size, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require_array(key, key_size, "key"));
        TUTELA_ASSIGN(const tutela::ListKey held,
                      tutela::ListKey::from_bytes({static_cast<const std::uint8_t*>(key), key_size}));
        return tutela::save_encrypted(list->list, path, held);
    });
}

tutela_status tutela_list_verify(const tutela_list* list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        return list->list.verify();
    });
}

int tutela_list_has_index(const tutela_list* list) {
    return list != nullptr && list->list.has_index() ? 1 : 0;
}

tutela_status tutela_list_add_index(const tutela_list* list, std::uint32_t threads, tutela_list** indexed,
                                    tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(indexed, "indexed"));
        TUTELA_ASSIGN(const auto executor, tutela::capi::make_executor(threads));
        return hand_over(list->list.with_index(*executor), indexed);
    });
}

tutela_status tutela_list_from_bytes(const void* bytes, std::size_t size, tutela_list** list, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require_array(bytes, size, "bytes"));
        TUTELA_TRY(require(list, "list"));
        return hand_over(HashList::from_bytes({static_cast<const std::uint8_t*>(bytes), size}), list);
    });
}

void tutela_list_destroy(tutela_list* list) {
    delete list;
}

tutela_status tutela_list_save(const tutela_list* list, const char* path, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(path, "path"));
        return list->list.save(path);
    });
}

tutela_status tutela_list_bytes(const tutela_list* list, const std::uint8_t** bytes, std::size_t* size,
                                tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(bytes, "bytes"));
        TUTELA_TRY(require(size, "size"));
        *bytes = list->list.bytes().data();
        *size = list->list.bytes().size();
        return {};
    });
}

std::size_t tutela_list_size(const tutela_list* list) {
    return list == nullptr ? 0 : list->list.size();
}

tutela_status tutela_list_entry(const tutela_list* list, std::size_t position, tutela_entry* entry,
                                tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(entry, "entry"));
        TUTELA_TRY(check_position(list, position));
        const tutela::EntryView view = list->list.entry(position);
        *entry = {.hash = tutela::capi::to_c(view.hash),
                  .id = to_c(view.id),
                  .category = to_c(view.category),
                  .label = to_c(view.label)};
        return {};
    });
}

tutela_status tutela_list_entry_phash(const tutela_list* list, std::size_t position, bool* present,
                                      tutela_hash64* phash, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(present, "present"));
        TUTELA_TRY(require(phash, "phash"));
        TUTELA_TRY(check_position(list, position));
        const std::optional<tutela::Hash64> carried = list->list.entry(position).phash;
        *present = carried.has_value();
        if (carried) *phash = std::bit_cast<tutela_hash64>(*carried);
        return {};
    });
}

tutela_status tutela_list_entry_name(const tutela_list* list, std::size_t position, char* buffer, std::size_t capacity,
                                     std::size_t* length, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(check_position(list, position));
        return tutela::capi::copy_text(list->list.entry_name(position), buffer, capacity, length);
    });
}

std::size_t tutela_list_video_count(const tutela_list* list) {
    return list == nullptr ? 0 : list->list.video_count();
}

std::size_t tutela_list_known_count(const tutela_list* list) {
    return list == nullptr ? 0 : list->list.known_count();
}

tutela_status tutela_list_video(const tutela_list* list, std::size_t number, tutela_video* video, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(video, "video"));
        TUTELA_TRY(check_video(list, number));
        const tutela::VideoView view = list->list.video(number);
        *video = {.first_position = view.first_position,
                  .frame_count = view.hashes.size(),
                  .id = to_c(view.id),
                  .category = to_c(view.category),
                  .label = to_c(view.label)};
        return {};
    });
}

tutela_status tutela_list_video_frames(const tutela_list* list, std::size_t number, const std::int64_t** times_us,
                                       const std::uint8_t** qualities, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(check_video(list, number));
        const tutela::VideoView view = list->list.video(number);
        if (times_us != nullptr) *times_us = view.times_us.data();
        if (qualities != nullptr) *qualities = view.qualities.data();
        return {};
    });
}

tutela_status tutela_list_frame_place(const tutela_list* list, std::size_t position, bool* present,
                                      tutela_frame_place* place, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(present, "present"));
        TUTELA_TRY(require(place, "place"));
        TUTELA_TRY(check_position(list, position));
        const std::optional<tutela::FramePlace> found = list->list.frame_at(position);
        *present = found.has_value();
        if (found)
            *place = {.video = found->video, .frame = found->frame, .pts_us = found->pts_us, .quality = found->quality};
        return {};
    });
}

tutela_status tutela_list_digest(const tutela_list* list, char* hex, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(hex, "hex"));
        return tutela::capi::copy_text(list->list.digest_hex(), hex, TUTELA_DIGEST_HEX_SIZE, nullptr);
    });
}
