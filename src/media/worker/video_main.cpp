// tutela-video-worker: decodes videos for another process, confined. It is started by make_sandboxed_decoder() alone, when
// a video is met.
#include "media/ffmpeg_calls.hpp"
#include "media/video_source.hpp"
#include "media/worker/server.hpp"

namespace {

tutela::Result<std::unique_ptr<tutela::SteppedSource>> open(const tutela::VideoInput& input,
                                                            const tutela::DecodeLimits& limits,
                                                            const tutela::Sampling& sampling) {
    auto source = tutela::VideoSource::open(input, limits, sampling);
    if (!source.ok()) return source.status();
    return std::unique_ptr<tutela::SteppedSource>(std::move(source).value());
}

}  // namespace

int main() {
    (void)tutela::ffmpeg_calls();  // while files can be opened; what is missing is said when a video is
    return tutela::worker::run_worker({.video = &open});
}
