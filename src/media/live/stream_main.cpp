// tutela-stream: receives and decodes one stream for another process, confined. It is started by LiveSource alone.
#include "media/ffmpeg_calls.hpp"
#include "media/live/live_server.hpp"

int main() {
    (void)tutela::ffmpeg_calls();  // while files can be opened; what is missing is said when the stream is opened
    return tutela::live::run_stream_worker();
}
