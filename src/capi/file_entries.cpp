// Hashes of whole files in lists, for the C interface.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <vector>

#include "capi/handles.hpp"
#include "capi/translate.hpp"

namespace {

using tutela::FileHashes;
using tutela::Status;
using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::require_array;

static_assert(TUTELA_FILE_MD5 == static_cast<int>(tutela::FileHashKind::md5));
static_assert(TUTELA_FILE_SHA1 == static_cast<int>(tutela::FileHashKind::sha1));
static_assert(TUTELA_FILE_SHA256 == static_cast<int>(tutela::FileHashKind::sha256));

template <std::size_t Bytes>
std::optional<std::array<std::uint8_t, Bytes>> hash_of(bool present, const std::uint8_t (&bytes)[Bytes]) noexcept {
    return present ? std::optional(std::to_array(bytes)) : std::nullopt;
}

FileHashes hashes_of(const tutela_file_hashes& hashes) noexcept {
    return {.md5 = hash_of(hashes.has_md5, hashes.md5),
            .sha1 = hash_of(hashes.has_sha1, hashes.sha1),
            .sha256 = hash_of(hashes.has_sha256, hashes.sha256)};
}

std::string_view view_of(const char* text) noexcept {
    return text == nullptr ? std::string_view() : std::string_view(text);
}

tutela_text text_of(std::string_view text) noexcept {
    return {.data = text.empty() ? "" : text.data(), .size = text.size()};
}

tutela::KnownItem item_of(const tutela_known_item& item) noexcept {
    tutela::KnownItem known;
    if (item.pdq != nullptr) known.pdq = tutela::capi::to_cpp(*item.pdq);
    if (item.phash != nullptr) known.phash = std::bit_cast<tutela::Hash64>(*item.phash);
    if (item.file != nullptr) known.file = hashes_of(*item.file);
    known.id = view_of(item.id);
    known.category = view_of(item.category);
    known.label = view_of(item.label);
    known.origin = {view_of(item.source), view_of(item.scheme), view_of(item.region)};
    known.harmless = item.harmless;
    if (item.has_updated) known.updated_us = item.updated_us;
    return known;
}

Status check_number(const tutela_list* list, std::size_t number) {
    TUTELA_TRY(require(list, "list"));
    if (number < list->list.file_entry_count()) return {};
    return Status(StatusCode::invalid_argument, "the list has no file entry " + std::to_string(number));
}

}  // namespace

void tutela_known_item_init(tutela_known_item* item, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_known_item{}, item, struct_size);
}

tutela_status tutela_list_builder_add_item(tutela_list_builder* builder, const tutela_known_item* item,
                                           tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(builder, "builder"));
        TUTELA_TRY(require(item, "item"));
        tutela_known_item known{};
        TUTELA_TRY(tutela::capi::read_struct(item, known));
        return builder->builder.add(item_of(known));
    });
}

std::size_t tutela_list_file_hash_count(const tutela_list* list, std::uint32_t kind) {
    return list == nullptr ? 0 : list->list.file_hash_count(static_cast<tutela::FileHashKind>(kind));
}

std::size_t tutela_list_file_entry_count(const tutela_list* list) {
    return list == nullptr ? 0 : list->list.file_entry_count();
}

tutela_status tutela_list_file_entry(const tutela_list* list, std::size_t number, tutela_file_entry* entry,
                                     tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(entry, "entry"));
        TUTELA_TRY(tutela::capi::check_struct_size(entry->struct_size));
        TUTELA_TRY(check_number(list, number));
        const tutela::FileEntryView view = list->list.file_entry(number);
        auto made = tutela::capi::sized<tutela_file_entry>();
        made.harmless = view.harmless;
        made.unmatchable = view.unmatchable;
        made.has_position = view.position.has_value();
        made.has_updated = view.updated_us.has_value();
        made.position = view.position.value_or(0);
        made.updated_us = view.updated_us.value_or(0);
        made.id = text_of(view.id);
        made.category = text_of(view.category);
        made.label = text_of(view.label);
        made.source = text_of(view.origin.source);
        made.scheme = text_of(view.origin.scheme);
        made.region = text_of(view.origin.region);
        tutela::capi::write_struct(made, entry);
        return {};
    });
}

tutela_status tutela_list_file_entry_name(const tutela_list* list, std::size_t number, char* buffer,
                                          std::size_t capacity, std::size_t* length, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(check_number(list, number));
        return tutela::capi::copy_text(list->list.file_entry_name(number), buffer, capacity, length);
    });
}

tutela_status tutela_list_find_file(const tutela_list* list, const tutela_file_hashes* hashes,
                                    tutela_file_match* matches, std::size_t capacity, std::size_t* count,
                                    tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(hashes, "hashes"));
        TUTELA_TRY(require_array(matches, capacity, "matches"));
        TUTELA_TRY(require(count, "count"));
        const std::vector<tutela::FileMatch> found = list->list.find_file(hashes_of(*hashes));
        for (std::size_t i = 0; i < std::min(found.size(), capacity); ++i)
            matches[i] = {.entry = found[i].entry, .kind = static_cast<std::uint32_t>(found[i].kind)};
        *count = found.size();
        return {};
    });
}
