// JSON as a stream of what it consists of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "tutela/status.hpp"

namespace tutela {

enum class JsonType : std::uint8_t { text, number, boolean, null };

// What a document holds, in its order. An error ends the reading.
class JsonVisitor {
public:
    virtual ~JsonVisitor() = default;
    JsonVisitor(const JsonVisitor&) = delete;
    JsonVisitor& operator=(const JsonVisitor&) = delete;

    [[nodiscard]] virtual Status begin(bool object) = 0;  // else an array
    [[nodiscard]] virtual Status end(bool object) = 0;
    virtual void key(std::string_view name) = 0;
    // A number, true, false or null as it is written.
    [[nodiscard]] virtual Status scalar(JsonType type, std::string_view text) = 0;

protected:
    JsonVisitor() = default;
};

// Keys and texts are cut after this many bytes: more than any text of a list may have, or a carried value in base64.
inline constexpr std::size_t kMaxJsonTextBytes = std::size_t{128} << 10;

// Reads a document in chunks; a byte order mark is passed over. Errors: the visitor's; limit for deeper nesting; corrupt
// with the byte where it is no JSON, UTF-8 included, or ends early. Not thread-safe.
class JsonReader {
public:
    // `visitor` outlives this object.
    JsonReader(JsonVisitor& visitor, std::size_t max_depth);
    ~JsonReader();
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    [[nodiscard]] Status feed(std::string_view chunk);
    [[nodiscard]] Status finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
