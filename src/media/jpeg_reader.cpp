#include "media/jpeg_reader.hpp"

#include <algorithm>
#include <limits>

#include <jerror.h>

namespace tutela {

namespace {

constexpr JOCTET kEndMarker[] = {0xff, JPEG_EOI};
constexpr std::uint32_t kMaxRowsAtOnce = 16;

// What coefficients of four full-size components take, with the blocks at the edges, and 64 MiB for all else. More
// than that libjpeg would want only for a picture that is not what its header says.
long memory_limit(const jpeg_decompress_struct& jpeg) noexcept {
    const std::uint64_t padded = (std::uint64_t{jpeg.image_width} + 32) * (std::uint64_t{jpeg.image_height} + 32);
    const std::uint64_t need = padded * 8 + (64ULL << 20);
    return static_cast<long>(std::min<std::uint64_t>(need, std::numeric_limits<long>::max()));
}

}  // namespace

JpegReader::JpegReader(ByteSpan bytes) noexcept : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = on_output;
    source_.init_source = start_source;
    source_.fill_input_buffer = fill_source;
    source_.skip_input_data = skip_source;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = start_source;
    source_.next_input_byte = bytes.data();
    source_.bytes_in_buffer = bytes.size();
    progress_.progress_monitor = on_progress;
}

JpegReader::~JpegReader() {
    jpeg_destroy_decompress(&jpeg_);
}

// A template, so that the step's own frame holds nothing but references.
template <typename Step>
bool JpegReader::run(const Step& step) noexcept {
    if (setjmp(jump_) != 0) return false;  // NOLINT(cert-err52-cpp): libjpeg's way of errors; see the header
    step();
    return true;
}

bool JpegReader::read_header() noexcept {
    return run([this] {
        jpeg_create_decompress(&jpeg_);  // clears all but err and client_data
        jpeg_.src = &source_;
        jpeg_.progress = &progress_;
        max_scans_ = std::numeric_limits<std::uint64_t>::max();
        jpeg_read_header(&jpeg_, TRUE);
        jpeg_.mem->max_memory_to_use = memory_limit(jpeg_);
    });
}

bool JpegReader::start(std::uint64_t max_scans, const Output& output) noexcept {
    max_scans_ = max_scans;
    return run([&] {
        if (output.gray) jpeg_.out_color_space = JCS_GRAYSCALE;
        jpeg_.scale_num = 1;
        jpeg_.scale_denom = output.denominator;
        // One sample of each block is its mean. Smoothing, meant for eyes that wait for finer scans, would guess at it.
        if (output.denominator == DCTSIZE) jpeg_.do_block_smoothing = FALSE;
        jpeg_start_decompress(&jpeg_);
    });
}

bool JpegReader::read_rows(std::uint8_t* first_row, std::size_t stride_bytes, std::uint32_t count) noexcept {
    return run([&] {
        std::uint32_t done = 0;
        while (done < count) {
            JSAMPROW rows[kMaxRowsAtOnce];
            const std::uint32_t wanted = std::min(kMaxRowsAtOnce, count - done);
            for (std::uint32_t i = 0; i < wanted; ++i)
                rows[i] = first_row + (done + i) * stride_bytes;
            done += jpeg_read_scanlines(&jpeg_, rows, wanted);
        }
    });
}

bool JpegReader::finish() noexcept {
    return run([this] { jpeg_finish_decompress(&jpeg_); });
}

std::size_t JpegReader::offset() const noexcept {
    return ended_ ? bytes_.size() : bytes_.size() - source_.bytes_in_buffer;
}

void JpegReader::fail(Failure failure) noexcept {
    failure_ = failure;
    std::longjmp(jump_, 1);  // NOLINT(cert-err52-cpp)
}

void JpegReader::on_error(j_common_ptr jpeg) {
    JpegReader& reader = self(jpeg);
    reader.error_code_ = jpeg->err->msg_code;
    jpeg->err->format_message(jpeg, reader.error_text_.data());
    reader.fail(reader.error_code_ == JERR_OUT_OF_MEMORY ? Failure::memory : Failure::data);
}

void JpegReader::on_message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;  // traces
    JpegReader& reader = self(jpeg);
    const int code = jpeg->err->msg_code;
    if (code == JWRN_JFIF_MAJOR) return;  // a version number we do not care about
    if (code == JWRN_HIT_MARKER) reader.note_gap();
    if (reader.warned_) return;
    reader.warned_ = true;
    jpeg->err->format_message(jpeg, reader.warning_text_.data());
}

void JpegReader::on_output(j_common_ptr /*jpeg*/) {}

void JpegReader::on_progress(j_common_ptr jpeg) {
    JpegReader& reader = self(jpeg);
    if (static_cast<std::uint64_t>(reader.jpeg_.input_scan_number) > reader.max_scans_) reader.fail(Failure::scans);
}

void JpegReader::start_source(j_decompress_ptr /*jpeg*/) {}

// The bytes are all there from the start, so this call means that they have ended. The end marker that is given
// instead lets libjpeg come to an orderly end, however often it asks.
boolean JpegReader::fill_source(j_decompress_ptr jpeg) {
    JpegReader& reader = *static_cast<JpegReader*>(jpeg->client_data);
    // The arithmetic decoder takes the end of its data for zeros and gives no warning.
    if (jpeg->arith_code && jpeg->input_iMCU_row < jpeg->total_iMCU_rows) reader.note_gap();
    reader.ended_ = true;
    jpeg->src->next_input_byte = kEndMarker;
    jpeg->src->bytes_in_buffer = sizeof kEndMarker;
    return TRUE;
}

void JpegReader::skip_source(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    jpeg_source_mgr& source = *jpeg->src;
    if (static_cast<std::size_t>(count) > source.bytes_in_buffer) {
        fill_source(jpeg);
        return;
    }
    source.next_input_byte += count;
    source.bytes_in_buffer -= static_cast<std::size_t>(count);
}

// The data of a scan ends at a marker. Restart markers are where it begins anew; at any other the rest is missing.
void JpegReader::note_gap() noexcept {
    const int marker = jpeg_.unread_marker;
    const bool restarts = marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7 && jpeg_.restart_interval != 0;
    if (restarts || gap_.scan != 0) return;
    gap_.scan = std::max(1, jpeg_.input_scan_number);
    gap_.band_row = jpeg_.input_iMCU_row;
}

}  // namespace tutela
