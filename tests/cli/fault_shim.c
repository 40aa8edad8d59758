// Preloaded into the tool: things happen to one file while it is read. FAULT_NAME is how its path ends, FAULT_KIND what
// happens at its first read: eio, grow, shrink, vanish, replace; or listing: the folder's listing fails.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

// The path behind the descriptor when it is the file in question; else empty.
static void path_of(int fd, char path[PATH_MAX]) {
    char link[64];
    const char* name = getenv("FAULT_NAME");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    const size_t all = strlen(path);
    if (name == NULL || all < strlen(name) || strcmp(path + all - strlen(name), name) != 0) path[0] = 0;
}

static bool is_kind(const char* kind) {
    const char* wanted = getenv("FAULT_KIND");
    return wanted != NULL && strcmp(wanted, kind) == 0;
}

static void disturb(const char* path) {
    if (is_kind("vanish")) unlink(path);
    if (is_kind("shrink") && truncate(path, 100) != 0) abort();
    if (is_kind("grow")) {
        FILE* file = fopen(path, "ab");
        fputs("more", file);
        fclose(file);
    }
    if (is_kind("replace")) {
        char other[PATH_MAX + 8];
        snprintf(other, sizeof other, "%s.new", path);
        FILE* file = fopen(other, "wb");
        fputs("another file", file);
        fclose(file);
        if (rename(other, path) != 0) abort();
    }
}

ssize_t read(int fd, void* into, size_t size) {
    static ssize_t (*real)(int, void*, size_t);
    static bool done;
    if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "read");
    char path[PATH_MAX];
    path_of(fd, path);
    if (path[0] == 0 || done) return real(fd, into, size);
    done = true;
    if (is_kind("eio")) {
        errno = EIO;
        return -1;
    }
    const ssize_t got = real(fd, into, size);
    disturb(path);
    return got;
}

struct dirent* readdir(DIR* folder) {
    static struct dirent* (*real)(DIR*);
    if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "readdir");
    char path[PATH_MAX];
    path_of(dirfd(folder), path);
    if (path[0] == 0 || !is_kind("listing")) return real(folder);
    errno = EIO;
    return NULL;
}
