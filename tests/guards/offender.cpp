// Does everything that the library may not do; never linked. forbidden_symbols.py must find it out.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

void offend(int how) {
    if (how == 1) std::printf("%d\n", how);
    if (how == 2) std::cout << how;
    if (how == 3) std::thread([] {}).detach();
    if (std::getenv("HOME") == nullptr) std::abort();
    if (how == 4) _exit(1);
}
