// A sandboxed decoder's worker, started anew when it is lost, and the memory shared with it: the host's side.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "media/worker/fork_mark.hpp"
#include "media/worker/protocol.hpp"
#include "media/worker/shared_memory.hpp"
#include "media/worker/worker_link.hpp"
#include "tutela/media.hpp"

namespace tutela::worker {

// The bytes of the output region that files with these limits need.
[[nodiscard]] std::uint64_t output_for(const DecodeLimits& limits) noexcept;
[[nodiscard]] std::uint64_t output_for(const ArchiveLimits& limits) noexcept;
[[nodiscard]] Limits wire_limits(const DecodeLimits& limits);
[[nodiscard]] Budget budget_of(std::uint32_t frame_seconds, std::uint32_t file_seconds) noexcept;

// The memory that a decoder's workers read files from.
struct InputRegion {
    SharedMemory memory;
    std::uint64_t number = 0;  // of this memory, among those that were here
};

// What the decoder and what it opened last have in common. One thread at a time.
class Session {
public:
    explicit Session(std::string program) : Session(std::move(program), std::make_shared<InputRegion>()) {}
    // One that reads the files of another session, which alone puts them there.
    Session(std::string program, const Session& other) : Session(std::move(program), other.input_) {
        owns_input_ = false;
    }
    ~Session() { keep_to_owner(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Result<std::span<std::uint8_t>> room(std::size_t bytes);
    // Has `bytes` in the input region: answers their offset there.
    Result<std::uint64_t> place(std::span<const std::uint8_t> bytes);
    // Has a worker with these limits: start(), again when it fails. Errors: out_of_memory, unavailable.
    Status prepare(std::uint64_t output_bytes, std::uint64_t max_memory);
    Status start(std::uint64_t output_bytes, std::uint64_t max_memory);
    // Has a new worker that reads this file, and no other. Errors: invalid_argument, and as prepare().
    Status prepare_file(const VideoInput& file, std::uint64_t output_bytes, std::uint64_t max_memory);
    // Whether the worker that was started last decodes pictures of rare formats too.
    [[nodiscard]] bool has_rare() const noexcept { return has_rare_; }
    Status call(Request& request, const Budget& budget, Reply& reply);
    void trim() noexcept;

    // As Decoder::decode_ahead(). Whatever goes wrong, there is nothing ahead, and nothing to be told of.
    void decode_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                      DecodeMode mode);
    // The answer to opening `bytes`, when it is there already; each once. Its pixels stay where they are until the
    // next decode_ahead().
    std::optional<Reply> take_ahead(std::span<const std::uint8_t> bytes, const DecodeLimits& limits, DecodeMode mode);

    // What was opened under another number is at its end.
    std::uint64_t open_anew() noexcept { return ++opened_; }
    [[nodiscard]] bool is_open(std::uint64_t number) const noexcept {
        return owner_.is_same_process() && number == opened_;
    }
    [[nodiscard]] const std::uint8_t* output() const noexcept { return output_.bytes().data(); }

private:
    // A picture that was decoded before it was asked for.
    struct Ahead {
        const std::uint8_t* data;
        std::size_t size;
        Reply reply;
    };

    Session(std::string program, std::shared_ptr<InputRegion> input)
        : program_(std::move(program)), input_(std::move(input)) {}
    void keep_to_owner() noexcept;
    void replace_input(SharedMemory memory) noexcept;
    Status reach_output(std::uint64_t output_bytes);
    std::optional<std::uint64_t> offset_of(std::span<const std::uint8_t> bytes) const noexcept;
    Request ask_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                      DecodeMode mode) const;
    bool keep_ahead(const Request& request);

    std::string program_;
    std::shared_ptr<InputRegion> input_;
    bool owns_input_ = true;
    SharedMemory output_;
    std::unique_ptr<WorkerLink> link_;
    std::uint64_t link_input_ = 0;  // the number of the input region that it has
    bool has_rare_ = false;
    ForkMark owner_;
    std::uint64_t opened_ = 0;
    std::uint64_t room_bytes_ = 0;
    std::uint64_t largest_input_ = 0;   // since trim()
    std::uint64_t largest_output_ = 0;  // since trim()
    std::uint32_t serial_ = 0;
    bool ran_short_ = false;  // the worker, of memory
    bool has_file_ = false;   // the worker, and can read nothing else
    std::vector<Ahead> ahead_;
    DecodeLimits ahead_limits_;
    DecodeMode ahead_mode_ = DecodeMode::exact;
};

}  // namespace tutela::worker
