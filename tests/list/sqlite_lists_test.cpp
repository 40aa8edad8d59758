#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/temp_folder.hpp"
#include "list/import_support.hpp"

namespace tutela {
namespace {

// The bytes of a data base that these statements make.
std::string base_of(const std::string& sql) {
    const TempFolder folder;
    const std::filesystem::path path = folder.path() / "list.db";
    sqlite3* base = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &base), SQLITE_OK);
    char* problem = nullptr;
    EXPECT_EQ(sqlite3_exec(base, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK) << problem;
    sqlite3_close(base);
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string blob(const std::string& hex) {
    return "x'" + hex + "'";
}

const std::string kIpedTables =
    "CREATE TABLE HASHES(HASH_ID INTEGER PRIMARY KEY, MD5 BLOB, SHA1 BLOB, SHA256 BLOB, SHA512 BLOB, EDONKEY BLOB);"
    "CREATE TABLE PROPERTIES(PROPERTY_ID INTEGER PRIMARY KEY, PROPERTY_NAME TEXT);"
    "CREATE TABLE HASHES_PROPERTIES(HASH_ID INTEGER, PROPERTY_ID INTEGER, VALUE TEXT);"
    "INSERT INTO PROPERTIES VALUES(1,'set'),(2,'status'),(3,'vicCategory'),(4,'photoDna');";

std::string iped() {
    return base_of(kIpedTables + "INSERT INTO HASHES VALUES(3," + blob(md5_of(3)) + ",NULL,NULL,NULL,NULL),(1," +
                   blob(md5_of(1)) + "," + blob(sha1_of(1)) + "," + blob(sha256_of(1)) +
                   ",NULL,NULL),(2,NULL,NULL,NULL," + blob(hex_of(2, 128)) + "," + blob(hex_of(2, 32)) + "),(4," +
                   blob(md5_of(4).substr(2)) +
                   ",NULL,NULL,NULL,NULL),(5,NULL,NULL,NULL,NULL,NULL);"
                   "INSERT INTO HASHES_PROPERTIES VALUES(3,2,'known|known'),(3,1,'NSRL'),(1,1,'A|B'),(1,2,'pedo'),"
                   "(1,3,'2'),(9,2,'known'),(5,4,'AAAA');");
}

TEST(SqliteLists, Iped) {
    const Imported import(iped());
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::iped_sqlite);
    EXPECT_EQ(import.report.records, 5U);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.skipped, 1U);
    EXPECT_EQ(import.report.first_problems.at(0).position, 4U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::sha512)], 1U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::photodna)], 1U);
    const FileEntryView file = import.by_md5(md5_of(1));
    EXPECT_EQ(file.id, "1");
    EXPECT_EQ(file.category, "2");
    EXPECT_EQ(file.label, "A|B; pedo");
    EXPECT_TRUE(import.by_md5(md5_of(3)).harmless);
    EXPECT_EQ(import.by_md5(md5_of(3)).label, "NSRL");
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::sha256), 1U);
    const auto carried = carried_by(import.list);
    EXPECT_EQ(carried.size(), 3U);
    EXPECT_EQ(carried.at("2 sha512"), hex_of(2, 128));
    EXPECT_EQ(carried.at("2 edonkey"), hex_of(2, 32));
    EXPECT_EQ(carried.at("5 photodna"), "AAAA");
}

TEST(SqliteLists, NsrlAndSleuthKit) {
    const Imported nsrl(
        base_of("CREATE TABLE FILE(sha256 TEXT, sha1 TEXT, md5 TEXT, file_name TEXT, package_id INTEGER);"
                "CREATE TABLE PKG(package_id INTEGER, name TEXT); INSERT INTO FILE VALUES('" +
                upper(sha256_of(1)) + "','" + upper(sha1_of(1)) + "','" + upper(md5_of(1)) + "','a',1),('','" +
                std::string(kEmptySha1) + "','','b',1),('x','','','c',1);"));
    ASSERT_TRUE(nsrl.status.ok()) << nsrl.status.to_string();
    EXPECT_EQ(nsrl.report.format, ListFormat::nsrl_sqlite);
    EXPECT_EQ(nsrl.report.added, 1U);
    EXPECT_EQ(nsrl.report.empty_files, 1U);
    EXPECT_EQ(nsrl.report.skipped, 1U);
    EXPECT_EQ(nsrl.by_md5(md5_of(1)).id, "");

    const Imported kit(base_of(
        "CREATE TABLE db_properties(name TEXT, value TEXT); CREATE TABLE hashes(id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "md5 BINARY(16) UNIQUE, sha1 BINARY(20), sha2_256 BINARY(32)); INSERT INTO hashes(md5) VALUES(" +
        blob(md5_of(1)) + "),(" + blob(md5_of(2)) + "),(NULL);"));
    ASSERT_TRUE(kit.status.ok()) << kit.status.to_string();
    EXPECT_EQ(kit.report.format, ListFormat::sleuthkit_sqlite);
    EXPECT_EQ(kit.report.added, 2U);
    EXPECT_EQ(kit.report.skipped, 1U);
    EXPECT_EQ(kit.by_md5(md5_of(2)).id, "2");
}

TEST(SqliteLists, FilesAreReadWithoutATraceWhateverTheirName) {
    const TempFolder folder;
    const std::filesystem::path path = folder.path() / "a%20?mode=rwc&b #é.db";
    std::ofstream(path, std::ios::binary) << iped();
    ListBuilder builder;
    ImportReport report;
    const Status status = import_list(path, builder, {}, report);
    ASSERT_TRUE(status.ok()) << status.to_string();
    EXPECT_EQ(report.added, 2U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(SqliteLists, ViewsAndMissingTablesAreRefused) {
    ImportOptions options;
    options.format = ListFormat::nsrl_sqlite;
    const Imported view(
        base_of("CREATE TABLE t(a); CREATE VIEW FILE AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) "
                "SELECT n AS md5, n AS sha1, n AS sha256 FROM r;"),
        options);
    EXPECT_EQ(view.status.code(), StatusCode::unsupported);
    EXPECT_EQ(Imported(base_of("CREATE TABLE FILE(a);"), options).status.code(), StatusCode::unsupported);
    EXPECT_EQ(Imported(base_of("CREATE VIRTUAL TABLE FILE USING fts5(md5, sha1, sha256);"), options).status.code(),
              StatusCode::unsupported);
    EXPECT_EQ(Imported("not a data base", options).status.code(), StatusCode::corrupt);
}

TEST(SqliteLists, DamageIsOneErrorOrSoManyRecords) {
    const std::string whole = iped();
    ImportOptions options;
    options.format = ListFormat::iped_sqlite;
    for (std::size_t size = 1; size < whole.size(); size += 509)
        EXPECT_FALSE(Imported(std::string_view(whole).substr(0, size), options).status.ok()) << size;
    std::mt19937_64 random(7);
    for (int i = 0; i < 2000; ++i) {
        std::string bytes = whole;
        for (int k = 0; k < 4; ++k)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const Imported import(bytes, options);
        EXPECT_LE(import.list.unmatchable_count(), import.report.never_matchable);
        EXPECT_LE(import.list.file_entry_count(), import.report.added + import.list.unmatchable_count());
    }
}

}  // namespace
}  // namespace tutela
