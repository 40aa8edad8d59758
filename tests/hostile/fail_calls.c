// Preloaded into a program, it makes one call of a kind fail: the Nth after main() begins, and with FAIL_FOREVER set
// every one from there on. FAIL_MALLOC=N: an allocation, of any form. FAIL_READ=N: a read of a regular file, by EIO.
// FAIL_WRITE=N: a write to a regular file, by ENOSPC. FAIL_COUNT=PATH: at the end, how many there were of each.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

typedef struct {
    atomic_long calls;
    long failing;  // 0: none
} counter_t;

static counter_t g_malloc, g_read, g_write;
static bool g_forever;
static atomic_bool g_begun;

static bool fails(counter_t* counter) {
    if (!atomic_load(&g_begun)) return false;
    const long call = atomic_fetch_add(&counter->calls, 1) + 1;
    return counter->failing != 0 && (call == counter->failing || (g_forever && call > counter->failing));
}

static bool fails_on_file(counter_t* counter, int fd) {
    struct stat status;
    const int saved = errno;
    const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    errno = saved;
    return regular && fails(counter);
}

static long number_of(const char* name) {
    const char* text = getenv(name);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

static void write_counts(void) {
    const char* path = getenv("FAIL_COUNT");
    atomic_store(&g_begun, false);
    if (path == NULL) return;
    FILE* file = fopen(path, "w");
    if (file == NULL) return;
    fprintf(file, "malloc %ld read %ld write %ld\n", (long)g_malloc.calls, (long)g_read.calls, (long)g_write.calls);
    fclose(file);
}

void* malloc(size_t size) {
    if (!fails(&g_malloc)) return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void* calloc(size_t count, size_t size) {
    if (!fails(&g_malloc)) return __libc_calloc(count, size);
    errno = ENOMEM;
    return NULL;
}

void* realloc(void* old, size_t size) {
    if (!fails(&g_malloc)) return __libc_realloc(old, size);
    errno = ENOMEM;
    return NULL;
}

void* memalign(size_t alignment, size_t size) {
    if (!fails(&g_malloc)) return __libc_memalign(alignment, size);
    errno = ENOMEM;
    return NULL;
}

void* aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void** out, size_t alignment, size_t size) {
    void* memory = memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *out = memory;
    return 0;
}

// Finds the function that the one of this name stands before. `next` is a pointer to a function, which ISO C makes of no
// other pointer.
#define FIND_NEXT(next, name) (*(void**)&(next) = dlsym(RTLD_NEXT, name))

typedef ssize_t (*read_t)(int, void*, size_t);
typedef ssize_t (*pread_t)(int, void*, size_t, off_t);
typedef ssize_t (*write_t)(int, const void*, size_t);
typedef ssize_t (*writev_t)(int, const struct iovec*, int);
typedef int (*main_t)(int, char**, char**);
typedef int (*start_t)(main_t, int, char**, void (*)(void), void (*)(void), void (*)(void), void*);

ssize_t read(int fd, void* buffer, size_t size) {
    static read_t next;
    if (next == NULL) FIND_NEXT(next, "read");
    if (!fails_on_file(&g_read, fd)) return next(fd, buffer, size);
    errno = EIO;
    return -1;
}

ssize_t pread(int fd, void* buffer, size_t size, off_t offset) {
    static pread_t next;
    if (next == NULL) FIND_NEXT(next, "pread");
    if (!fails_on_file(&g_read, fd)) return next(fd, buffer, size, offset);
    errno = EIO;
    return -1;
}

ssize_t pread64(int fd, void* buffer, size_t size, off_t offset) {
    return pread(fd, buffer, size, offset);
}

ssize_t write(int fd, const void* bytes, size_t size) {
    static write_t next;
    if (next == NULL) FIND_NEXT(next, "write");
    if (!fails_on_file(&g_write, fd)) return next(fd, bytes, size);
    errno = ENOSPC;
    return -1;
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
    static writev_t next;
    if (next == NULL) FIND_NEXT(next, "writev");
    if (!fails_on_file(&g_write, fd)) return next(fd, parts, count);
    errno = ENOSPC;
    return -1;
}

static main_t g_main;

static int begin(int argc, char** argv, char** envp) {
    g_malloc.failing = number_of("FAIL_MALLOC");
    g_read.failing = number_of("FAIL_READ");
    g_write.failing = number_of("FAIL_WRITE");
    g_forever = getenv("FAIL_FOREVER") != NULL;
    atexit(write_counts);
    atomic_store(&g_begun, true);
    return g_main(argc, argv, envp);
}

// Where the C library calls main() from. What runs before it may not fail: nothing could catch it.
int __libc_start_main(main_t main, int argc, char** argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void* stack_end) {
    g_main = main;
    start_t next = NULL;
    FIND_NEXT(next, "__libc_start_main");
    return next(begin, argc, argv, init, fini, rtld_fini, stack_end);
}
