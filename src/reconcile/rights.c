#include "reconcile/rights.h"

#include "reconcile/entry.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

void rights_release(struct rights *rights)
{
	for (size_t i = 0; i < SIDES; i++)
		for (size_t j = 0; j < RIGHTS; j++)
			free(rights->states[i][j].why);
	*rights = (struct rights){.states = {{{.is_denied = false}}}};
}

bool rights_set(struct rights *rights, enum reconcile_side side,
	enum right right, bool may, const char *why)
{
	struct right_state *state = &rights->states[side][right];
	bool is_news = state->is_denied == may;

	state->is_denied = !may;
	state->is_said = state->is_said && !may;
	set_string(&state->why, may           ? NULL
				: why && *why ? why
					      : "it has no right to");
	return is_news;
}

char *rights_text(
	const struct rights *rights, enum reconcile_side side, enum right right)
{
	return xasprintf("The bridge may not change %s %s %s: %s.",
		right_name(right), side == SIDE_IRC ? "on" : "in",
		side_name(side), rights_denied(rights, side, right));
}

bool rights_allow(struct rights *rights, enum reconcile_side side,
	enum right right, const struct rights_voice *voice)
{
	struct right_state *state = &rights->states[side][right];
	char *AUTOFREE text = NULL;

	if (!state->is_denied)
		return true;
	if (state->is_said)
		return false;
	state->is_said = true;
	text = rights_text(rights, side, right);
	if (voice->say)
		voice->say(voice->arg, text);
	return false;
}

const char *rights_denied(
	const struct rights *rights, enum reconcile_side side, enum right right)
{
	return rights->states[side][right].why;
}

enum right right_of_kind(enum standing_kind kind)
{
	return kind == STANDING_BANNED ? RIGHT_BANS : RIGHT_MODERATORS;
}

enum right right_of_attribute(enum attribute attribute)
{
	static const enum right rights[] = {
		[ATTRIBUTE_TOPIC] = RIGHT_TOPIC,
		[ATTRIBUTE_NAME] = RIGHT_NAME,
		[ATTRIBUTE_RESTRICTED] = RIGHT_RESTRICTED,
	};

	return rights[attribute];
}

const char *right_name(enum right right)
{
	static const char *const names[] = {
		[RIGHT_BANS] = "bans",
		[RIGHT_MODERATORS] = "moderators",
		[RIGHT_TOPIC] = "the topic",
		[RIGHT_NAME] = "the name",
		[RIGHT_RESTRICTED] = "the mode",
	};

	return names[right];
}
