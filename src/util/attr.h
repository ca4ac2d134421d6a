/*
 * Compiler attributes under names that say why they are there.
 */
#ifndef UTIL_ATTR_H
#define UTIL_ATTR_H

/* The result is an error or an owned object; ignoring it is a bug. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Argument `fmt` is a printf format for the arguments from `first` on. */
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

/* The variable is handed to `fn` (by address) when its scope ends. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
