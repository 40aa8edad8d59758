// A second, slow and obvious writer of snapshots. It is written from FORMAT.md and shares no constant with the library,
// so that the two check each other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/digest.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace model {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& out, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void store(Bytes& out, std::size_t offset, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        out.at(offset + i) = static_cast<std::uint8_t>(value >> (8 * i));
}

inline std::uint64_t load(const Bytes& bytes, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8 | bytes.at(offset + i);
    return value;
}

inline void pad(Bytes& out) {
    while (out.size() % 64 != 0)
        out.push_back(0);
}

struct Section {
    std::uint32_t type;
    std::uint32_t flags;
    std::uint32_t record_bytes;
    Bytes bytes;
};

// The sections of these entries.
inline std::vector<Section> sections_of(const std::vector<Entry>& entries) {
    std::vector<Section> sections = {{0x10, 1, 32, {}}, {0x20, 1, 4, {}}, {0x21, 1, 4, {}},
                                     {0x22, 1, 4, {}},  {0x30, 1, 8, {}}, {0x31, 1, 1, {}}};
    std::uint32_t texts = 1;
    std::map<std::string, std::uint32_t> numbers = {{"", 0}};
    Bytes& offsets = sections[4].bytes;
    Bytes& text_bytes = sections[5].bytes;
    append(offsets, 0, 8);
    append(offsets, 0, 8);
    const auto number_of_new = [&](const std::string& text) {
        text_bytes.insert(text_bytes.end(), text.begin(), text.end());
        append(offsets, text_bytes.size(), 8);
        return texts++;
    };
    for (const Entry& entry : entries) {
        sections[0].bytes.insert(sections[0].bytes.end(), entry.hash.bytes.begin(), entry.hash.bytes.end());
        append(sections[1].bytes, entry.id.empty() ? 0 : number_of_new(entry.id), 4);
        for (const auto& [section, text] : {std::pair(2, &entry.category), std::pair(3, &entry.label)}) {
            const auto found = numbers.find(*text);
            const std::uint32_t number = found != numbers.end() ? found->second : number_of_new(*text);
            numbers.emplace(*text, number);
            append(sections[static_cast<std::size_t>(section)].bytes, number, 4);
        }
    }
    return sections;
}

// Computes all checksums anew, of whatever sections the table names that lie inside.
inline void seal(Bytes& bytes) {
    const std::size_t count = load(bytes, 12, 4);
    const std::size_t table_end = 64 + 64 * count;
    if (bytes.size() >= table_end + 16) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t record = 64 + 64 * i;
            const std::uint64_t offset = load(bytes, record + 8, 8);
            const std::uint64_t size = load(bytes, record + 16, 8);
            if (offset > bytes.size() || size > bytes.size() - offset) continue;
            const Xxh3_128 sum = xxh3_128(std::span(bytes).subspan(offset, size));
            std::copy(sum.begin(), sum.end(), bytes.begin() + static_cast<std::ptrdiff_t>(record + 40));
        }
        const Xxh3_128 sum = xxh3_128(std::span(bytes).first(table_end));
        std::copy(sum.begin(), sum.end(), bytes.begin() + static_cast<std::ptrdiff_t>(table_end));
    }
    const Sha256 digest = sha256(std::span(bytes).first(bytes.size() - 32));
    std::copy(digest.begin(), digest.end(), bytes.end() - 32);
}

inline Bytes assemble(std::uint64_t entries, const std::vector<Section>& sections) {
    Bytes out = {0x89, 'T', 'U', 'T', 'E', 'L', 'A', 0x0a};
    append(out, 1, 4);
    append(out, sections.size(), 4);
    append(out, 0, 8);  // the size, set below
    append(out, entries, 8);
    out.resize(64 + 64 * sections.size() + 16);
    pad(out);
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const Section& section = sections[i];
        const std::size_t record = 64 + 64 * i;
        store(out, record, section.type, 4);
        store(out, record + 4, section.flags, 4);
        store(out, record + 8, out.size(), 8);
        store(out, record + 16, section.bytes.size(), 8);
        store(out, record + 24, section.bytes.size() / section.record_bytes, 8);
        store(out, record + 32, section.record_bytes, 4);
        out.insert(out.end(), section.bytes.begin(), section.bytes.end());
        pad(out);
    }
    out.resize(out.size() + 32);
    store(out, 16, out.size(), 8);
    seal(out);
    // The digest of a snapshot with derived sections is that of the one without them.
    std::vector<Section> kept;
    for (const Section& section : sections) {
        if ((section.flags & 2) == 0) kept.push_back(section);
    }
    if (kept.size() < sections.size()) {
        const Bytes without = assemble(entries, kept);
        std::copy(without.end() - 32, without.end(), out.end() - 32);
    }
    return out;
}

inline Bytes snapshot_of(const std::vector<Entry>& entries) {
    return assemble(entries.size(), sections_of(entries));
}

}  // namespace model
}  // namespace tutela
