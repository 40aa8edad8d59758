#include "scan/walk.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "scan/folder.hpp"

namespace tutela {
namespace {

using test::TestFolder;

struct Found {
    std::string path;
    ItemKind kind;

    bool operator==(const Found&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Found& found) {
    return out << found.path << " (" << static_cast<int>(found.kind) << ")";
}

// Paths below the folder, "" for itself.
std::vector<Found> walk_all(const std::vector<std::string>& paths, const TestFolder& base, bool follow = false) {
    FileTree tree;
    EXPECT_TRUE(walk(paths, {follow, nullptr}, tree));
    std::vector<Found> found;
    for (const TreeItem& item : tree.items()) {
        std::string path = tree.path(item);
        if (path.starts_with(base.path())) path.erase(0, base.path().size());
        found.push_back({path, item.kind});
    }
    return found;
}

TEST(Walk, GivesNamesInTheOrderOfTheirBytesAndFoldersWhereTheyStand) {
    const TestFolder folder;
    folder.folder("b");
    folder.folder("b/empty");
    folder.write("b/z", "");
    folder.write("b/\xff", "");
    folder.write("b/a", "");
    folder.write("a", "");
    folder.write("B", "");
    folder.write("b.txt", "");
    folder.write("\xc3\xa9", "");
    const ItemKind file = ItemKind::file;
    EXPECT_EQ(walk_all({folder.path()}, folder), (std::vector<Found>{{"/B", file},
                                                                     {"/a", file},
                                                                     {"/b/a", file},
                                                                     {"/b/z", file},
                                                                     {"/b/\xff", file},
                                                                     {"/b.txt", file},
                                                                     {"/\xc3\xa9", file}}));
}

TEST(Walk, KeepsTheOrderOfTheNamedPathsAndTheirSpelling) {
    const TestFolder folder;
    folder.folder("f");
    folder.write("f/x", "");
    folder.write("y", "");
    EXPECT_EQ(walk_all({folder / "y", folder / "f/", folder / "f", folder / "y", folder / "./f//"}, folder),
              (std::vector<Found>{{"/y", ItemKind::file},
                                  {"/f/x", ItemKind::file},
                                  {"/f/x", ItemKind::file},
                                  {"/y", ItemKind::file},
                                  {"/./f//x", ItemKind::file}}));
}

TEST(Walk, KnowsWhatIsNoFile) {
    const TestFolder folder;
    folder.fifo("1fifo");
    folder.socket("2socket");
    folder.link("3link", "4file");
    folder.write("4file", "x");
    folder.link("5dangling", "nowhere");
    folder.link("6folder", ".");
    EXPECT_EQ(walk_all({folder.path()}, folder), (std::vector<Found>{{"/1fifo", ItemKind::fifo},
                                                                     {"/2socket", ItemKind::socket},
                                                                     {"/3link", ItemKind::symlink},
                                                                     {"/4file", ItemKind::file},
                                                                     {"/5dangling", ItemKind::symlink},
                                                                     {"/6folder", ItemKind::symlink}}));
    EXPECT_EQ(walk_all({"/dev/zero", folder / "none", folder / "4file/below", folder / "5dangling", "",
                        std::string("a\0b", 3), std::string(300, 'n')},
                       folder),
              (std::vector<Found>{{"/dev/zero", ItemKind::character_device},
                                  {"/none", ItemKind::unreadable},
                                  {"/4file/below", ItemKind::unreadable},
                                  {"/5dangling", ItemKind::dangling_symlink},
                                  {"", ItemKind::unreadable},
                                  {std::string("a\0b", 3), ItemKind::bad_name},
                                  {std::string(300, 'n'), ItemKind::unreadable}}));
}

TEST(Walk, FollowsNamedLinksAlways) {
    const TestFolder folder;
    folder.folder("real");
    folder.write("real/x", "");
    folder.link("named", "real");
    folder.link("file", "real/x");
    EXPECT_EQ(walk_all({folder / "named", folder / "file"}, folder),
              (std::vector<Found>{{"/named/x", ItemKind::file}, {"/file", ItemKind::file}}));
}

TEST(Walk, EntersEveryFolderOnceWhenLinksAreFollowed) {
    const TestFolder folder;
    folder.folder("a");
    folder.link("a/up", "..");
    folder.link("a/self", ".");
    folder.link("a/circle", "circle");
    folder.link("a/dangling", "nowhere");
    folder.write("a/file", "");
    folder.link("b", "a");
    folder.folder("c");
    folder.link("c/file", "../a/file");
    EXPECT_EQ(walk_all({folder.path()}, folder, true), (std::vector<Found>{{"/a/circle", ItemKind::unreadable},
                                                                           {"/a/dangling", ItemKind::dangling_symlink},
                                                                           {"/a/file", ItemKind::file},
                                                                           {"/a/self", ItemKind::entered_folder},
                                                                           {"/a/up", ItemKind::entered_folder},
                                                                           {"/b", ItemKind::entered_folder},
                                                                           {"/c/file", ItemKind::file}}));
}

TEST(Walk, TakesAWideFolder) {
    const TestFolder folder;
    std::vector<Found> expected;
    for (int i = 0; i < 5000; ++i) {
        const std::string name = "f" + std::to_string(10000 + i);
        folder.write(name, "");
        expected.push_back({"/" + name, ItemKind::file});
    }
    EXPECT_EQ(walk_all({folder.path()}, folder), expected);
}

TEST(Walk, TakesADeepTreeWithFewDescriptors) {
    TestFolder folder;
    constexpr int kLevels = 2500;  // past PATH_MAX, past the usual limit of 1024 descriptors
    folder.nest(kLevels, kLevels);
    const std::vector<Found> found = walk_all({folder.path()}, folder);
    ASSERT_EQ(found.size(), 2U);
    std::string path;
    for (int i = 0; i < kLevels; ++i)
        path += "/d";
    EXPECT_EQ(found.front(), (Found{path + "/f", ItemKind::file}));
    EXPECT_EQ(found.back(), (Found{"/f", ItemKind::file}));
}

TEST(Walk, StopsWhenTold) {
    const TestFolder folder;
    folder.write("x", "");
    const std::atomic<bool> stop{true};
    FileTree tree;
    const std::vector<std::string> paths{folder.path()};
    EXPECT_FALSE(walk(paths, {false, &stop}, tree));
}

}  // namespace
}  // namespace tutela
