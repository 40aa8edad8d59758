#include "list/importers/xml_reader.hpp"

#include <expat.h>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "core/try.hpp"

namespace tutela {

namespace {

constexpr char kNamespaceEnd = '|';
constexpr std::size_t kSliceBytes = std::size_t{1} << 20;
constexpr std::int64_t kMaxTagBytes = std::int64_t{16} << 20;

std::string_view local_name(const char* name) noexcept {
    const std::string_view whole = name;
    const std::size_t end = whole.rfind(kNamespaceEnd);
    return end == std::string_view::npos ? whole : whole.substr(end + 1);
}

}  // namespace

struct XmlReader::Impl {
    Impl(XmlVisitor& to, std::size_t most) : visitor(to), max_depth(most) {
        parser = XML_ParserCreateNS(nullptr, kNamespaceEnd);
        if (parser == nullptr) throw std::bad_alloc();
        XML_SetUserData(parser, this);
        XML_SetElementHandler(
            parser, [](void* self, const char* name, const char** attributes) { of(self).begin(name, attributes); },
            [](void* self, const char* name) {
                Impl& impl = of(self);
                --impl.depth;
                impl.call([&] { return impl.visitor.end(local_name(name)); });
            });
        XML_SetCharacterDataHandler(parser, [](void* self, const char* part, int size) {
            Impl& impl = of(self);
            impl.call([&] { return impl.visitor.text({part, static_cast<std::size_t>(size)}), Status(); });
        });
        XML_SetStartDoctypeDeclHandler(parser, [](void* self, const char*, const char*, const char*, int) {
            of(self).call([] { return Status(StatusCode::unsupported, "the XML has a DOCTYPE, which is refused"); });
        });
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { XML_ParserFree(parser); }

    static Impl& of(void* self) noexcept { return *static_cast<Impl*>(self); }

    // Nothing may be thrown through the parser, which is C.
    template <typename Call>
    void call(const Call& what) noexcept {
        if (stopped) return;
        try {
            status = what();
        } catch (const std::bad_alloc&) {
            no_memory = true;
        }
        if (status.ok() && !no_memory) return;
        stopped = true;
        XML_StopParser(parser, XML_FALSE);
    }

    void begin(const char* name, const char** attributes) {
        call([&] {
            if (++depth > max_depth) return Status(StatusCode::limit, "the XML is nested too deeply");
            return visitor.begin(local_name(name), attributes);
        });
    }

    Status parse(std::string_view slice, bool last) {
        const XML_Status done = XML_Parse(parser, slice.data(), static_cast<int>(slice.size()), last ? 1 : 0);
        if (no_memory) throw std::bad_alloc();
        TUTELA_TRY(status);
        if (done == XML_STATUS_ERROR) {
            if (XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
            return Status(StatusCode::corrupt, "the XML is damaged at byte " +
                                                   std::to_string(XML_GetCurrentByteIndex(parser)) + " (" +
                                                   XML_ErrorString(XML_GetErrorCode(parser)) + ")");
        }
        read += static_cast<std::int64_t>(slice.size());
        if (!last && read - std::max<std::int64_t>(XML_GetCurrentByteIndex(parser), 0) > kMaxTagBytes)
            return Status(StatusCode::limit, "a tag of the XML is longer than 16 MiB");
        return {};
    }

    XmlVisitor& visitor;
    std::size_t max_depth;
    XML_Parser parser = nullptr;
    std::size_t depth = 0;
    std::int64_t read = 0;
    Status status;
    bool no_memory = false;
    bool stopped = false;
};

XmlReader::XmlReader(XmlVisitor& visitor, std::size_t max_depth) : impl_(std::make_unique<Impl>(visitor, max_depth)) {}
XmlReader::~XmlReader() = default;

Status XmlReader::feed(std::string_view chunk) {
    while (!chunk.empty()) {
        const std::string_view slice = chunk.substr(0, kSliceBytes);
        TUTELA_TRY(impl_->parse(slice, false));
        chunk.remove_prefix(slice.size());
    }
    return {};
}

Status XmlReader::finish() {
    return impl_->parse({}, true);
}

}  // namespace tutela
