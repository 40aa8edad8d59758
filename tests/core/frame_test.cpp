#include <gtest/gtest.h>

#include <limits>

#include "tutela/frame.hpp"

namespace tutela {
namespace {

FrameView good_view() {
    static const std::uint8_t pixels[12] = {};
    FrameView view;
    view.data = pixels;
    view.width = 2;
    view.height = 2;
    view.stride_bytes = 6;
    view.format = PixelFormat::rgb24;
    return view;
}

template <typename Change>
StatusCode code_after(Change change) {
    FrameView view = good_view();
    change(view);
    return check(view).code();
}

TEST(FrameView, CheckRefusesWhatCannotBeRead) {
    EXPECT_EQ(code_after([](FrameView&) {}), StatusCode::ok);
    EXPECT_EQ(code_after([](FrameView& v) { v.data = nullptr; }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.width = 0; }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.height = 0; }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.stride_bytes = 5; }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.format = static_cast<PixelFormat>(9); }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.height = (1U << 30) + 1; }), StatusCode::invalid_argument);
    EXPECT_EQ(code_after([](FrameView& v) { v.stride_bytes = std::numeric_limits<std::size_t>::max(); }),
              StatusCode::invalid_argument);
}

TEST(Frame, ReshapesWithinItsMemory) {
    Frame frame;
    ASSERT_TRUE(frame.reshape(10, 20, PixelFormat::rgb24).ok());
    const std::uint8_t* memory = frame.data();
    EXPECT_EQ(frame.view().stride_bytes, 30U);
    EXPECT_TRUE(check(frame.view()).ok());
    ASSERT_TRUE(frame.reshape(7, 5, PixelFormat::gray8).ok());
    EXPECT_EQ(frame.data(), memory) << "a smaller picture needs no new memory";
    EXPECT_EQ(frame.view().stride_bytes, 7U);
    EXPECT_EQ(frame.view().pts_us, kNoPts);
}

TEST(Frame, RefusesSizesThatMakeNoSense) {
    Frame frame;
    EXPECT_EQ(frame.reshape(0, 1, PixelFormat::gray8).code(), StatusCode::invalid_argument);
    EXPECT_EQ(frame.reshape(1, 0, PixelFormat::gray8).code(), StatusCode::invalid_argument);
    EXPECT_EQ(frame.reshape(1, 1, static_cast<PixelFormat>(0)).code(), StatusCode::invalid_argument);
    EXPECT_EQ(frame.reshape(0xffffffff, 0xffffffff, PixelFormat::bgra32).code(), StatusCode::limit);
}

TEST(Frame, ClearsTheRowsThatWereNotDecoded) {
    Frame frame;
    ASSERT_TRUE(frame.reshape(4, 4, PixelFormat::gray8).ok());
    for (int i = 0; i < 16; ++i)
        frame.data()[i] = 9;
    frame.clear_rows_from(3);
    for (int i = 0; i < 16; ++i)
        EXPECT_EQ(frame.data()[i], i < 12 ? 9 : 0);
    frame.clear_rows_from(4);  // none: no harm
}

TEST(Frame, MovesItsPixels) {
    Frame frame;
    ASSERT_TRUE(frame.reshape(3, 1, PixelFormat::gray8).ok());
    const std::uint8_t* memory = frame.data();
    Frame moved = std::move(frame);
    EXPECT_EQ(moved.view().data, memory);
    EXPECT_EQ(frame.view().data, nullptr);  // NOLINT(bugprone-use-after-move): the state after a move is stated
    ASSERT_TRUE(frame.reshape(3, 1, PixelFormat::gray8).ok());
    EXPECT_NE(frame.data(), memory);
}

}  // namespace
}  // namespace tutela
