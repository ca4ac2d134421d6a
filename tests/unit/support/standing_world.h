/*
 * A world of bans and moderators on both sides for a reconcile at random: who
 * is banned by which masks, who is a moderator, and the ends that carry out
 * what they are asked, or not. What is to come of it is written down by the
 * test (`wants_`).
 */
#ifndef SUPPORT_STANDING_WORLD_H
#define SUPPORT_STANDING_WORLD_H

#include "reconcile_rig.h"

/* Four of IRC and two of Chime, the last of whom is not shown on IRC. */
enum { PEOPLE = 6, NATIVES = 4, HIDDEN = 5 };
/* The first masks are those which the bridge sets, for one person each. */
enum { MASKS = PEOPLE + 4 };

struct standing_world {
	struct reconcile_rig rig;
	uint64_t random;
	size_t number;
	/* The world. */
	bool has_mask[MASKS], is_ours[MASKS];
	bool is_banned[PEOPLE];
	bool is_op[PEOPLE], is_moderator[PEOPLE];
	/* What is to come of it. */
	bool wants_mask[MASKS];
	unsigned exempt[PEOPLE]; /* masks, a bit each */
	bool wants_ban[PEOPLE];
	bool wants_moderator[PEOPLE];
	bool is_touched[PEOPLE]; /* somebody has changed something of theirs */
	bool is_calm; /* nobody else does anything until all is done */
	bool is_refusing;
};

uint32_t standing_below(struct standing_world *model, uint32_t n);
/* Does the mask fit them? */
bool standing_fits(size_t m, size_t p);
/* By any mask that is set. */
bool standing_is_banned(const struct standing_world *model, size_t p);
/* The test has failed, here. */
void standing_fail(
	const struct standing_world *model, const char *what, size_t p);

/* The ends tell. `may_hide`: somebody may not be known at the moment. */
void standing_tell_mask(struct standing_world *model, size_t m, bool may_hide);
void standing_tell_unmask(struct standing_world *model, size_t m, bool is_ours);
void standing_tell_op(struct standing_world *model, size_t p);
void standing_list_irc(struct standing_world *model);
void standing_list_chime(struct standing_world *model);
/* A list of Chime in several pages. */
void standing_frame_chime(
	struct standing_world *model, enum roster_state state);
void standing_page_chime(struct standing_world *model, size_t from, size_t to);

/* The oldest call is answered; `is_lost`: the answer does not come any more. */
void standing_answer(
	struct standing_world *model, enum reconcile_side side, bool is_lost);
/* A crash, maybe in the middle of something; and lists. */
void standing_boot(struct standing_world *model);

#endif
