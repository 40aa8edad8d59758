#include <array>
#include <utility>

#include "core/secret_array.hpp"
#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/list_access.hpp"
#include "list/snapshot_format.hpp"
#include "list/text_pool.hpp"
#include "tutela/list.hpp"

namespace tutela {

// The columns of the snapshot, as they will be written.
struct ListBuilder::Impl {
    SecretArray<Hash256> hashes;
    SecretArray<std::uint32_t> ids;
    SecretArray<std::uint32_t> categories;
    SecretArray<std::uint32_t> labels;
    TextPool texts;

    void reserve_one(std::size_t text_bytes) {
        hashes.reserve_more(1);
        ids.reserve_more(1);
        categories.reserve_more(1);
        labels.reserve_more(1);
        texts.reserve_more(3, text_bytes);
    }
};

namespace {

Status check_text(std::string_view text, const char* name) {
    const auto invalid = [name](const char* why) {
        return Status(StatusCode::invalid_argument, std::string("the ") + name + " " + why);
    };
    if (text.size() > kMaxTextBytes) return invalid("is longer than 65535 bytes");
    if (text.find('\0') != std::string_view::npos) return invalid("contains NUL");
    if (!is_utf8(text)) return invalid("is not UTF-8");
    return {};
}

template <typename T>
SectionContent section_of(SectionType type, std::span<const T> records) noexcept {
    return {type,
            kSectionRequired,
            sizeof(T),
            {reinterpret_cast<const std::uint8_t*>(records.data()), records.size_bytes()}};
}

}  // namespace

ListBuilder::ListBuilder() : impl_(std::make_unique<Impl>()) {}
ListBuilder::ListBuilder(ListBuilder&&) noexcept = default;
ListBuilder& ListBuilder::operator=(ListBuilder&&) noexcept = default;
ListBuilder::~ListBuilder() = default;

Status ListBuilder::add(const Entry& entry) {
    return add(entry.hash, entry.id, entry.category, entry.label);
}

Status ListBuilder::add(const Hash256& hash, std::string_view id, std::string_view category, std::string_view label) {
    TUTELA_TRY(check_text(id, "id"));
    TUTELA_TRY(check_text(category, "category"));
    TUTELA_TRY(check_text(label, "label"));
    Impl& list = *impl_;
    if (list.hashes.size() >= kMaxEntries || list.texts.count() + 3 > kMaxTexts) {
        return Status(StatusCode::limit, "a list holds at most 2^32 - 1 entries and as many texts");
    }
    list.reserve_one(id.size() + category.size() + label.size());
    list.hashes.push_back(hash);
    list.ids.push_back(list.texts.append(id));  // ids rarely repeat: looking them up would cost more than it saves
    list.categories.push_back(list.texts.intern(category));
    list.labels.push_back(list.texts.intern(label));
    return {};
}

std::size_t ListBuilder::size() const noexcept {
    return impl_->hashes.size();
}

Result<HashList> ListBuilder::build() const {
    const Impl& list = *impl_;
    const std::array sections = {
        section_of(SectionType::pdq_hashes, list.hashes.span()),
        section_of(SectionType::ids, list.ids.span()),
        section_of(SectionType::categories, list.categories.span()),
        section_of(SectionType::labels, list.labels.span()),
        section_of(SectionType::text_offsets, list.texts.offsets()),
        section_of(SectionType::text_bytes, list.texts.bytes()),
    };
    TUTELA_ASSIGN(Mapping memory, write_snapshot(list.hashes.size(), sections));
    return ListAccess::adopt(std::move(memory), Check::nothing);
}

}  // namespace tutela
