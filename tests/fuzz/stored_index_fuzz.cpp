// Snapshots with an index, changed by somebody who knows the format and computes every checksum anew. Used by its
// layout alone, such a list is searched without a read outside and without a wrong answer; checked whole, it also
// misses nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "index/stored_forest.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"

namespace {

using tutela::BandFormChoice;
using tutela::Hash256;
using tutela::HashList;
using tutela::LoadCheck;
using tutela::Neighbor;
using tutela::SectionContent;

constexpr std::size_t kEntries = 40;
constexpr std::size_t kIndexSections = 3;

struct Section {
    SectionContent content;
    std::vector<std::uint8_t> bytes;
};

struct Edit {
    std::uint8_t what;
    std::uint8_t offset[3];
    std::uint8_t value[4];
};

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

HashList make_list() {
    std::mt19937_64 random(1);
    tutela::ListBuilder builder;
    Hash256 hash;
    for (std::size_t i = 0; i < kEntries; ++i) {
        for (std::uint8_t& byte : hash.bytes)
            byte = static_cast<std::uint8_t>(i % 3 == 0 ? random() : byte ^ (random() % 64 == 0 ? 1U : 0U));
        require(builder.add(hash, "id").ok());
    }
    return builder.build().value();
}

// The sections of the list with an index whose bands have this form.
std::vector<Section> make_sections(const HashList& list, BandFormChoice form) {
    tutela::InlineExecutor here;
    const tutela::BkForest<256> forest(list.hashes(), here, {}, form);
    const std::vector<std::uint32_t> directory = tutela::directory_words(forest);
    std::vector<Section> sections;
    for (const SectionContent& content : tutela::sections_of(list.bytes()))
        sections.push_back({content, {content.bytes.begin(), content.bytes.end()}});
    const auto append = [&](tutela::SectionType type, std::uint32_t record, const void* data, std::size_t size) {
        const auto* bytes = static_cast<const std::uint8_t*>(data);
        sections.push_back({{type, tutela::kSectionDerived, record, {}}, {bytes, bytes + size}});
    };
    append(tutela::SectionType::index_directory, 4, directory.data(), directory.size() * 4);
    append(tutela::SectionType::index_sketches, 2, forest.sketches().data(), forest.sketches().size_bytes());
    append(tutela::SectionType::index_positions, 4, forest.positions().data(), forest.positions().size_bytes());
    return sections;
}

// Mostly the head, the band records and the first arrays: what lies there steers the most.
void make_edit(const Edit& edit, std::vector<Section>& sections) {
    const bool any = edit.what >= 224;
    const std::size_t which = any ? edit.what % sections.size() : sections.size() - 1 - edit.what % kIndexSections;
    std::vector<std::uint8_t>& bytes = sections[which].bytes;
    std::size_t offset = edit.offset[0] | std::size_t{edit.offset[1]} << 8 | std::size_t{edit.offset[2]} << 16;
    if ((edit.what & 4U) != 0) offset %= 512;
    if ((edit.what & 24U) == 24U) {  // another length
        bytes.resize(std::min<std::size_t>(offset, bytes.size() + 4096) / 64 * 64);
        return;
    }
    if (bytes.size() < sizeof edit.value) return;
    offset %= bytes.size() - sizeof edit.value + 1;
    offset -= offset % 2;
    std::memcpy(bytes.data() + offset, edit.value, sizeof edit.value);
}

bool within(const HashList& list, const Hash256& query, std::uint32_t radius, const Neighbor& neighbor) {
    return neighbor.position < list.size() && neighbor.distance_bits <= radius &&
           tutela::distance(list.hashes()[neighbor.position], query) == neighbor.distance_bits;
}

void search_all(const HashList& list, bool complete) {
    const auto index = list.open_index({.engine = tutela::Engine::bk_forest});
    require(index.ok());
    const std::vector<Hash256> queries(list.hashes().begin(), list.hashes().end());
    for (std::size_t i = 0; i < queries.size(); i += 5) {
        for (const std::uint32_t radius : {15U, 31U, 64U}) {
            std::vector<Neighbor> found;
            require(index.value()->search(queries[i], radius, found).ok());
            for (const Neighbor& neighbor : found)
                require(within(list, queries[i], radius, neighbor));
            const auto expected = std::count_if(queries.begin(), queries.end(), [&](const Hash256& hash) {
                return tutela::distance(hash, queries[i]) <= radius;
            });
            if (complete) require(found.size() == static_cast<std::size_t>(expected));
        }
    }
}

void read_texts(const HashList& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const tutela::EntryView entry = list.entry(i);
        require(entry.id.size() + entry.category.size() + entry.label.size() <= 3 * tutela::kMaxTextBytes);
        require(!list.entry_name(i).empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const HashList list = make_list();
    static const std::vector<Section> branching = make_sections(list, BandFormChoice::branching);
    static const std::vector<Section> resolved = make_sections(list, BandFormChoice::resolved);
    if (size == 0) return 0;
    std::vector<Section> sections = data[0] % 16 == 0 ? resolved : branching;
    for (std::size_t at = 1; at + sizeof(Edit) <= size && at < 8 * sizeof(Edit); at += sizeof(Edit)) {
        Edit edit;
        std::memcpy(&edit, data + at, sizeof edit);
        make_edit(edit, sections);
    }
    std::vector<SectionContent> contents;
    for (const Section& section : sections) {
        contents.push_back(section.content);
        contents.back().bytes = section.bytes;
    }
    const auto snapshot = tutela::write_snapshot(kEntries, contents);
    require(snapshot.ok());
    if (const auto opened = HashList::from_bytes(snapshot.value().bytes(), LoadCheck::layout); opened.ok()) {
        search_all(opened.value(), false);
        read_texts(opened.value());
    }
    if (const auto checked = HashList::from_bytes(snapshot.value().bytes()); checked.ok()) {
        search_all(checked.value(), true);
        read_texts(checked.value());
    }
    return 0;
}
