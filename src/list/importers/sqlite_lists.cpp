#include "list/importers/sqlite_lists.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/try.hpp"
#include "list/importers/words.hpp"

namespace tutela {

namespace {

constexpr int kMaxValueBytes = 1 << 20;
constexpr std::size_t kSqliteHeaderBytes = 100;

struct Closer {
    void operator()(sqlite3* base) const noexcept { sqlite3_close(base); }
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Base = std::unique_ptr<sqlite3, Closer>;

// Its words could repeat what the data base holds, so they are not passed on.
Status failed(int code) {
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    return Status(StatusCode::corrupt, "the data base is damaged (SQLite error " + std::to_string(code) + ")");
}

// Rows of one query. The views live until the next step.
class Rows {
public:
    static Result<Rows> of(sqlite3* base, const char* query) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v2(base, query, -1, &statement, nullptr);
        if (code == SQLITE_ERROR) return Status(StatusCode::unsupported, "the data base lacks the format's columns");
        if (code != SQLITE_OK) return failed(code);
        return Rows(statement);
    }

    // False at the end.
    Result<bool> next() {
        const int code = sqlite3_step(statement_.get());
        if (code == SQLITE_ROW) return true;
        return code == SQLITE_DONE ? Result<bool>(false) : Result<bool>(failed(code));
    }
    [[nodiscard]] std::int64_t number(int column) const noexcept {
        return sqlite3_column_int64(statement_.get(), column);
    }
    [[nodiscard]] bool is_blob(int column) const noexcept {
        return sqlite3_column_type(statement_.get(), column) == SQLITE_BLOB;
    }
    [[nodiscard]] std::string_view text(int column) const {
        const void* bytes = sqlite3_column_blob(statement_.get(), column);
        const int size = sqlite3_column_bytes(statement_.get(), column);
        return bytes == nullptr ? std::string_view()
                                : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    // A hash of so many bytes, or so many hex digits.
    void hash(int column, NamedHash name, ItemDraft& draft) const {
        const std::string_view value = text(column);
        if (!is_blob(column)) return draft.add_hash(name, value);
        draft.add_hash(name, bytes_to_hex({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()}));
    }

private:
    explicit Rows(sqlite3_stmt* statement) noexcept : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Closer> statement_;
};

// Nothing that the file says is executed, and nothing is written.
Status confine(sqlite3* base) {
    sqlite3_limit(base, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
    sqlite3_limit(base, SQLITE_LIMIT_SQL_LENGTH, 1 << 16);
    sqlite3_limit(base, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(base, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_limit(base, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_db_config(base, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(base, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(base, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(base, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    const int code = sqlite3_exec(base, "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;",
                                  nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status() : failed(code);
}

// Only tables of the file itself: a view could compute without end.
Status need_table(sqlite3* base, const char* name) {
    TUTELA_ASSIGN(Rows rows, Rows::of(base, "SELECT name, sql FROM sqlite_schema WHERE type='table'"));
    for (;;) {
        TUTELA_ASSIGN(const bool more, rows.next());
        if (!more) return Status(StatusCode::unsupported, std::string("the data base has no table ") + name);
        if (equals_ignoring_case(rows.text(0), name) &&
            equals_ignoring_case(rows.text(1).substr(0, 12), "CREATE TABLE"))
            return {};
    }
}

Status import_nsrl(sqlite3* base, ImportTarget& target) {
    TUTELA_TRY(need_table(base, "FILE"));
    TUTELA_ASSIGN(Rows rows, Rows::of(base, "SELECT md5, sha1, sha256 FROM FILE"));
    ItemDraft draft;
    for (std::uint64_t record = 1;; ++record) {
        TUTELA_ASSIGN(const bool more, rows.next());
        if (!more) return {};
        draft.clear();
        rows.hash(0, {HashName::md5}, draft);
        rows.hash(1, {HashName::sha1}, draft);
        rows.hash(2, {HashName::sha256}, draft);
        TUTELA_TRY(target.take(draft, record));
    }
}

Status import_sleuthkit(sqlite3* base, ImportTarget& target) {
    TUTELA_TRY(need_table(base, "hashes"));
    TUTELA_ASSIGN(Rows rows, Rows::of(base, "SELECT md5, sha1, sha2_256, id FROM hashes"));
    ItemDraft draft;
    for (std::uint64_t record = 1;; ++record) {
        TUTELA_ASSIGN(const bool more, rows.next());
        if (!more) return {};
        draft.clear();
        rows.hash(0, {HashName::md5}, draft);
        rows.hash(1, {HashName::sha1}, draft);
        rows.hash(2, {HashName::sha256}, draft);
        if (!target.options().harmless) draft.id = std::to_string(rows.number(3));
        TUTELA_TRY(target.take(draft, record));
    }
}

// The properties of IPED's hashes, in the order of the hashes.
class IpedProperties {
public:
    static Result<IpedProperties> of(sqlite3* base) {
        TUTELA_ASSIGN(Rows rows, Rows::of(base,
                                          "SELECT h.HASH_ID, p.PROPERTY_NAME, h.VALUE FROM HASHES_PROPERTIES h JOIN "
                                          "PROPERTIES p ON p.PROPERTY_ID = h.PROPERTY_ID ORDER BY h.HASH_ID"));
        IpedProperties properties(std::move(rows));
        TUTELA_ASSIGN(properties.more_, properties.rows_.next());
        return properties;
    }

    // Those of a hash; ids rise from call to call.
    Status read(std::int64_t id, ItemDraft& draft) {
        std::string status;
        std::string vic_category;
        while (more_ && rows_.number(0) <= id) {
            if (rows_.number(0) == id) {
                const std::string_view name = rows_.text(1);
                if (equals_ignoring_case(name, "set")) draft.add_label(utf8_of(rows_.text(2)));
                if (equals_ignoring_case(name, "status")) status = rows_.text(2);
                if (equals_ignoring_case(name, "vicCategory")) vic_category = rows_.text(2);
                if (equals_ignoring_case(name, "photoDna"))
                    rows_.hash(2, {HashName::carried, CarriedHash::photodna}, draft);
            }
            TUTELA_ASSIGN(more_, rows_.next());
        }
        name_iped_verdict(draft, status, vic_category);
        return {};
    }

private:
    explicit IpedProperties(Rows rows) noexcept : rows_(std::move(rows)) {}

    Rows rows_;
    bool more_ = false;
};

Status import_iped(sqlite3* base, ImportTarget& target) {
    for (const char* table : {"HASHES", "PROPERTIES", "HASHES_PROPERTIES"})
        TUTELA_TRY(need_table(base, table));
    TUTELA_ASSIGN(IpedProperties properties, IpedProperties::of(base));
    TUTELA_ASSIGN(Rows rows, Rows::of(base,
                                      "SELECT HASH_ID, MD5, SHA1, SHA256, SHA512, EDONKEY FROM "
                                      "HASHES ORDER BY HASH_ID"));
    ItemDraft draft;
    for (std::uint64_t record = 1;; ++record) {
        TUTELA_ASSIGN(const bool more, rows.next());
        if (!more) return {};
        draft.clear();
        draft.scheme = "iped";
        draft.id = std::to_string(rows.number(0));
        rows.hash(1, {HashName::md5}, draft);
        rows.hash(2, {HashName::sha1}, draft);
        rows.hash(3, {HashName::sha256}, draft);
        rows.hash(4, {HashName::carried, CarriedHash::sha512}, draft);
        rows.hash(5, {HashName::carried, CarriedHash::edonkey}, draft);
        TUTELA_TRY(properties.read(rows.number(0), draft));
        if (draft.harmless || target.options().harmless) draft.id.clear();
        TUTELA_TRY(target.take(draft, record));
    }
}

Status import_base(sqlite3* base, ListFormat format, ImportTarget& target) {
    TUTELA_TRY(confine(base));
    switch (format) {
        case ListFormat::iped_sqlite: return import_iped(base, target);
        case ListFormat::sleuthkit_sqlite: return import_sleuthkit(base, target);
        default: return import_nsrl(base, target);
    }
}

Result<Base> open_base(const std::string& uri) {
    sqlite3* base = nullptr;
    const int code = sqlite3_open_v2(
        uri.c_str(), &base, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
        nullptr);
    Base owner(base);
    if (code != SQLITE_OK) return failed(code);
    return owner;
}

// SQLite takes a page that is missing at the end for an empty one.
Status check_whole(std::span<const std::uint8_t> header, std::uint64_t size) {
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value = value << 8U | header[at + i];
        return value;
    };
    if (header.size() < kSqliteHeaderBytes) return Status(StatusCode::corrupt, "the data base ends in its header");
    const std::uint64_t page = number(16, 2) == 1 ? 65536 : number(16, 2);
    const bool counted = number(24, 4) == number(92, 4);  // old writers leave the number of pages stale
    if (page == 0 || size % page != 0 || (counted && size / page < number(28, 4)))
        return Status(StatusCode::corrupt, "the data base ends early");
    return {};
}

}  // namespace

Status import_sqlite(const std::filesystem::path& path, ListFormat format, ImportTarget& target) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    std::array<std::uint8_t, kSqliteHeaderBytes> header{};
    TUTELA_ASSIGN(const std::size_t got, file.read_at(0, header));
    TUTELA_TRY(check_whole(std::span(header).first(got), file.size()));
    // Every byte but letters and digits as %XX, so that no name is taken for a parameter.
    std::string uri = "file:";
    for (const char c : path.string()) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/';
        uri += plain ? std::string(1, c) : '%' + bytes_to_hex({&byte, 1});
    }
    if (uri.starts_with("file://")) uri.insert(5, "//");  // else the next name would be a host
    TUTELA_ASSIGN(const Base base, open_base(uri + "?mode=ro&immutable=1"));
    return import_base(base.get(), format, target);
}

Status import_sqlite(std::span<const std::uint8_t> bytes, ListFormat format, ImportTarget& target) {
    TUTELA_TRY(check_whole(bytes.first(std::min(bytes.size(), kSqliteHeaderBytes)), bytes.size()));
    TUTELA_ASSIGN(const Base base, open_base(":memory:"));
    // Read-only, so that SQLite does not write into the bytes.
    const int code = sqlite3_deserialize(base.get(), "main", const_cast<std::uint8_t*>(bytes.data()),
                                         static_cast<sqlite3_int64>(bytes.size()),
                                         static_cast<sqlite3_int64>(bytes.size()), SQLITE_DESERIALIZE_READONLY);
    if (code != SQLITE_OK) return failed(code);
    return import_base(base.get(), format, target);
}

}  // namespace tutela
