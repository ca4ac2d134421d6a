/*
 * A poller and its taker before a scripted Chime (end_chime_service.h), for
 * the tests of the poller.
 */
#ifndef SUPPORT_END_CHIME_POLLER_RIG_H
#define SUPPORT_END_CHIME_POLLER_RIG_H

#include "end_chime/poller.h"
#include "end_chime_service.h"
#include "util/buf.h"

enum { MIN_MS = 1000, MAX_MS = 15000, OVERLAP_MS = 300000, PAGE = 50 };

#define LIST "GET /channels/APP/channel/c/messages?"

/* 2021-01-19T18:00:00Z: when the tests' clock begins. */
extern const int64_t poller_rig_start_ms;

struct poller_rig {
	struct service s;
	struct poller *poller;
	struct buf log;
	bool busy;
	bool close_in_message, close_in_state, close_in_position;
	bool in_verb;
};

/* Of each test; the rig is its state. */
int poller_rig_setup(void **state);
int poller_rig_teardown(void **state);

void poller_rig_begin(struct poller_rig *f, int64_t position);
/* What the taker was told since the last time. */
void poller_rig_expect_log(struct poller_rig *f, const char *text);
/* A listing from `ms` after the start on. */
void poller_rig_expect_list(
	struct poller_rig *f, int64_t ms, unsigned most, const char *token);
/* Messages of these times after the start, named m<time>. */
void poller_rig_answer(
	struct poller_rig *f, const char *token, size_t count, ...);
/* What is no JSON. */
void poller_rig_malformed(struct poller_rig *f);

#endif
