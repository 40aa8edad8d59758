#include "media/ffmpeg_calls.hpp"

#include <dlfcn.h>

#include <cstdarg>
#include <string>

namespace tutela {

namespace {

#define TUTELA_TEXT_OF(number) #number
#define TUTELA_SONAME(library, number) "lib" library ".so." TUTELA_TEXT_OF(number)

// One of the libraries. It stays loaded: code that was unloaded cannot be told from code that is in use.
class Library {
public:
    explicit Library(const char* name) : name_(name), handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) missing_ = name;
    }

    template <typename Call>
    void get(const char* symbol, Call& call) {
        if (handle_ == nullptr) return;
        call = reinterpret_cast<Call>(::dlsym(handle_, symbol));
        if (call == nullptr && missing_.empty()) missing_ = std::string(symbol) + " in " + name_;
    }

    [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

private:
    const char* name_;
    void* handle_;
    std::string missing_;
};

void say_nothing(void* /*context*/, int /*level*/, const char* /*format*/, std::va_list /*arguments*/) {}

struct Loaded {
    FfmpegCalls calls{};
    std::string missing;

    Loaded();
    void load_util(Library& util);
    void load_codec(Library& codec);
    void load_format(Library& format);
};

Loaded::Loaded() {
    Library util(TUTELA_SONAME("avutil", LIBAVUTIL_VERSION_MAJOR));
    Library codec(TUTELA_SONAME("avcodec", LIBAVCODEC_VERSION_MAJOR));
    Library format(TUTELA_SONAME("avformat", LIBAVFORMAT_VERSION_MAJOR));
    load_util(util);
    load_codec(codec);
    load_format(format);
    for (const Library* library : {&util, &codec, &format})
        if (missing.empty()) missing = library->missing();
    if (missing.empty()) calls.log_set_callback(&say_nothing);
}

void Loaded::load_util(Library& util) {
    util.get("av_log_set_callback", calls.log_set_callback);
    util.get("av_malloc", calls.malloc);
    util.get("av_free", calls.free);
    util.get("av_freep", calls.freep);
    util.get("av_strdup", calls.strdup);
    util.get("av_strerror", calls.strerror);
    util.get("av_dict_set", calls.dict_set);
    util.get("av_dict_free", calls.dict_free);
    util.get("av_frame_alloc", calls.frame_alloc);
    util.get("av_frame_free", calls.frame_free);
    util.get("av_pix_fmt_desc_get", calls.pix_fmt_desc_get);
    util.get("av_rescale_q", calls.rescale_q);
}

void Loaded::load_codec(Library& codec) {
    codec.get("avcodec_find_decoder_by_name", calls.find_decoder_by_name);
    codec.get("avcodec_get_name", calls.codec_name);
    codec.get("avcodec_alloc_context3", calls.alloc_context);
    codec.get("avcodec_free_context", calls.free_context);
    codec.get("avcodec_parameters_to_context", calls.parameters_to_context);
    codec.get("avcodec_open2", calls.open_codec);
    codec.get("avcodec_send_packet", calls.send_packet);
    codec.get("avcodec_receive_frame", calls.receive_frame);
    codec.get("av_packet_alloc", calls.packet_alloc);
    codec.get("av_packet_free", calls.packet_free);
    codec.get("av_packet_unref", calls.packet_unref);
}

void Loaded::load_format(Library& format) {
    format.get("av_find_input_format", calls.find_input_format);
    format.get("avformat_alloc_context", calls.alloc_format);
    format.get("avformat_open_input", calls.open_input);
    format.get("avformat_close_input", calls.close_input);
    format.get("avformat_find_stream_info", calls.find_stream_info);
    format.get("avformat_index_get_entries_count", calls.index_count);
    format.get("avformat_index_get_entry", calls.index_entry);
    format.get("av_read_frame", calls.read_frame);
    format.get("av_guess_frame_rate", calls.guess_frame_rate);
    format.get("av_stream_get_side_data", calls.stream_side_data);
    format.get("avio_alloc_context", calls.alloc_io);
    format.get("avio_context_free", calls.free_io);
    format.get("avio_size", calls.io_size);
}

}  // namespace

Result<const FfmpegCalls*> ffmpeg_calls() {
    static const Loaded loaded;
    if (loaded.missing.empty()) return &loaded.calls;
    return Status(StatusCode::unsupported, "a video, and FFmpeg is not installed here (" + loaded.missing + ")");
}

}  // namespace tutela
