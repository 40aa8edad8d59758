// A worker of another version: its greeting says so.
#include <unistd.h>

#include "media/worker/protocol.hpp"

int main() {
    using namespace tutela::worker;
    Start start;
    Hello hello;
    hello.version = kVersion + 1;
    hello.confined = 1;
    (void)!read(kRequestFd, &start, sizeof(start));
    (void)!write(kReplyFd, &hello, sizeof(hello));
    return 0;
}
