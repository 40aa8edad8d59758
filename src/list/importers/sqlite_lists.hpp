// Lists in data bases of SQLite.
#pragma once

#include <filesystem>
#include <span>

#include "list/importers/import_target.hpp"

namespace tutela {

// Reads one of the formats *_sqlite. The file is opened read-only and taken for one that nobody changes. Errors: corrupt
// for what SQLite cannot read, unsupported for a data base without the format's tables.
[[nodiscard]] Status import_sqlite(const std::filesystem::path& path, ListFormat format, ImportTarget& target);
// The same from memory.
[[nodiscard]] Status import_sqlite(std::span<const std::uint8_t> bytes, ListFormat format, ImportTarget& target);

}  // namespace tutela
