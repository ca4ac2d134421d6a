/*
 * Who is banned from a channel, or moderates it: lists that again and again and
 * tells the differences (model/standing.h). The first list, and each after
 * standings_refresh(), is told as a whole. How often: chime_moderation/pace.h.
 *
 * Somebody new in a later list is looked at (by whom, when) before it is told,
 * and somebody who is missing before it is believed: two lists without them do,
 * too. At most STANDINGS_LOOKS of a list; beyond them what is new is told as it
 * is. Of a whole list the details come later, of STANDINGS_LOOKS of them soon,
 * of the others one every STANDINGS_LAZY_MS.
 *
 * What we changed ourselves (standings_changed()) is not told; for
 * STANDINGS_YOUNG_MS (or `every_ms`, when that is less) no list is believed
 * that says otherwise. The bridge's own user is never told of, and of our
 * puppets only those whose person is known.
 *
 * At most STANDINGS_MAX: of a longer list the rest is not known.
 */
#ifndef CHIME_MODERATION_STANDINGS_H
#define CHIME_MODERATION_STANDINGS_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/standing.h"
#include "util/attr.h"

enum {
	STANDINGS_LOOKS = 50,
	STANDINGS_LAZY_MS = 10 * 1000,
	STANDINGS_YOUNG_MS = 10 * 1000,
	STANDINGS_MAX = 20000,
};

struct standings;

struct standings_params {
	struct chime_client *client; /* borrowed, as users and load */
	struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bridge;  /* ARN of the bridge's own user */
	int64_t every_ms;
	unsigned *load; /* see chime_moderation/pace.h */
	enum standing_kind kind;
	/* From the loop only; each may close the standings. */
	void (*list)(void *arg, const struct standing_list *list);
	void (*standing)(void *arg, const struct standing *standing);
	/* The list was forbidden. */
	void (*refused)(void *arg, enum standing_kind kind,
		const struct chime_result *result);
	/* Is it being changed by us just now? Then lists say nothing. */
	bool (*is_changing)(
		void *arg, enum standing_kind kind, const char *arn);
	void *arg;
};

/* May all be called inside its callbacks. */
struct standings *standings_new(
	struct loop *loop, const struct standings_params *params) MUST_CHECK;
/* Frees at the end of the turn; no callback comes any more. NULL is fine. */
void standings_close(struct standings *standings);

/* A fresh list, at once, told as a whole. */
void standings_refresh(struct standings *standings);
/* We have done this. */
void standings_changed(
	struct standings *standings, const char *arn, bool is_set);
/* Was a list told? */
bool standings_is_known(const struct standings *standings);
bool standings_has(const struct standings *standings, const char *arn);

#endif
