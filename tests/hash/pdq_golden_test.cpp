// Every row of the golden file: hash, quality and the eight dihedral hashes, bit for bit.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "hash/synthetic_image.hpp"
#include "tutela/hasher.hpp"

namespace tutela {
namespace {

struct GoldenRow {
    std::string pattern;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t channels = 0;
    std::string hash;
    std::int32_t quality = 0;
    std::vector<std::string> dihedral;
};

std::vector<GoldenRow> read_golden() {
    std::ifstream file(TUTELA_TEST_DATA "/golden/pdq_synthetic.csv");
    std::vector<GoldenRow> rows;
    std::string line;
    std::getline(file, line);  // the header
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        std::string cell;
        std::vector<std::string> row;
        while (std::getline(cells, cell, ','))
            row.push_back(cell);
        if (row.size() != 15) {
            ADD_FAILURE() << "a golden row of " << row.size() << " cells";
            continue;
        }
        const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(std::stoul(row[i])); };
        rows.push_back({row[0],
                        number(1),
                        number(2),
                        number(3),
                        row[4],
                        static_cast<std::int32_t>(number(5)),
                        {row.begin() + 6, row.begin() + 14}});
    }
    return rows;
}

void expect_golden(PdqHasher& hasher, const GoldenRow& row) {
    SCOPED_TRACE(row.pattern + " " + std::to_string(row.width) + "x" + std::to_string(row.height));
    const testing::SyntheticImage image = testing::make_synthetic(row.pattern, row.width, row.height, row.channels);
    const auto plain = hasher.hash(image.view());
    const auto dihedral = hasher.hash_dihedral(image.view());
    if (row.width < kPdqMinSide || row.height < kPdqMinSide) {
        EXPECT_EQ(plain.status().code(), StatusCode::too_small);
        EXPECT_EQ(dihedral.status().code(), StatusCode::too_small);
        EXPECT_EQ(row.hash, std::string(64, '0'));
        return;
    }
    ASSERT_TRUE(plain.ok());
    ASSERT_TRUE(dihedral.ok());
    EXPECT_EQ(to_hex(plain.value().hash), row.hash);
    EXPECT_EQ(plain.value().quality, row.quality);
    for (std::size_t d = 0; d < 8; ++d)
        EXPECT_EQ(to_hex(dihedral.value().hashes[d]), row.dihedral[d]) << "dihedral " << d;
}

TEST(PdqGolden, EveryRow) {
    const std::vector<GoldenRow> rows = read_golden();
    ASSERT_EQ(rows.size(), 217U);
    PdqHasher hasher;
    for (const GoldenRow& row : rows)
        expect_golden(hasher, row);
}

}  // namespace
}  // namespace tutela
