// Any answer of a worker: it is refused, or all that it points to lies in the output region. The input is the answer;
// what is missing of it stays as a well-behaved worker would have it, so that the checks are reached one by one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "media/worker/reply_check.hpp"
#include "tutela/frame.hpp"

namespace {

using namespace tutela;  // NOLINT(google-build-using-namespace): the whole subject

constexpr std::size_t kOutputBytes = worker::kBatchRoom + 4096;

worker::Reply honest_reply(worker::Call call) {
    worker::Reply reply;
    reply.call = call;
    reply.serial = 1;
    reply.more = 1;
    reply.last = 1;
    reply.picture = {1, 8, 8, 0, 1, 1, 0, 0, 8};
    reply.place.width = 8;
    reply.place.height = 8;
    reply.place.stride_bytes = 8;
    reply.place.format = 1;
    return reply;
}

// Under the sanitizer a byte outside ends the run.
void touch(const std::vector<std::uint8_t>& output, std::uint64_t offset, std::uint64_t size) {
    volatile std::uint8_t sum = 0;
    for (std::uint64_t i = 0; i < size; i += std::max<std::uint64_t>(size / 16, 1))
        sum = sum + output.data()[offset + i];
    if (size != 0) sum = sum + output.data()[offset + size - 1];
}

void use(const worker::Request& request, const worker::Reply& reply, const std::vector<std::uint8_t>& output) {
    if (reply.opened != 0 || request.call == worker::Call::open_archive) return;
    if (request.call == worker::Call::next_entry) {
        touch(output, reply.entry.path_offset, reply.entry.path_bytes);
        touch(output, reply.place.offset, reply.place.size);
        return;
    }
    if (reply.more == 0) return;
    const worker::Place& place = reply.place;
    const FrameView view{output.data() + place.offset,           place.width, place.height, place.stride_bytes,
                         static_cast<PixelFormat>(place.format), place.pts_us};
    if (!check(view).ok()) std::abort();
    for (const std::uint32_t y : {0U, view.height / 2, view.height - 1})
        touch(output, place.offset + y * view.stride_bytes, std::uint64_t{view.width} * bytes_per_pixel(view.format));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::uint8_t> output(kOutputBytes);
    worker::Request request;
    request.serial = 1;
    request.limits.max_pixels = 100'000'000;
    request.limits.max_entry_bytes = 2ULL << 30;
    for (const auto call : {worker::Call::open_picture, worker::Call::next_frame, worker::Call::open_archive,
                            worker::Call::next_entry, worker::Call::open_pictures}) {
        request.call = call;
        worker::Reply reply = honest_reply(call);
        // The call and the number of the request would be right by chance only.
        constexpr std::size_t kFirst = offsetof(worker::Reply, opened);
        if (size != 0) {
            std::memcpy(reinterpret_cast<char*>(&reply) + kFirst, data, std::min(size, sizeof(reply) - kFirst));
        }
        if (worker::check_reply(request, reply, output.size())) use(request, reply, output);
        // Of a picture that was decoded together with others: nothing but a whole one is believed.
        if (call != worker::Call::open_pictures || !worker::check_batch_reply(request, reply)) continue;
        if (reply.more != 0 && (reply.last != 1 || reply.picture.damaged != 0)) std::abort();
        if (reply.more != 0 && reply.place.offset + reply.place.width > worker::kBatchRoom) std::abort();
        use(request, reply, output);
    }
    return 0;
}
