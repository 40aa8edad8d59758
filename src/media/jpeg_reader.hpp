// libjpeg over a span, with its errors and warnings as data. What they mean for a picture is jpeg_decoder.cpp's matter.
//
// libjpeg leaves a failing call by longjmp. So every call into it is made by run() on behalf of a function that keeps
// no object with a destructor, and all that must survive lives in this object. One thread; neither copied nor moved,
// as libjpeg keeps pointers to it.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <jpeglib.h>

#include "media/bytes.hpp"

namespace tutela {

class JpegReader {
public:
    // Where in the picture the data gave out.
    struct Gap {
        int scan = 0;                // 1 the first; 0: nowhere
        std::uint32_t band_row = 0;  // the band (row of interleaved blocks) that is incomplete
    };
    enum class Failure { none, data, memory, scans };
    // What the rows shall be. Gray can be had of YCbCr and gray only; then each side is ceil(side / denominator)
    // pixels.
    struct Output {
        bool gray = false;
        std::uint32_t denominator = 1;  // 1, 2, 4 or 8
    };

    explicit JpegReader(ByteSpan bytes) noexcept;
    ~JpegReader();
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;

    // The steps, in this order; each answers false when libjpeg gave up: see failure(). start() reads all scans of a
    // progressive picture, and fails with Failure::scans when it has more than `max_scans`.
    bool read_header() noexcept;
    bool start(std::uint64_t max_scans, const Output& output) noexcept;
    bool read_rows(std::uint8_t* first_row, std::size_t stride_bytes, std::uint32_t count) noexcept;
    bool finish() noexcept;

    [[nodiscard]] const jpeg_decompress_struct& facts() const noexcept { return jpeg_; }
    [[nodiscard]] Failure failure() const noexcept { return failure_; }
    [[nodiscard]] int error_code() const noexcept { return error_code_; }
    [[nodiscard]] const char* error_text() const noexcept { return error_text_.data(); }
    [[nodiscard]] const char* warning_text() const noexcept { return warning_text_.data(); }  // of the first
    [[nodiscard]] bool warned() const noexcept { return warned_; }
    // The decoder wanted more bytes than there are: the end marker is missing.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] const Gap& gap() const noexcept { return gap_; }
    // Bytes that libjpeg had taken when it was last at a segment's start.
    [[nodiscard]] std::size_t offset() const noexcept;

private:
    template <typename Step>
    bool run(const Step& step) noexcept;
    static JpegReader& self(j_common_ptr jpeg) noexcept { return *static_cast<JpegReader*>(jpeg->client_data); }
    static void on_error(j_common_ptr jpeg);
    static void on_message(j_common_ptr jpeg, int level);
    static void on_output(j_common_ptr jpeg);
    static void on_progress(j_common_ptr jpeg);
    static void start_source(j_decompress_ptr jpeg);
    static boolean fill_source(j_decompress_ptr jpeg);
    static void skip_source(j_decompress_ptr jpeg, long count);
    [[noreturn]] void fail(Failure failure) noexcept;
    void note_gap() noexcept;

    ByteSpan bytes_;
    jpeg_decompress_struct jpeg_{};
    jpeg_error_mgr errors_{};
    jpeg_source_mgr source_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf jump_{};
    std::uint64_t max_scans_ = 0;
    Failure failure_ = Failure::none;
    int error_code_ = 0;
    bool warned_ = false;
    bool ended_ = false;
    Gap gap_;
    std::array<char, JMSG_LENGTH_MAX> error_text_{};
    std::array<char, JMSG_LENGTH_MAX> warning_text_{};
};

}  // namespace tutela
