// vPDQ files, read as a stream of chunks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tutela/vpdq.hpp"

namespace tutela {

// A row that is longer is none.
inline constexpr std::size_t kMaxVpdqRowBytes = 1024;

// Collects what both forms have in common.
class VpdqRows {
public:
    // What a row was read as. limit when there are too many frames.
    [[nodiscard]] Status add(const Result<FrameHash>& row, std::uint64_t line);
    [[nodiscard]] VpdqImport& import() noexcept { return import_; }

private:
    VpdqImport import_;
};

// One form of file. The result does not depend on where it is cut into chunks. Not thread-safe.
class VpdqParser {
public:
    virtual ~VpdqParser() = default;
    VpdqParser(const VpdqParser&) = delete;
    VpdqParser& operator=(const VpdqParser&) = delete;

    // An error ends the reading.
    [[nodiscard]] virtual Status feed(std::string_view chunk) = 0;
    // Call once, after the last chunk.
    [[nodiscard]] virtual Status finish() = 0;

protected:
    VpdqParser() = default;
};

// `rows` outlives the parser.
[[nodiscard]] std::unique_ptr<VpdqParser> make_vpdq_text_parser(VpdqRows& rows);
[[nodiscard]] std::unique_ptr<VpdqParser> make_vpdq_json_parser(VpdqRows& rows);

}  // namespace tutela
