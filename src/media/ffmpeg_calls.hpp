// FFmpeg's libraries, loaded when the first video is met.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include "tutela/status.hpp"

namespace tutela {

// What is called of them. They bring some 200 libraries along, whose loading takes longer than hashing many pictures,
// so nothing of Tutela is linked with them: who meets no video does not pay, and need not have them installed. The
// structs are those of the headers, which the numbers in the libraries' names stand for.
struct FfmpegCalls {
    // libavutil
    decltype(&::av_log_set_callback) log_set_callback;
    decltype(&::av_malloc) malloc;
    decltype(&::av_free) free;
    decltype(&::av_freep) freep;
    decltype(&::av_strdup) strdup;
    decltype(&::av_strerror) strerror;
    decltype(&::av_dict_set) dict_set;
    decltype(&::av_dict_free) dict_free;
    decltype(&::av_frame_alloc) frame_alloc;
    decltype(&::av_frame_free) frame_free;
    decltype(&::av_pix_fmt_desc_get) pix_fmt_desc_get;
    decltype(&::av_rescale_q) rescale_q;
    // libavcodec
    decltype(&::avcodec_find_decoder_by_name) find_decoder_by_name;
    decltype(&::avcodec_get_name) codec_name;
    decltype(&::avcodec_alloc_context3) alloc_context;
    decltype(&::avcodec_free_context) free_context;
    decltype(&::avcodec_parameters_to_context) parameters_to_context;
    decltype(&::avcodec_open2) open_codec;
    decltype(&::avcodec_send_packet) send_packet;
    decltype(&::avcodec_receive_frame) receive_frame;
    decltype(&::av_packet_alloc) packet_alloc;
    decltype(&::av_packet_free) packet_free;
    decltype(&::av_packet_unref) packet_unref;
    // libavformat
    decltype(&::av_find_input_format) find_input_format;
    decltype(&::avformat_alloc_context) alloc_format;
    decltype(&::avformat_open_input) open_input;
    decltype(&::avformat_close_input) close_input;
    decltype(&::avformat_find_stream_info) find_stream_info;
    decltype(&::avformat_index_get_entries_count) index_count;
    decltype(&::avformat_index_get_entry) index_entry;
    decltype(&::av_read_frame) read_frame;
    decltype(&::av_guess_frame_rate) guess_frame_rate;
    decltype(&::av_stream_get_side_data) stream_side_data;
    decltype(&::avio_alloc_context) alloc_io;
    decltype(&::avio_context_free) free_io;
    decltype(&::avio_size) io_size;
};

// Loads them once in the life of the process, and silences their log, which is one for the whole process: a program
// that uses FFmpeg too sets its own callback after this. unsupported, with what is missing. Thread-safe.
[[nodiscard]] Result<const FfmpegCalls*> ffmpeg_calls();

}  // namespace tutela
