// The rows of an input as a record of the journal.
#pragma once

#include <span>

#include "scan/file_scanner.hpp"
#include "scan/packing.hpp"

namespace tutela {

// All that a row holds, but for hash and hash64 unless `keep_hashes`. The matches must have been named.
void pack_row(const FileRow& row, bool keep_hashes, Packer& out);
[[nodiscard]] FileRow unpack_row(Unpacker& in);

// The rows of one input. What comes back has no Finding. False for bytes that are no such record.
void pack_item(const ScannedItem& item, bool keep_hashes, Packer& out);
[[nodiscard]] bool unpack_item(std::span<const std::uint8_t> record, ScannedItem& item);

}  // namespace tutela
