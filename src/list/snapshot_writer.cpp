#include <algorithm>

#include "core/bytes.hpp"
#include "list/snapshot_format.hpp"

namespace tutela {

namespace {

std::span<const std::uint8_t> magic_bytes() noexcept {
    return {reinterpret_cast<const std::uint8_t*>(kSnapshotMagic.data()), kSnapshotMagic.size()};
}

std::uint64_t total_bytes(std::span<const SectionContent> sections) noexcept {
    std::uint64_t end = first_section_offset(sections.size());
    for (const SectionContent& section : sections)
        end = align_section(end + section.bytes.size());
    return end + kTrailerBytes;
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

void write_record(ByteWriter& out, const SectionContent& section, std::uint64_t offset) {
    out.u32(static_cast<std::uint32_t>(section.type));
    out.u32(section.flags);
    out.u64(offset);
    out.u64(section.bytes.size());
    out.u64(section.bytes.size() / section.record_bytes);
    out.u32(section.record_bytes);
    out.u32(0);
    out.put(xxh3_128(section.bytes));
    out.u64(0);
}

}  // namespace

Result<Mapping> write_snapshot(std::uint64_t entries, std::span<const SectionContent> sections) {
    const std::uint64_t size = total_bytes(sections);
    if (size > kMaxSnapshotBytes) return Status(StatusCode::limit, "the list would be larger than 1 TiB");

    Mapping memory = Mapping::of_zeroes(static_cast<std::size_t>(size));
    const std::span<std::uint8_t> bytes = memory.writable();
    ByteWriter out(bytes);
    write_header(out, entries, sections.size(), size);
    std::uint64_t offset = first_section_offset(sections.size());
    for (const SectionContent& section : sections) {
        std::copy(section.bytes.begin(), section.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        write_record(out, section, offset);
        offset = align_section(offset + section.bytes.size());
    }
    out.put(xxh3_128(bytes.first(bytes.size() - out.remaining())));

    const Sha256 digest = sha256(bytes.first(bytes.size() - kTrailerBytes));
    std::copy(digest.begin(), digest.end(), bytes.end() - kTrailerBytes);
    memory.seal();
    return memory;
}

}  // namespace tutela
