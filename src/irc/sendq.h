/*
 * Lines waiting to be written to one connection. Four priorities, most urgent
 * first; each is first in, first out. LINK lines are written at once, the
 * others cost one token each of a bucket: servers punish floods.
 *
 * Pure: the caller brings the time (monotonic ms) and a write function, and
 * calls irc_sendq_pump() when it is due.
 *
 * Bounds: `max_lines` over COMMAND, TEXT and BULK; IRC_SENDQ_LINK_MAX for
 * LINK; `max_age_ms` for TEXT and BULK. A line leaves the queue in one of
 * three ways and each is told to `fate`: written (handed to the stream as a
 * whole), expired, or purged. Lines that are taken back are not told.
 *
 * `fate` may push; it may not pump, purge, take back or release.
 */
#ifndef IRC_SENDQ_H
#define IRC_SENDQ_H

#include "irc/conn.h"
#include "util/attr.h"
#include "util/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IRC_SENDQ_LINK_MAX = 1024, IRC_SENDQ_DEFAULT_LINES = 1000 };

enum irc_sendq_fate {
	IRC_SENDQ_WRITTEN,
	IRC_SENDQ_EXPIRED, /* older than max_age_ms */
	IRC_SENDQ_PURGED,  /* its target was left, or the link is down */
};

/* One line; owned by the queue, valid until its fate or taking back. */
struct irc_queued {
	struct irc_queued *prev;
	struct irc_queued *next;
	enum irc_priority priority;
	int64_t queued_ms;
	void *owner;
	char *target; /* folded, NULL when for no channel */
	size_t len;
	char bytes[]; /* with CRLF */
};

struct irc_sendq_params {
	unsigned burst; /* 0: no pacing */
	int64_t interval_ms;
	size_t max_lines;   /* 0: IRC_SENDQ_DEFAULT_LINES */
	int64_t max_age_ms; /* 0: no bound */
	/* 0: taken as a whole; negative: not now, nothing was taken. */
	int (*write)(const char *bytes, size_t len, void *arg);
	void (*fate)(const struct irc_queued *line, enum irc_sendq_fate fate,
		void *arg);
	void *arg;
};

enum { IRC_PRIORITIES = IRC_PRIO_BULK + 1 };

struct irc_sendq {
	struct irc_sendq_params params;
	struct irc_queued *lines[IRC_PRIORITIES];
	size_t count[IRC_PRIORITIES];
	struct bucket bucket;
	bool blocked; /* write said no; until irc_sendq_unblock() */
};

void irc_sendq_init(struct irc_sendq *q, const struct irc_sendq_params *params,
	int64_t now_ms);
/* Frees what is queued without telling. */
void irc_sendq_release(struct irc_sendq *q);

struct irc_sendq_entry {
	enum irc_priority priority;
	const char *target; /* folded; copied; or NULL */
	void *owner;        /* given back with the fate; may be NULL */
	const char *bytes;  /* whole line with CRLF; copied */
	size_t len;
};

/* 0 or -ENOBUFS. *ret (when ret is not NULL) is the handle to take it back. */
int irc_sendq_push(struct irc_sendq *q, const struct irc_sendq_entry *entry,
	int64_t now_ms, struct irc_queued **ret) MUST_CHECK;
/* Removes and frees it; its fate is not told. */
void irc_sendq_take_back(struct irc_sendq *q, struct irc_queued *line);

/*
 * Writes what may be written and expires what is too old. Returns the ms until
 * it should be called again, or -1 when there is nothing to wait for (empty, or
 * blocked with nothing that can expire).
 */
int64_t irc_sendq_pump(struct irc_sendq *q, int64_t now_ms);
/* The stream has room again: pump next. */
void irc_sendq_unblock(struct irc_sendq *q);
/* Drops the lines for this (folded) target; NULL: every line. */
void irc_sendq_purge(struct irc_sendq *q, const char *target);
/* A new link: not blocked, full bucket. The queue should be empty. */
void irc_sendq_restart(struct irc_sendq *q, int64_t now_ms);

/* Lines waiting, LINK not counted. */
size_t irc_sendq_length(const struct irc_sendq *q);

#endif
