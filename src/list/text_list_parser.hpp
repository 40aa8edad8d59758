// Text lists, read as a stream of chunks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/secret_array.hpp"
#include "tutela/list.hpp"

namespace tutela {

// Adds the entries of a text to a builder. The result does not depend on where the text is cut into chunks. Holds at
// most one line. Not thread-safe.
class TextListParser {
public:
    static constexpr std::size_t kMaxLineBytes = std::size_t{256} << 10;  // without its line feed
    // How far into a text a NUL says that it is none. The first chunk holds that much, if the text does.
    static constexpr std::size_t kSniffBytes = 4096;

    // `builder` outlives this object.
    explicit TextListParser(ListBuilder& builder) noexcept : builder_(builder) {}

    // limit when the builder is full; unsupported when the first chunk is no text, and then nothing was added.
    [[nodiscard]] Status feed(std::string_view chunk);
    // Ends the last line, if no line feed did. Call once, after the last chunk.
    [[nodiscard]] Status finish();

    [[nodiscard]] const TextImport& import() const noexcept { return import_; }

private:
    // Keeps a part of a line until the rest of it comes.
    void keep(std::string_view part);
    [[nodiscard]] Status end_kept_line();
    [[nodiscard]] Status line(std::string_view text);
    [[nodiscard]] Status entry(std::string_view text);
    void skip(std::string reason);

    ListBuilder& builder_;
    TextImport import_;
    SecretArray<char> kept_;
    bool started_ = false;
    bool inside_line_ = false;  // kept_ is the beginning of a line
    bool too_long_ = false;     // that line is over the limit, and no longer kept
};

}  // namespace tutela
