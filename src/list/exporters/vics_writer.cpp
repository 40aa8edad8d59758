// ExportFormat::vics.
#include <algorithm>
#include <utility>

#include "core/base64.hpp"
#include "core/digest.hpp"
#include "list/exporters/export_item.hpp"
#include "list/exporters/export_text.hpp"

namespace tutela {

namespace {

// Whether JSON writes the text as it is when it is a number.
bool is_integer(std::string_view text) noexcept {
    constexpr std::size_t kMostDigits = 15;  // that every reader of JSON keeps
    if (text == "0") return true;
    return !text.empty() && text.size() <= kMostDigits && text.front() != '0' &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool has_photodna(const ExportItem& item) noexcept {
    return !item.carried.empty() && item.carried[0].kind == "photodna" && item.carried[0].binary;
}

class VicsWriter final : public ItemWriter {
public:
    explicit VicsWriter(std::string region) : region_(std::move(region)) {}

    void begin(std::string& out) override {
        out += "{\"@odata.context\":\"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/" + region_ +
               "/$metadata#Media\",\"value\":[";
    }

    Written item(const ExportItem& item, std::string& out) override {
        const bool own = item.origin.scheme == "vics" && item.origin.region == region_;
        const bool non_pertinent = own && region_ == "US" && item.category == "0";
        if (item.harmless && !non_pertinent) return Written::nothing;
        if (!item.pdq && item.file == FileHashes{} && item.carried.empty()) return Written::nothing;
        const bool keeps_category = own && non_pertinent == item.harmless;
        out += first_ ? "\n" : ",\n";
        first_ = false;
        JsonMembers media(out);
        if (!item.id.empty()) number_or_text(media, "MediaID", item.id);
        if (keeps_category && !item.category.empty()) {
            number_or_text(media, "Category", item.category);
        } else {
            media.raw("Category", "null");
        }
        if (item.file.md5) media.text("MD5", bytes_to_hex(*item.file.md5));
        if (item.file.sha1) media.text("SHA1", bytes_to_hex(*item.file.sha1));
        if (item.file.sha256) media.text("SHA256", bytes_to_hex(*item.file.sha256));
        if (has_photodna(item)) media.text("PhotoDNA", base64_of(item.carried[0].value));
        media.text_if_any("Series", item.label);
        if (!keeps_category && !item.category.empty()) media.text("Tags", foreign_category(item));
        if (item.updated_us) media.text("DateUpdated", record_time_text(*item.updated_us));
        other_hashes(media, item, out);
        media.end();
        return item.phash || item.video != nullptr ? Written::reduced : Written::all;
    }

    void end(std::string& out) override { out += "\n]}\n"; }

private:
    static void number_or_text(JsonMembers& media, std::string_view name, std::string_view value) {
        if (is_integer(value)) {
            media.raw(name, value);
        } else {
            media.text(name, value);
        }
    }

    static std::string foreign_category(const ExportItem& item) {
        std::string text(item.origin.scheme);
        if (!item.origin.region.empty()) text.append("/").append(item.origin.region);
        return (text.empty() ? "category" : text) + ": " + std::string(item.category);
    }

    static void other_hashes(JsonMembers& media, const ExportItem& item, std::string& out) {
        const std::size_t first = has_photodna(item) ? 1 : 0;
        if (!item.pdq && item.carried.size() <= first) return;
        media.begin("AlternativeHashes");
        char separator = '[';
        const auto append = [&](std::string_view name, std::string_view value) {
            out += std::exchange(separator, ',');
            JsonMembers hash(out);
            hash.text("HashName", name);
            hash.text("HashValue", value);
            hash.end();
        };
        if (item.pdq) append("PDQ", to_hex(*item.pdq));
        for (std::size_t i = first; i < item.carried.size(); ++i) {
            const CarriedHashView hash = item.carried[i];
            append(hash.kind, hash.binary ? base64_of(hash.value) : std::string(hash.value));
        }
        out += ']';
    }

    std::string region_;
    bool first_ = true;
};

}  // namespace

std::unique_ptr<ItemWriter> make_vics_writer(std::string region) {
    return std::make_unique<VicsWriter>(std::move(region));
}

}  // namespace tutela
