/*
 * What somebody may do in a room, and what the room is called: bans,
 * moderators and attributes, as one side tells of them and is asked to change
 * them. Values only, borrowed for the call.
 *
 * Bans and moderators are standings of people. On IRC a ban is a rule (a mask)
 * that fits any number of people: each one that it fits and that is known is a
 * standing with that rule, told when the rule comes, or when the person does.
 */
#ifndef MODEL_STANDING_H
#define MODEL_STANDING_H

#include "model/event.h"
#include "model/person.h"
#include "model/presence.h"

#include <stdbool.h>
#include <stdint.h>

enum standing_kind { STANDING_BANNED, STANDING_MODERATOR, STANDING_KINDS };

struct standing {
	enum standing_kind kind;
	bool is_set;
	/*
	 * NULL: nobody in particular. A rule that fits nobody who is known
	 * (is_set), or a rule that is gone, for all whom it fitted (not).
	 */
	const struct person *person;
	/* One of this side; else one who is shown here for the other side,
	 * and person->id is the other side's. */
	bool is_native;
	const char *rule; /* the mask, where there are such; else NULL */
	const char *by;   /* who did it, for people; NULL: not known */
	int64_t at_ms;    /* wall; 0: not known */
	/* We did this ourselves, or nobody did (a server after a split,
	 * services on joining): nothing to be carried over. */
	bool is_automatic;
	/* Not set, of one who is shown here and has just come: nobody has taken
	 * it away. */
	bool is_fresh;
	/* Not set, of one who has left: nothing is known of them any more. */
	bool is_gone;
};

/* A list of all of a kind comes between BEGINS and COMPLETE. `is_whole`: who
 * was not named does not have it; else nothing is known of the others. */
struct standing_list {
	enum standing_kind kind;
	enum roster_state state;
	bool is_whole; /* with COMPLETE */
};

struct standing_change {
	enum standing_kind kind;
	bool is_set;
	const char *person_id;
	const char *name;
	bool is_native;   /* of the side that is asked */
	const char *rule; /* lifting: this one; NULL: all that fit only them */
	const char *by;   /* who did it on the other side; or NULL */
	const char *reason; /* or NULL */
};

/* One for each change that was asked for. */
struct standing_receipt {
	enum standing_kind kind;
	bool is_set;
	const char *person_id;
	/* NOT_SHOWN: it means nothing on this side. */
	enum mirror_outcome outcome;
	const char *rule; /* that was set; or NULL */
	const char *why;  /* for people, when not done */
	int64_t retry_ms; /* LATER: not before; 0: the bridge's choice */
};

enum attribute {
	ATTRIBUTE_TOPIC,
	ATTRIBUTE_NAME,
	ATTRIBUTE_RESTRICTED, /* "1": only some may come in, or speak; "0" */
	ATTRIBUTES,
};

struct attribute_state {
	enum attribute attribute;
	const char *value; /* NULL: not known (any more) */
	const char *by;    /* or NULL */
	int64_t at_ms;     /* wall; 0: not known */
};

struct attribute_receipt {
	enum attribute attribute;
	enum mirror_outcome outcome;
	/* DONE: as it stands here now, maybe cut; as attribute_state will tell
	 * it from now on. */
	const char *value;
	const char *why;
	int64_t retry_ms;
};

/* What the bridge may change on a side. */
enum right {
	RIGHT_BANS,
	RIGHT_MODERATORS,
	RIGHT_TOPIC,
	RIGHT_NAME,
	RIGHT_RESTRICTED,
	RIGHTS,
};

#endif
