// Uses enough of the library to need most of what it was built from.
#include <iostream>

#include "tutela/scan.hpp"
#include "tutela/status.hpp"

int main() {
    const tutela::Hash256 zero;
    tutela::Hash256 ones;
    ones.bytes.fill(0xff);
    tutela::ListBuilder builder;
    if (!builder.add({.hash = zero, .id = "a", .category = {}, .label = {}}).ok()) return 1;
    const auto list = builder.build();
    if (!list.ok() || !tutela::Scanner::create(list.value()).ok()) return 1;
    if (tutela::to_hex(ones) != std::string(64, 'f')) return 1;
    std::cout << "tutela " << tutela::version() << ", distance " << tutela::distance(zero, ones) << '\n';
}
