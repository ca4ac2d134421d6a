/*
 * The Chime end: one app instance, any number of rooms (channels). An
 * adaptive poller per room turns new messages into events; events from the
 * other side are sent by the puppet of their sender (or by the bridge's own
 * user), one at a time per room, with an idempotency token.
 */
#ifndef END_CHIME_END_CHIME_H
#define END_CHIME_END_CHIME_H

#include "chime/client.h"
#include "model/end.h"
#include "model/store.h"

struct end_chime;

/* Strings are copied; client and store are borrowed and must outlive it. */
struct end_chime_params {
	struct chime_client *client;
	struct store *store;       /* facts: puppets, memberships, channels */
	const char *app_instance;  /* ARN */
	const char *user;          /* ARN of the bridge's own AppInstanceUser */
	bool puppets;
	bool read_markers;         /* of the bridge and its puppets */
	const char *puppet_name;   /* template, default "{nick}" ({nick}, {network}) */
	int64_t poll_min_ms;
	int64_t poll_max_ms;
	int64_t overlap_ms;        /* 0: 5 min */
	/* How long a token is trusted to be remembered by the service; older
	 * first attempts are looked up before they are sent again. 0: 10 min */
	int64_t token_trust_ms;
	int64_t late_after_ms; /* older lines carry their time; 0: never */
	int64_t members_ms;    /* between two lists of members; 0: 30 s */
	size_t max_puppets;    /* 0: 90000 */
	int64_t retire_after_ms; /* puppets not seen for so long; 0: never */
};

struct end_chime *end_chime_new(struct loop *loop,
	const struct end_chime_params *params, struct err *err) MUST_CHECK;
/* Rooms must be closed first. */
void end_chime_free(struct end_chime *end);

/* Another pace of polling, for all rooms, from now on. */
void end_chime_set_poll(
	struct end_chime *end, int64_t min_ms, int64_t max_ms);

struct end_chime_room_params {
	const char *mapping; /* for logs and facts */
	const char *channel; /* ARN, or NULL: find or create by the rest */
	const char *name;
	const char *privacy; /* PUBLIC | PRIVATE */
	const char *mode;    /* UNRESTRICTED | RESTRICTED */
	bool create;
	/*
	 * A private conversation: the channel is made by the puppet of
	 * `person` (an id on the other side, called `person_name`), read and
	 * spoken in as this puppet, with `peer` (a user ARN) as the only other
	 * member. Name, privacy and create are then not looked at. Or NULL.
	 */
	const char *person;
	const char *person_name;
	const char *peer;
};

/* The room's `close` frees it. `sink` is copied. */
struct end_room *end_chime_open(struct end_chime *end,
	const struct end_chime_room_params *params,
	const struct end_sink *sink) MUST_CHECK;

#endif
