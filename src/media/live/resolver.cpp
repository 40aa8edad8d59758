#include "media/live/resolver.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "media/live/stream_url.hpp"

namespace tutela::live {

namespace {

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

struct Host {
    std::string name;
    std::vector<Address> addresses;
    int error = 0;  // of looking it up
};

std::vector<Host> known_hosts;
bool binds_like_first = false;
std::string refused_why;
std::string lookup_why;

const void* bytes_of(const sockaddr* address) noexcept {
    if (address->sa_family == AF_INET) return &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
}

Host look_up(const std::string& name) {
    using Real = decltype(&::getaddrinfo);
    const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const auto release = reinterpret_cast<decltype(&::freeaddrinfo)>(::dlsym(RTLD_NEXT, "freeaddrinfo"));
    Host host{name, {}, EAI_FAIL};
    if (real == nullptr || release == nullptr) return host;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    host.error = real(name.c_str(), nullptr, &hints, &found);
    if (host.error != 0) return host;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        Address address;
        address.size = each->ai_addrlen;
        std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
        host.addresses.push_back(address);
    }
    release(found);
    return host;
}

bool is_same(const Address& address, int family, const void* bytes) noexcept {
    const auto* own = reinterpret_cast<const sockaddr*>(&address.bytes);
    const std::size_t size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    return own->sa_family == family && std::memcmp(bytes_of(own), bytes, size) == 0;
}

bool is_loopback(const Address& address) noexcept {
    const auto* own = reinterpret_cast<const sockaddr*>(&address.bytes);
    if (own->sa_family == AF_INET) return *static_cast<const std::uint8_t*>(bytes_of(own)) == 127;
    return IN6_IS_ADDR_LOOPBACK(static_cast<const in6_addr*>(bytes_of(own)));
}

// By its name, or by one of the addresses that it has.
std::vector<Address> addresses_of(const char* node, int& error) {
    const std::string name = plain_host(node);
    error = EAI_NONAME;
    for (const Host& host : known_hosts) {
        if (host.name != name) continue;
        error = host.error;
        return host.addresses;
    }
    unsigned char bytes[sizeof(in6_addr)] = {};
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, name.c_str(), bytes) != 1) continue;
        for (const Host& host : known_hosts)
            for (const Address& address : host.addresses)
                if (is_same(address, family, bytes)) return error = 0, std::vector<Address>{address};
    }
    return {};
}

// A number that FFmpeg has parsed, as of what an SDP says: nothing is connected to by it.
std::vector<Address> parsed(const char* node) noexcept {
    Address address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.bytes);
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.bytes);
    if (::inet_pton(AF_INET, node, &four->sin_addr) == 1) {
        address.size = sizeof(sockaddr_in);
        four->sin_family = AF_INET;
    } else if (::inet_pton(AF_INET6, node, &six->sin6_addr) == 1) {
        address.size = sizeof(sockaddr_in6);
        six->sin6_family = AF_INET6;
    } else {
        return {};
    }
    return {address};
}

// Of a socket that is bound and names no host.
std::vector<Address> addresses_to_bind(int family) {
    if (binds_like_first && !known_hosts.empty() && !known_hosts[0].addresses.empty() &&
        is_loopback(known_hosts[0].addresses[0])) {
        return {known_hosts[0].addresses[0]};
    }
    Address any;
    if (family == AF_INET6) {
        any.size = sizeof(sockaddr_in6);
        any.bytes.ss_family = AF_INET6;
    } else {
        any.size = sizeof(sockaddr_in);
        any.bytes.ss_family = AF_INET;
    }
    return {any};
}

// One piece of memory for each, so that freeaddrinfo() below is simple.
struct Answer {
    addrinfo info{};
    sockaddr_storage address{};
};

addrinfo* answer_of(const Address& address, std::uint16_t port, const addrinfo& hints) noexcept {
    auto* answer = static_cast<Answer*>(std::calloc(1, sizeof(Answer)));
    if (answer == nullptr) return nullptr;
    answer->address = address.bytes;
    if (address.bytes.ss_family == AF_INET) {
        reinterpret_cast<sockaddr_in*>(&answer->address)->sin_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in6*>(&answer->address)->sin6_port = htons(port);
    }
    answer->info.ai_family = address.bytes.ss_family;
    answer->info.ai_socktype = hints.ai_socktype != 0 ? hints.ai_socktype : SOCK_STREAM;
    answer->info.ai_protocol = answer->info.ai_socktype == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP;
    answer->info.ai_addrlen = address.size;
    answer->info.ai_addr = reinterpret_cast<sockaddr*>(&answer->address);
    return &answer->info;
}

bool read_port(const char* service, std::uint16_t& port) noexcept {
    port = 0;
    if (service == nullptr || *service == '\0') return true;
    char* end = nullptr;
    const unsigned long number = std::strtoul(service, &end, 10);
    if (*end != '\0' || number > 65535) return false;
    port = static_cast<std::uint16_t>(number);
    return true;
}

}  // namespace

void know_hosts(std::span<const std::string> hosts) {
    for (const std::string& name : hosts) {
        if (name.empty()) continue;
        Host host = look_up(name);
        if (host.error != 0 && lookup_why.empty()) {
            lookup_why = "the host of the stream cannot be looked up: " + std::string(::gai_strerror(host.error));
        }
        known_hosts.push_back(std::move(host));
    }
}

void bind_like_first_host() {
    binds_like_first = true;
}

bool is_known_host(const char* host) {
    int error = 0;
    (void)addresses_of(host, error);
    return error != EAI_NONAME || std::any_of(known_hosts.begin(), known_hosts.end(),
                                              [&](const Host& known) { return known.name == plain_host(host); });
}

const std::string& refusal() {
    return refused_why;
}

const std::string& lookup_failure() {
    return lookup_why;
}

void refuse(const char* why) {
    if (refused_why.empty()) refused_why = why;
}

}  // namespace tutela::live

// These two stand before the C library's, as the program exports them (CMakeLists.txt).
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node, const char* service,
                                                                  const addrinfo* hints, addrinfo** result) {
    using namespace tutela::live;
    const addrinfo none{};
    const addrinfo& wanted = hints != nullptr ? *hints : none;
    std::uint16_t port = 0;
    *result = nullptr;
    if (!read_port(service, port)) return EAI_SERVICE;
    int error = 0;
    const bool named = node != nullptr && *node != '\0';
    const bool number = (wanted.ai_flags & AI_NUMERICHOST) != 0;
    if (named && !number && !is_known_host(node)) {
        refuse("the stream leads to another host than its own, which is not allowed");
        return EAI_NONAME;
    }
    const std::vector<Address> addresses = !named   ? addresses_to_bind(wanted.ai_family)
                                           : number ? parsed(node)
                                                    : addresses_of(node, error);
    addrinfo** last = result;
    for (const Address& address : addresses) {
        if (wanted.ai_family != AF_UNSPEC && wanted.ai_family != address.bytes.ss_family) continue;
        *last = answer_of(address, port, wanted);
        if (*last == nullptr) return EAI_MEMORY;
        last = &(*last)->ai_next;
    }
    if (*result != nullptr) return 0;
    return error != 0 ? error : EAI_NONAME;
}

extern "C" __attribute__((visibility("default"))) void freeaddrinfo(addrinfo* list) {
    while (list != nullptr) {
        addrinfo* next = list->ai_next;
        std::free(list);  // an Answer begins with its addrinfo
        list = next;
    }
}
