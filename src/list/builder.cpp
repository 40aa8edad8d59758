#include <optional>
#include <utility>
#include <vector>

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
    SecretArray<Hash64> phashes;               // empty until an entry has one
    SecretArray<std::uint8_t> phash_presence;  // likewise
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

    // Precondition: no text of the entry was added yet, so that nothing has changed when std::bad_alloc is thrown.
    void reserve_phash(bool present) {
        if (!present && phashes.size() == 0) return;
        phashes.reserve_more(hashes.size() + 1 - phashes.size());
        phash_presence.reserve_more(hashes.size() / 8 + 1 - phash_presence.size());
    }

    // Of the entry whose hash was added last. Those before the first one that has a pHash get their zeroes here.
    void push_phash(const std::optional<Hash64>& phash) {
        if (!phash && phashes.size() == 0) return;
        while (phashes.size() + 1 < hashes.size())
            phashes.push_back({});
        phashes.push_back(phash.value_or(Hash64{}));
        while (phash_presence.size() * 8 < hashes.size())
            phash_presence.push_back(0);
        if (phash)
            phash_presence.data()[(hashes.size() - 1) / 8] |=
                static_cast<std::uint8_t>(1U << ((hashes.size() - 1) % 8));
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
SectionContent section_of(SectionType type, std::span<const T> records,
                          std::uint32_t flags = kSectionRequired) noexcept {
    return {type, flags, sizeof(T), {reinterpret_cast<const std::uint8_t*>(records.data()), records.size_bytes()}};
}

}  // namespace

ListBuilder::ListBuilder() : impl_(std::make_unique<Impl>()) {}
ListBuilder::ListBuilder(ListBuilder&&) noexcept = default;
ListBuilder& ListBuilder::operator=(ListBuilder&&) noexcept = default;
ListBuilder::~ListBuilder() = default;

Status ListBuilder::add(const Entry& entry) {
    return add(entry.hash, entry.id, entry.category, entry.label, entry.phash);
}

Status ListBuilder::add(const Hash256& hash, std::string_view id, std::string_view category, std::string_view label,
                        const std::optional<Hash64>& phash) {
    TUTELA_TRY(check_text(id, "id"));
    TUTELA_TRY(check_text(category, "category"));
    TUTELA_TRY(check_text(label, "label"));
    Impl& list = *impl_;
    if (list.hashes.size() >= kMaxEntries || list.texts.count() + 3 > kMaxTexts) {
        return Status(StatusCode::limit, "a list holds at most 2^32 - 1 entries and as many texts");
    }
    list.reserve_one(id.size() + category.size() + label.size());
    list.reserve_phash(phash.has_value());
    list.hashes.push_back(hash);
    list.push_phash(phash);
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
    std::vector<SectionContent> sections = {section_of(SectionType::pdq_hashes, list.hashes.span())};
    if (list.phashes.size() != 0) {
        sections.push_back(section_of(SectionType::phashes, list.phashes.span(), 0));
        sections.push_back(section_of(SectionType::phash_presence, list.phash_presence.span(), 0));
    }
    sections.push_back(section_of(SectionType::ids, list.ids.span()));
    sections.push_back(section_of(SectionType::categories, list.categories.span()));
    sections.push_back(section_of(SectionType::labels, list.labels.span()));
    sections.push_back(section_of(SectionType::text_offsets, list.texts.offsets()));
    sections.push_back(section_of(SectionType::text_bytes, list.texts.bytes()));
    TUTELA_ASSIGN(Mapping memory, write_snapshot(list.hashes.size(), sections));
    return ListAccess::adopt(std::move(memory), Check::nothing);
}

}  // namespace tutela
