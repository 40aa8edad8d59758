#include "media/video_codecs.hpp"

namespace tutela {

namespace {

struct Codec {
    AVCodecID id;
    const char* decoder;
};

// What cameras, phones, sites and the last thirty years of encoders write. None of these decoders opens a file or
// starts a program; AV1's needs no hardware, as FFmpeg's own would.
constexpr Codec kCodecs[] = {
    {AV_CODEC_ID_H264, "h264"},
    {AV_CODEC_ID_HEVC, "hevc"},
    {AV_CODEC_ID_VP8, "vp8"},
    {AV_CODEC_ID_VP9, "vp9"},
    {AV_CODEC_ID_AV1, "libdav1d"},
    {AV_CODEC_ID_MPEG4, "mpeg4"},
    {AV_CODEC_ID_MPEG2VIDEO, "mpeg2video"},
    {AV_CODEC_ID_MPEG1VIDEO, "mpeg1video"},
    {AV_CODEC_ID_H263, "h263"},
    {AV_CODEC_ID_H263P, "h263p"},
    {AV_CODEC_ID_FLV1, "flv"},
    {AV_CODEC_ID_MSMPEG4V1, "msmpeg4v1"},
    {AV_CODEC_ID_MSMPEG4V2, "msmpeg4v2"},
    {AV_CODEC_ID_MSMPEG4V3, "msmpeg4"},
    {AV_CODEC_ID_WMV1, "wmv1"},
    {AV_CODEC_ID_WMV2, "wmv2"},
    {AV_CODEC_ID_WMV3, "wmv3"},
    {AV_CODEC_ID_VC1, "vc1"},
    {AV_CODEC_ID_THEORA, "theora"},
    {AV_CODEC_ID_VP6, "vp6"},
    {AV_CODEC_ID_VP6F, "vp6f"},
    {AV_CODEC_ID_VP6A, "vp6a"},
    {AV_CODEC_ID_MJPEG, "mjpeg"},
    {AV_CODEC_ID_PRORES, "prores"},
    {AV_CODEC_ID_DNXHD, "dnxhd"},
    {AV_CODEC_ID_DVVIDEO, "dvvideo"},
    {AV_CODEC_ID_SVQ1, "svq1"},
    {AV_CODEC_ID_SVQ3, "svq3"},
    {AV_CODEC_ID_CINEPAK, "cinepak"},
    {AV_CODEC_ID_INDEO5, "indeo5"},
    {AV_CODEC_ID_HUFFYUV, "huffyuv"},
    {AV_CODEC_ID_FFVHUFF, "ffvhuff"},
    {AV_CODEC_ID_FFV1, "ffv1"},
    {AV_CODEC_ID_QTRLE, "qtrle"},
    {AV_CODEC_ID_RAWVIDEO, "rawvideo"},
    {AV_CODEC_ID_PNG, "png"},
};

}  // namespace

const char* video_decoder_name(AVCodecID codec) noexcept {
    for (const Codec& known : kCodecs)
        if (known.id == codec) return known.decoder;
    return nullptr;
}

std::string video_decoder_names() {
    std::string names;
    for (const Codec& known : kCodecs)
        names += (names.empty() ? "" : ",") + std::string(known.decoder);
    return names;
}

const char* video_reader_name(MediaFormat format) noexcept {
    switch (format) {
        case MediaFormat::mp4: return "mov";
        case MediaFormat::matroska: return "matroska";
        case MediaFormat::avi: return "avi";
        case MediaFormat::mpegts: return "mpegts";
        case MediaFormat::mpegps: return "mpeg";
        case MediaFormat::flv: return "flv";
        case MediaFormat::asf: return "asf";
        case MediaFormat::ogg: return "ogg";
        default: return nullptr;
    }
}

}  // namespace tutela
