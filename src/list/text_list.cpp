#include <array>
#include <string>
#include <utility>

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "core/try.hpp"
#include "list/list_access.hpp"
#include "list/list_store.hpp"
#include "list/text_list_parser.hpp"

namespace tutela {

namespace {

constexpr std::size_t kTextChunkBytes = std::size_t{1} << 20;
static_assert(kTextChunkBytes >= TextListParser::kSniffBytes);

Result<TextImport> read_text(const InputFile& file, ListBuilder& builder) {
    Mapping buffer = Mapping::of_zeroes(kTextChunkBytes);
    TextListParser parser(builder);
    std::uint64_t offset = 0;
    for (;;) {
        TUTELA_ASSIGN(const std::size_t got, file.read_at(offset, buffer.writable()));
        if (got == 0) break;
        TUTELA_TRY(parser.feed({reinterpret_cast<const char*>(buffer.bytes().data()), got}));
        offset += got;
    }
    TUTELA_TRY(parser.finish());
    return parser.import();
}

// A text without entries is a list only if nothing in it was meant to be one.
Status check_not_mistaken(const TextImport& import) {
    if (import.added > 0) return {};
    if (import.lines == 0) return Status(StatusCode::corrupt, "the file is empty; an empty list is a comment at least");
    if (import.skipped == 0) return {};
    const SkippedLine& first = import.first_skipped.front();
    return Status(StatusCode::corrupt, "the text holds no entry: " + std::to_string(import.skipped) + " of " +
                                           std::to_string(import.lines) + " lines are bad, the first is line " +
                                           std::to_string(first.line) + " (" + first.reason + ")");
}

}  // namespace

Result<TextImport> read_text_list(const std::filesystem::path& path, ListBuilder& builder) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    return read_text(file, builder);
}

Result<TextImport> parse_text_list(std::string_view text, ListBuilder& builder) {
    TextListParser parser(builder);
    TUTELA_TRY(parser.feed(text));
    TUTELA_TRY(parser.finish());
    return parser.import();
}

Result<HashList> open_list(const std::filesystem::path& path, TextImport* import, LoadCheck check) {
    return open_list(path, ListOpenOptions{.check = check}, import);
}

Result<HashList> open_list(const std::filesystem::path& path, const ListOpenOptions& options, TextImport* import) {
    if (import != nullptr) *import = {};
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    std::array<std::uint8_t, kSnapshotMagic.size()> first{};
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, first));
    const std::span<const std::uint8_t> begin = std::span(first).first(got);
    if (begins_snapshot(begin) || begins_encrypted_list(begin)) {
        TUTELA_ASSIGN(StoredList stored, open_stored(path, options));
        return std::move(stored.list);
    }

    ListBuilder builder;
    TUTELA_ASSIGN(TextImport done, read_text(file, builder));
    const Status mistaken = check_not_mistaken(done);
    if (import != nullptr) *import = std::move(done);
    TUTELA_TRY(mistaken);
    return builder.build();
}

}  // namespace tutela
