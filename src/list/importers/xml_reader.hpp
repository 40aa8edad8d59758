// XML as a stream of elements and texts.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "tutela/status.hpp"

namespace tutela {

// What a document holds, in its order. Names are without their namespace. An error ends the reading.
class XmlVisitor {
public:
    virtual ~XmlVisitor() = default;
    XmlVisitor(const XmlVisitor&) = delete;
    XmlVisitor& operator=(const XmlVisitor&) = delete;

    // `attributes`: names and values by turns, ended by null; they live until the call ends.
    [[nodiscard]] virtual Status begin(std::string_view name, const char* const* attributes) = 0;
    [[nodiscard]] virtual Status end(std::string_view name) = 0;
    // A part of a text.
    virtual void text(std::string_view part) = 0;

protected:
    XmlVisitor() = default;
};

// Reads a document in chunks, and holds at most a tag of 16 MiB. Errors: the visitor's; limit for deeper nesting and for
// longer tags; unsupported for a document with a DOCTYPE, so that there are no entities; corrupt with the byte where it
// is no XML or ends early. Not thread-safe.
class XmlReader {
public:
    // `visitor` outlives this object.
    XmlReader(XmlVisitor& visitor, std::size_t max_depth);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    [[nodiscard]] Status feed(std::string_view chunk);
    [[nodiscard]] Status finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
