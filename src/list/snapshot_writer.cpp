#include <algorithm>
#include <vector>

#include "core/bytes.hpp"
#include "list/snapshot_format.hpp"

namespace tutela {

namespace {

using ByteSpan = std::span<const std::uint8_t>;

ByteSpan magic_bytes() noexcept {
    return {reinterpret_cast<const std::uint8_t*>(kSnapshotMagic.data()), kSnapshotMagic.size()};
}

// Where the last of the sections ends, padding included, when the first begins at `offset`.
std::uint64_t end_of(std::span<const SealedSection> sections, std::uint64_t offset) noexcept {
    for (const SealedSection& section : sections)
        offset = align_section(offset + section.content.bytes.size());
    return offset;
}

void write_header(ByteWriter& out, std::uint64_t entries, std::size_t sections, std::uint64_t file_bytes) {
    out.put(magic_bytes());
    out.u32(kSnapshotVersion);
    out.u32(static_cast<std::uint32_t>(sections));
    out.u64(file_bytes);
    out.u64(entries);
    constexpr std::uint8_t kReserved[32] = {};
    out.put(kReserved);
}

void write_record(ByteWriter& out, const SealedSection& section, std::uint64_t offset) {
    out.u32(static_cast<std::uint32_t>(section.content.type));
    out.u32(section.content.flags);
    out.u64(offset);
    out.u64(section.content.bytes.size());
    out.u64(section.content.bytes.size() / section.content.record_bytes);
    out.u32(section.content.record_bytes);
    out.u32(0);
    out.put(section.checksum);
    out.u64(0);
}

// Everything before the first section.
std::vector<std::uint8_t> head_of(std::uint64_t entries, std::span<const SealedSection> sections) {
    std::uint64_t offset = first_section_offset(sections.size());
    std::vector<std::uint8_t> head(static_cast<std::size_t>(offset));
    ByteWriter out(head);
    write_header(out, entries, sections.size(), end_of(sections, offset) + kTrailerBytes);
    for (const SealedSection& section : sections) {
        write_record(out, section, offset);
        offset = align_section(offset + section.content.bytes.size());
    }
    out.put(xxh3_128(ByteSpan(head).first(head.size() - out.remaining())));
    return head;
}

}  // namespace

Sha256 snapshot_digest(std::uint64_t entries, std::span<const SealedSection> sections, ByteSpan snapshot) {
    const auto derived = std::find_if(sections.begin(), sections.end(), [](const SealedSection& section) {
        return (section.content.flags & kSectionDerived) != 0;
    });
    if (derived == sections.end()) return sha256(snapshot.first(snapshot.size() - kTrailerBytes));
    const auto kept = sections.first(static_cast<std::size_t>(derived - sections.begin()));
    const std::uint64_t begin = first_section_offset(sections.size());
    StreamDigest digest;
    digest.update(head_of(entries, kept));
    digest.update(
        snapshot.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end_of(kept, begin) - begin)));
    return digest.finish().sha256;
}

Result<Mapping> write_snapshot(std::uint64_t entries, std::span<const SectionContent> sections) {
    std::vector<SealedSection> sealed;
    sealed.reserve(sections.size());
    for (const SectionContent& section : sections)
        sealed.push_back({section, xxh3_128(section.bytes)});
    std::uint64_t offset = first_section_offset(sealed.size());
    const std::uint64_t size = end_of(sealed, offset) + kTrailerBytes;
    if (size > kMaxSnapshotBytes) return Status(StatusCode::limit, "the list would be larger than 1 TiB");

    Mapping memory = Mapping::of_zeroes(static_cast<std::size_t>(size));
    const std::span<std::uint8_t> bytes = memory.writable();
    const std::vector<std::uint8_t> head = head_of(entries, sealed);
    std::copy(head.begin(), head.end(), bytes.begin());
    for (const SectionContent& section : sections) {
        std::copy(section.bytes.begin(), section.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        offset = align_section(offset + section.bytes.size());
    }
    const Sha256 digest = snapshot_digest(entries, sealed, bytes);
    std::copy(digest.begin(), digest.end(), bytes.end() - kTrailerBytes);
    memory.seal();
    return memory;
}

}  // namespace tutela
