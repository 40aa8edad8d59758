#include "scan/folder_opener.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <random>

#include "scan/folder.hpp"

namespace tutela {
namespace {

using test::TestFolder;

struct Chain {
    FileTree tree;
    std::vector<std::uint32_t> folders;

    Chain(const std::string& root, int levels) {
        folders.push_back(tree.add_folder(tree.add_name(root), kNoFolder, true));
        for (int i = 0; i < levels; ++i)
            folders.push_back(tree.add_folder(tree.add_name("d"), folders.back(), false));
    }
};

ino_t inode(int fd) {
    struct stat facts {};
    EXPECT_EQ(::fstat(fd, &facts), 0);
    return facts.st_ino;
}

TEST(FolderOpener, ClimbsOutOfADeepTreeCheaply) {
    TestFolder folder;
    constexpr int kLevels = 2000;
    folder.nest(kLevels, kLevels);
    const Chain chain(folder.path(), kLevels);
    FolderOpener opener(chain.tree);
    std::vector<ino_t> inodes;
    for (const std::uint32_t id : chain.folders) {
        const FolderOpener::Opened opened = opener.open(id);
        ASSERT_EQ(opened.error, 0);
        inodes.push_back(inode(opened.fd));
        ASSERT_LE(opener.held(), 12U);
    }
    EXPECT_EQ(opener.opens(), kLevels + 1U) << "going down opens each folder once";
    for (std::size_t i = chain.folders.size(); i-- > 0;) {
        const FolderOpener::Opened opened = opener.open(chain.folders[i]);
        ASSERT_EQ(opened.error, 0);
        ASSERT_EQ(inode(opened.fd), inodes[i]);
    }
    EXPECT_LT(opener.opens(), 16U * kLevels) << "climbing out must not cost the square of the depth";
    std::mt19937 random(30);
    for (int i = 0; i < 50; ++i) {
        const std::size_t at = random() % chain.folders.size();
        const FolderOpener::Opened opened = opener.open(chain.folders[at]);
        ASSERT_EQ(opened.error, 0);
        ASSERT_EQ(inode(opened.fd), inodes[at]);
    }
}

TEST(FolderOpener, FollowsNoLinkBelowANamedPath) {
    const TestFolder folder;
    folder.folder("elsewhere");
    folder.link("d", "elsewhere");
    const Chain chain(folder.path(), 1);
    FolderOpener opener(chain.tree);
    EXPECT_EQ(opener.open(chain.folders[0]).error, 0);
    EXPECT_EQ(opener.open(chain.folders[1]).error, ENOTDIR);
    EXPECT_EQ(opener.open(chain.folders[0]).error, 0) << "a failure spoils nothing";
    EXPECT_EQ(opener.open(kNoFolder).fd, AT_FDCWD);
}

TEST(FolderOpener, SaysWhyNot) {
    const TestFolder folder;
    folder.write("d", "a file");
    const Chain chain(folder.path(), 1);
    const Chain gone(folder / "gone", 3);
    FolderOpener opener(chain.tree);
    EXPECT_EQ(opener.open(chain.folders[1]).error, ENOTDIR);
    FolderOpener other(gone.tree);
    EXPECT_EQ(other.open(gone.folders[3]).error, ENOENT);
}

}  // namespace
}  // namespace tutela
