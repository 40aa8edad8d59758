// Text lists: what is an entry, what is a comment, what is bad, and that chunks do not matter.
#include <gtest/gtest.h>

#include <cctype>

#include "core/temp_folder.hpp"
#include "list/list_test_support.hpp"
#include "list/text_list_parser.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

using namespace std::string_literals;

const std::string kHex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const Hash256 kHash = hash_from_hex<256>(kHex).value();
const std::string kOtherHex(64, 'f');
const Hash256 kOther = hash_from_hex<256>(kOtherHex).value();

struct Parsed {
    TextImport import;
    HashList list;
};

Parsed parse(std::string_view text) {
    ListBuilder builder;
    Result<TextImport> import = parse_text_list(text, builder);
    EXPECT_TRUE(import.ok()) << import.status().to_string();
    return {import.ok() ? import.value() : TextImport{}, builder.build().value()};
}

void expect_import(const TextImport& import, std::uint64_t lines, std::uint64_t added,
                   const std::vector<std::uint64_t>& skipped_lines) {
    EXPECT_EQ(import.lines, lines);
    EXPECT_EQ(import.added, added);
    EXPECT_EQ(import.skipped, skipped_lines.size());
    std::vector<std::uint64_t> numbers;
    for (const SkippedLine& line : import.first_skipped) {
        numbers.push_back(line.line);
        EXPECT_FALSE(line.reason.empty());
    }
    EXPECT_EQ(numbers, skipped_lines);
}

TEST(TextList, ReadsFieldsUpToALabelWithCommas) {
    const Parsed parsed = parse(kHex + "\n" + kOtherHex + ",id 2\n" + kHex + ",3,A1\n" + kHex +
                                ",4,B2,one, two,, three\n" + kHex + ",,,only a label\n" + kHex + ",,cat,\n");
    expect_import(parsed.import, 6, 6, {});
    expect_entries(parsed.list, {{kHash, "", "", ""},
                                 {kOther, "id 2", "", ""},
                                 {kHash, "3", "A1", ""},
                                 {kHash, "4", "B2", "one, two,, three"},
                                 {kHash, "", "", "only a label"},
                                 {kHash, "", "cat", ""}});
}

TEST(TextList, DropsBlanksByteOrderMarkAndCarriageReturns) {
    const Parsed parsed =
        parse("\xef\xbb\xbf \t" + kHex + " ,\t id ,  a b\t,  l, m \r\n" + kOtherHex + "\r\n\r\n" + kHex);
    expect_import(parsed.import, 4, 3, {});
    expect_entries(parsed.list, {{kHash, "id", "a b", "l, m"}, {kOther, "", "", ""}, {kHash, "", "", ""}});
}

TEST(TextList, AByteOrderMarkBeforeACommentOrAlone) {
    expect_import(parse("\xef\xbb\xbf# comment\n").import, 1, 0, {});
    expect_import(parse("\xef\xbb\xbf").import, 1, 0, {});
    expect_import(parse(kHex + "\n\xef\xbb\xbf" + kHex + "\n").import, 2, 1, {2});  // only at the start
}

// Such a file is one line to a reader of LF: its first entry would swallow all others, and show their hashes as text.
TEST(TextList, ACarriageReturnInsideALineIsBad) {
    for (const std::string& between : {",a\r"s, "\r"s, ",a,b,c\r"s}) {
        expect_import(parse(kHex + between + kOtherHex + ",b\r").import, 1, 0, {1});
        expect_import(parse(kHex + between + kOtherHex + "\n" + kHex).import, 2, 1, {1});
    }
    expect_import(parse("# comment\r" + kHex + "\n" + kHex).import, 2, 1, {1});
    expect_import(parse(kHex + "\r").import, 1, 1, {});
}

TEST(TextList, UpperCaseHexIsTheSameHash) {
    std::string upper = kHex;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    expect_entries(parse(upper).list, {{kHash, "", "", ""}});
}

TEST(TextList, CommentsAndBlankLinesAreNoEntriesAndNotBad) {
    const Parsed parsed = parse("# a comment\n\n   \t \n  # another " + kHex + "\n#\xff\xfe\n\r\n");
    expect_import(parsed.import, 6, 0, {});
    EXPECT_EQ(parsed.list.size(), 0U);
    expect_import(parse("").import, 0, 0, {});
    expect_import(parse("\n").import, 1, 0, {});
}

