// A check that names its place and goes on, so that one run shows every failure.
#ifndef TUTELA_TESTS_CAPI_CHECK_H
#define TUTELA_TESTS_CAPI_CHECK_H

#include <stdio.h>
#include <string.h>

#include "tutela/tutela.h"

static int check_failures = 0;

#define CHECK(condition)                                                   \
    do {                                                                   \
        if (!(condition)) {                                                \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            ++check_failures;                                              \
        }                                                                  \
    } while (0)

// The call succeeds and leaves the error alone.
#define CHECK_OK(call)                                                                                             \
    do {                                                                                                           \
        tutela_error error;                                                                                        \
        memset(&error, 0x5a, sizeof error);                                                                        \
        const tutela_status status_ = (call);                                                                      \
        if (status_ != TUTELA_OK) {                                                                                \
            printf("%s:%d: %s: %s (%s)\n", __FILE__, __LINE__, #call, error.message, tutela_status_name(status_)); \
            ++check_failures;                                                                                      \
        } else {                                                                                                   \
            CHECK(error.code == 0x5a5a5a5a);                                                                       \
        }                                                                                                          \
    } while (0)

// The call fails with `expected`; the error has that code and a sentence. The call must name its error `&error`.
#define CHECK_FAILS(expected, call)                                                                \
    do {                                                                                           \
        tutela_error error;                                                                        \
        memset(&error, 0x5a, sizeof error);                                                        \
        const tutela_status status_ = (call);                                                      \
        if (status_ != (expected)) {                                                               \
            printf("%s:%d: %s: got %s\n", __FILE__, __LINE__, #call, tutela_status_name(status_)); \
            ++check_failures;                                                                      \
        } else {                                                                                   \
            CHECK(error.code == status_);                                                          \
            CHECK(memchr(error.message, 0, sizeof error.message) != NULL);                         \
            CHECK(error.message[0] != 0);                                                          \
        }                                                                                          \
    } while (0)

static inline int check_result(void) {
    if (check_failures == 0) puts("all checks hold");
    return check_failures == 0 ? 0 : 1;
}

#endif
