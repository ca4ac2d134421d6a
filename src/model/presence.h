/*
 * Who is in a room, as one side tells it: values only, borrowed for the call.
 *
 * Two sorts of people are told about. Natives of the side: `person` is as they
 * are known there. And those whom the end shows on behalf of the other side
 * (`origin` is ORIGIN_SELF): `person.id` is then the id that the other side
 * gave (struct end_ops, `admit`).
 */
#ifndef MODEL_PRESENCE_H
#define MODEL_PRESENCE_H

#include "model/event.h"
#include "model/person.h"

#include <stdbool.h>
#include <stdint.h>

enum presence_kind {
	PRESENCE_HERE,    /* has come, or was found there; said twice is fine */
	PRESENCE_LEFT,    /* the room, of their own will */
	PRESENCE_QUIT,    /* the whole network: may be a reconnect */
	PRESENCE_SPLIT,   /* their server was cut off: likely back, in crowds */
	PRESENCE_REMOVED, /* from the room, by somebody */
	PRESENCE_RENAMED, /* the same id has another name */
};

struct presence {
	enum presence_kind kind;
	enum event_origin origin;
	struct person person;
	/*
	 * HERE: who was here as this id until now is `person` from now on (has
	 * logged in, or out; their old id is not here any more). Else NULL.
	 */
	const char *was_id;
	const char *actor;  /* REMOVED: who did it, as people know them; NULL */
	const char *reason; /* in their words; NULL */
	bool is_hidden; /* sees all and is not seen: never shown elsewhere */
};

/* A list of all who are in the room comes as PRESENCE_HERE between BEGINS and
 * COMPLETE; whoever was not named by then is not there. */
enum roster_state {
	ROSTER_BEGINS,
	ROSTER_COMPLETE,
	ROSTER_UNKNOWN, /* nothing is known until the next list */
};

/* One who is shown here on behalf of the other side. */
struct shown {
	const char *person_id; /* the other side's id */
	const char *name;      /* as the other side last called them */
	const char *as;        /* what shows them here: a nick, a user ARN */
	/* Was to be shown, or not any more, when the process ended: admit()
	 * and dismiss() put it right. */
	bool is_in_doubt;
};

/* What became of admit() and dismiss(). */
enum mirror_outcome {
	MIRROR_DONE,    /* so it is now, maybe it was so already */
	MIRROR_REFUSED, /* will not be: banned, forbidden. `why` */
	/* Could not be now. `why`, retry_ms. Without having been asked for:
	 * who was not to be shown may be now, if asked for again. */
	MIRROR_LATER,
	MIRROR_NOT_SHOWN, /* this person is not to be shown one by one: the
			   * end's settings, a limit that is reached. `why` */
};

struct mirror_receipt {
	const char *person_id; /* as it was given */
	bool is_here;          /* of an admit(); else of a dismiss() */
	enum mirror_outcome outcome;
	const char *why;  /* for people, when not done; else NULL */
	int64_t retry_ms; /* LATER: not before; 0: the bridge's choice */
};

/* Somebody has to go. */
struct removal {
	const char *person_id;
	const char *name;   /* or NULL */
	const char *actor;  /* who did it over there, or NULL */
	const char *reason; /* or NULL */
};

#endif