TEST(TextList, BadLinesAreSkippedAndTheRestIsRead) {
    const std::string text = "hash,id\n" + kHex + ",good\n" + kHex.substr(1) + "\n" + kHex + "0\n" + kHex.substr(1) +
                             "g\n0x" + kHex + "\n," + kHex + "\n" + kHex + ",\xff\n" + kHex + ",id,\xc3\n" + kHex +
                             ",id,c,\xed\xa0\x80\n" + kHex + "," + std::string(65536, 'x') + "\n" + kHex +
                             ",nul\0nul\n"s + kHex + "," + std::string(65535, 'x') + "\n" + kHex + ";id\n" + kOtherHex;
    const Parsed parsed = parse(text);
    expect_import(parsed.import, 15, 3, {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14});
    expect_entries(parsed.list,
                   {{kHash, "good", "", ""}, {kHash, std::string(65535, 'x'), "", ""}, {kOther, "", "", ""}});
}

TEST(TextList, CountsAllBadLinesAndKeepsTheFirstHundred) {
    std::string text;
    for (int i = 0; i < 250; ++i)
        text += "bad\n";
    const Parsed parsed = parse(text);
    EXPECT_EQ(parsed.import.skipped, 250U);
    ASSERT_EQ(parsed.import.first_skipped.size(), 100U);
    EXPECT_EQ(parsed.import.first_skipped.back().line, 100U);
}

TEST(TextList, ALineOf256KiBIsReadAndALongerOneSkipped) {
    constexpr std::size_t kMost = 256 * 1024;
    const std::string comment = "#" + std::string(kMost - 1, 'c');
    expect_import(parse(comment + "\n" + kHex).import, 2, 1, {});
    expect_import(parse(comment + "c\n" + kHex).import, 2, 1, {1});
    expect_import(parse(kHex + "\n" + comment).import, 2, 1, {});
    expect_import(parse(kHex + "\n" + comment + "c").import, 2, 1, {2});
    const std::string four =
        kHex + "," + std::string(65535, 'i') + "," + std::string(65535, 'c') + "," + std::string(65535, 'l');
    expect_import(parse(four + "\n").import, 1, 1, {});
}

