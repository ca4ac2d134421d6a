/*
 * What a command of belfryctl works with: the configuration (when -c names
 * one), where Chime is, and a session with it. Failures are told on standard
 * error.
 */
#ifndef CTL_CONTEXT_H
#define CTL_CONTEXT_H

#include "config/belfry.h"
#include "ctl/args.h"
#include "ctl/chime_session.h"
#include "util/attr.h"

struct context {
	/* NULL without -c; else of this struct. */
	const struct belfry_config *config;
	struct belfry_config loaded;
	struct chime_target target;
	struct chime_session *session;
};

/* 0, or the exit status: EX_CONFIG, EX_USAGE. */
int context_open(struct context *ret, const struct args *args) MUST_CHECK;
void context_close(struct context *context);

/* "belfryctl: TEXT" on standard error; returns `status`. */
int complain(int status, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
