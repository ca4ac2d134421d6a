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
	struct store *store;      /* facts: puppets, memberships, channels */
	const char *app_instance; /* ARN */
	const char *user;         /* ARN of the bridge's own AppInstanceUser */
	bool puppets;
	bool read_markers;       /* of the bridge and its puppets */
	const char *puppet_name; /* template, default "{nick}" ({nick},
				    {network}) */
	int64_t poll_min_ms;
	int64_t poll_max_ms;
	int64_t overlap_ms; /* 0: 5 min */
	/* How long a token is trusted to be remembered by the service; older
	 * first attempts are looked up before they are sent again. 0: 10 min */
	int64_t token_trust_ms;
	int64_t late_after_ms;   /* older lines carry their time; 0: never */
	int64_t members_ms;      /* between two lists of members; 0: 30 s */
	size_t max_puppets;      /* 0: 90000 */
	int64_t retire_after_ms; /* puppets not seen for so long; 0: never */
};

struct end_chime *end_chime_new(struct loop *loop,
	const struct end_chime_params *params, struct err *err) MUST_CHECK;
/* Rooms must be closed first. */
void end_chime_free(struct end_chime *end);

/* Another pace of polling, for all rooms, from now on. */
void end_chime_set_poll(struct end_chime *end, int64_t min_ms, int64_t max_ms);

struct end_chime_room_params {
	const char *mapping; /* for logs and facts */
	const char *channel; /* ARN, or NULL: find or create by the rest */
	const char *name;
	const char *privacy; /* PUBLIC | PRIVATE */
	const char *mode;    /* UNRESTRICTED | RESTRICTED */
	bool create;
	/* All who are shown in the channel are present, and are dismissed when
	 * they are not: they are not retired, however long they are silent. */
	bool is_minded;
	/*
	 * A private conversation: the channel is made by the puppet of
	 * `person` (an id on the other side, called `person_name`), read and
	 * spoken in as this puppet, with `peer` (a user ARN) as the only other
	 * member. Name, privacy and create are then not looked at. Or NULL.
	 */
	const char *person;
	const char *person_name;
	const char *peer;
	bool topic_is_name; /* the channel's name, not its metadata */
};

/* The room's `close` frees it. `sink` is copied. */
struct end_room *end_chime_open(struct end_chime *end,
	const struct end_chime_room_params *params,
	const struct end_sink *sink) MUST_CHECK;

/*
 * Leaves no trace of a mapping: takes back the memberships in its channel that
 * were made for it (of puppets; then that of the bridge's own user), with
 * `delete_channel` deletes the channel instead if the bridge had created it,
 * and forgets what is remembered of the mapping. Nothing else is touched: who
 * was in the channel before stays, and so do the users that stand for people,
 * who may be in other channels (they are retired in time).
 *
 * In the background, at the pace of the budgets. What is done is forgotten at
 * once, so that after a restart (or failures) the same call goes on where it
 * was. Several mappings may be under way.
 */
struct end_chime_unmapped {
	const char *mapping;
	const char *channel; /* ARN, or NULL: it never had one */
	size_t removed;      /* memberships taken back */
	size_t left;         /* still to be looked at */
	size_t kept;         /* found there, not made for us */
	size_t failed;       /* refused: they stay; another try may help */
	bool is_channel_deleted;
	bool is_done;       /* the last call of fn */
	const char *why;    /* the last trouble, for people; or NULL */
	const char *remark; /* what one might not expect; static, or NULL */
};
typedef void end_chime_unmap_fn(
	const struct end_chime_unmapped *progress, void *arg);

/*
 * fn comes from the loop, after each step; after end_chime_free() no more.
 * -EBUSY: the mapping, or another one of the same channel, is open.
 * -EALREADY: it is under way. -EIO: the state cannot be read.
 */
int end_chime_unmap(struct end_chime *end, const char *mapping,
	bool delete_channel, end_chime_unmap_fn *fn, void *arg) MUST_CHECK;

#endif
