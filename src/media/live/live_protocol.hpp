// What a live source and its worker, tutela-stream, say to each other: structs as they lie in memory, over two pipes, as
// in media/worker/protocol.hpp, whose descriptors it has.
//
//   start   the host, once; the address and the hosts follow it as text, each ended by a zero.
//   want    the host, a byte each: it is done with the frame before and takes another.
//   sign    the worker, unasked: confined, opened, alive, a frame (one for each byte), the end.
//
// The output region holds three frames: the one that the host looks at, the one that waits for it, the one being made.
#pragma once

#include <cstdint>
#include <type_traits>

#include "media/worker/protocol.hpp"

namespace tutela::live {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kMagic = 0x534C5554;  // "TULS"
inline constexpr unsigned kSlots = 3;
// With what follows it, a start fits into a pipe that nobody reads yet.
inline constexpr std::size_t kMostText = 32U << 10;
inline constexpr std::size_t kFirstBytes = 64;

enum class Origin : std::uint32_t { address = 1, pipe = 2, file = 3 };

struct Start {
    std::uint32_t magic = kMagic;
    std::uint32_t version = kVersion;
    Origin origin{};
    std::uint32_t newest = 0;  // 1: never waits for the host
    std::uint64_t output_bytes = 0;
    std::uint64_t input_bytes = 0;  // of a file
    worker::Limits limits;
    std::uint64_t max_memory = 0;
    worker::VideoSampling sampling;
    std::uint32_t silence_seconds = 0;  // without a packet for so long, an address is given up
    std::uint32_t text_bytes = 0;       // the address, the file of certificates, the hosts
    std::uint32_t first_bytes = 0;      // of a pipe: what the host has read of it already
    std::uint8_t first[kFirstBytes] = {};
};

enum class Kind : std::uint32_t { confined = 1, opened = 2, alive = 3, frame = 4, end = 5 };

struct Sign {
    std::uint32_t magic = kMagic;
    std::uint32_t version = kVersion;
    Kind kind{};
    std::int32_t code = 0;       // confined, end: a StatusCode
    std::uint32_t complete = 0;  // of the end: the stream said how long it is, and is over
    std::uint32_t reserved = 0;
    std::uint64_t dropped = 0;      // frames overtaken by newer ones, so far
    std::uint64_t passed_over = 0;  // by sampling, so far
    worker::Place place;
    worker::Text text;
};

static_assert(std::is_trivially_copyable_v<Start> && std::is_trivially_copyable_v<Sign>);
static_assert(sizeof(Sign) <= 4096);  // a pipe hands it over whole

}  // namespace tutela::live