TEST(TextList, NulsInTheFirst4KiBAreNoText) {
    const TempFolder folder;
    for (const std::size_t at : {0U, 100U, 4095U, 4096U, 70'000U}) {
        std::string text;
        while (text.size() < 80'000)
            text += kHex + "\n";
        text[at] = '\0';
        write_file(folder / "text", text);
        ListBuilder builder;
        const Status from_file = read_text_list(folder / "text", builder).status();
        const Status from_memory = parse_text_list(text, builder).status();
        EXPECT_EQ(from_file.code(), at < 4096 ? StatusCode::unsupported : StatusCode::ok) << at;
        EXPECT_EQ(from_memory.code(), from_file.code()) << at;
        EXPECT_EQ(builder.size() == 0, at < 4096) << at;
        EXPECT_EQ(open_list(folder / "text").status().code(), from_file.code()) << at;
    }
}

// A text of everything that matters to the parser, in random order.
std::string random_text(std::mt19937_64& random) {
    const std::vector<std::string> pieces = {kHex, kOtherHex, ",",      "\n",          "\r\n",     "\n\n",
                                             " ",  "\t",      "#",      "abc",         "\xc3\xa9", "\xff",
                                             "\r", "id",      ",a,b,c", "\xef\xbb\xbf"};
    std::string text;
    for (std::uint64_t count = random() % 60; count > 0; --count)
        text +=
            random() % 4 == 0 ? kHex + ",x" + std::to_string(random() % 9) + "\n" : pieces[random() % pieces.size()];
    return text;
}

TEST(TextList, ChunksDoNotMatter) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 2000; ++round) {
        std::string text = random_text(random);
        if (round % 100 == 0) text.insert(random() % (text.size() + 1), std::string(262'100 + random() % 100, 'z'));
        const Parsed whole = parse(text);

        ListBuilder builder;
        TextListParser parser(builder);
        for (std::string_view rest = text; !rest.empty();) {
            const std::string_view chunk = rest.substr(0, 1 + random() % (round % 100 == 0 ? 100'000 : 90));
            ASSERT_TRUE(parser.feed(chunk).ok());
            rest.remove_prefix(chunk.size());
        }
        ASSERT_TRUE(parser.finish().ok());
        EXPECT_EQ(parser.import().lines, whole.import.lines);
        EXPECT_EQ(parser.import().added, whole.import.added);
        EXPECT_EQ(parser.import().skipped, whole.import.skipped);
        ASSERT_EQ(parser.import().first_skipped.size(), whole.import.first_skipped.size());
        for (std::size_t i = 0; i < whole.import.first_skipped.size(); ++i) {
            EXPECT_EQ(parser.import().first_skipped[i].line, whole.import.first_skipped[i].line);
            EXPECT_EQ(parser.import().first_skipped[i].reason, whole.import.first_skipped[i].reason);
        }
        ASSERT_EQ(builder.build().value().digest_hex(), whole.list.digest_hex());
    }
}

TEST(TextList, AFileOfSeveralChunksIsReadAsFromMemory) {
    const TempFolder folder;
    std::mt19937_64 random(4);
    std::string text;
    while (text.size() < 3'500'000) {
        text += to_hex(random_hash(random)) + "," + std::to_string(random()) + ",A" + std::to_string(random() % 3) +
                std::string(random() % 500, 'p') + (random() % 50 == 0 ? "\xff\n" : "\n");
    }
    write_file(folder / "text", text);
    ListBuilder builder;
    const Result<TextImport> import = read_text_list(folder / "text", builder);
    ASSERT_TRUE(import.ok());
    const Parsed whole = parse(text);
    EXPECT_EQ(import.value().lines, whole.import.lines);
    EXPECT_EQ(import.value().skipped, whole.import.skipped);
    EXPECT_GT(import.value().skipped, 100U);
    EXPECT_EQ(builder.build().value().digest_hex(), whole.list.digest_hex());
}

TEST(TextList, ReadingGivesTheReason) {
    const TempFolder folder;
    ListBuilder builder;
    EXPECT_EQ(read_text_list(folder / "none", builder).status().code(), StatusCode::not_found);
    EXPECT_EQ(read_text_list(folder.path(), builder).status().code(), StatusCode::unsupported);
    EXPECT_EQ(open_list(folder / "none").status().code(), StatusCode::not_found);
    EXPECT_EQ(open_list(folder.path()).status().code(), StatusCode::unsupported);
}

TEST(OpenList, TellsTheKindByContent) {
    const TempFolder folder;
    const std::string text = "# list\n" + kHex + ",1\nbad\n";
    write_file(folder / "as.tutela", text);
    TextImport import;
    const Result<HashList> from_text = open_list(folder / "as.tutela", &import);
    ASSERT_TRUE(from_text.ok());
    expect_import(import, 3, 1, {3});
    expect_entries(from_text.value(), {{kHash, "1", "", ""}});

    ASSERT_TRUE(from_text.value().save(folder / "as.txt").ok());
    const Result<HashList> from_snapshot = open_list(folder / "as.txt", &import);
    ASSERT_TRUE(from_snapshot.ok());
    expect_import(import, 0, 0, {});
    EXPECT_EQ(from_snapshot.value().digest_hex(), from_text.value().digest_hex());
}

TEST(OpenList, AMistakenFileIsNoEmptyList) {
    const TempFolder folder;
    TextImport import;
    write_file(folder / "list", "# nothing yet\n\n");
    const Result<HashList> comments = open_list(folder / "list", &import);
    ASSERT_TRUE(comments.ok()) << comments.status().to_string();
    EXPECT_EQ(comments.value().size(), 0U);
    expect_import(import, 2, 0, {});

    write_file(folder / "list", "# a shopping list\nbread\nbutter\n");
    const Status shopping = open_list(folder / "list", &import).status();
    EXPECT_EQ(shopping.code(), StatusCode::corrupt);
    EXPECT_NE(shopping.message().find("2 of 3 lines"), std::string::npos) << shopping.message();
    expect_import(import, 3, 0, {2, 3});

    write_file(folder / "list", "");
    EXPECT_EQ(open_list(folder / "list", &import).status().code(), StatusCode::corrupt);
    write_file(folder / "list", "\x89TUT");  // a snapshot that was cut
    EXPECT_EQ(open_list(folder / "list").status().code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tutela
