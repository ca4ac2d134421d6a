/*
 * What is read of one channel: its messages as events, and the marker of the
 * user who reads, which follows what was relayed (end_chime/poller.h,
 * end_chime/markers.h).
 */
#ifndef END_CHIME_READING_H
#define END_CHIME_READING_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/sink.h"
#include "util/attr.h"

struct reading;

struct reading_params {
	struct chime_client *client; /* borrowed, as users and sink */
	const struct users *users;
	const struct end_sink *sink;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bearer;  /* ARN of the user who reads */
	int64_t min_ms;      /* between two listings */
	int64_t max_ms;
	int64_t overlap_ms;
	int64_t position; /* where to begin; -1: now */
	bool markers;     /* follow what was relayed and said */
	/* This one (ARN) has spoken; comes before the event. Closes nothing.
	 */
	void (*heard)(void *arg, const char *arn);
	/* As `state` of struct poller_params. */
	void (*state)(void *arg, bool readable, const char *why);
	void *arg;
};

/* The sink and the callbacks are called from the loop only, and may close it
 * where nothing else is said. */
struct reading *reading_new(
	struct loop *loop, const struct reading_params *params) MUST_CHECK;
/* Frees at the end of the turn. NULL is fine. */
void reading_close(struct reading *reading);

void reading_resume(struct reading *reading);
void reading_poke(struct reading *reading);
void reading_set_pace(struct reading *reading, int64_t min_ms, int64_t max_ms);
/* As `confirmed` of model/end.h. */
void reading_confirmed(struct reading *reading, bool all);
/* This puppet (ARN) has said something: its marker moves. */
void reading_spoke(struct reading *reading, const char *puppet);
/* Is somebody to do something before the channel can be read? */
bool reading_needs_people(const struct reading *reading);

#endif
