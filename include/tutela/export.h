/* TUTELA_API marks what the shared library exports; everything else is hidden. Layer: core. C11 and C++20. */
#ifndef TUTELA_EXPORT_H
#define TUTELA_EXPORT_H

#if defined(__GNUC__)
#define TUTELA_API __attribute__((visibility("default")))
#else
#define TUTELA_API
#endif

#endif
