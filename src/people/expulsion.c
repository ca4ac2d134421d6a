#include "people/expulsion.h"

#include "util/buf.h"

#include <errno.h>

enum { NOTE_BYTES = 400, WORD_BYTES = 120 };

static void note(struct mirror *mirror, const char *text)
{
	if (mirror->source->ops->note)
		mirror->source->ops->note(mirror->source, text);
}

static void tell(struct mirror *mirror, const struct removal *removal)
{
	struct buf AUTOBUF text;

	buf_init(&text, NOTE_BYTES);
	buf_addf(&text, "%.*s was removed from %s", WORD_BYTES, removal->name,
		mirror_side(mirror));
	if (removal->actor)
		buf_addf(&text, " by %.*s", WORD_BYTES, removal->actor);
	if (removal->reason && *removal->reason)
		buf_addf(&text, ": %.*s", WORD_BYTES, removal->reason);
	note(mirror, text.data);
}

static void stop(struct mirror *mirror)
{
	log_warn(mirror->setup.object,
		"too many removals cross the bridge; none does for %d minutes",
		KICKS_PAUSE_MS / 60000);
	note(mirror, "Too many people are being removed on both sides: for ten "
		     "minutes removals are not carried over.");
}

static void cross(struct mirror *mirror, const struct removal *removal)
{
	struct end_room *source = mirror->source;
	int code = source->ops->expel ? source->ops->expel(source, removal)
				      : -EPERM;

	log_info(mirror->setup.object, "%s (%s) was removed from %s by %s: %s",
		removal->name, removal->person_id, mirror_side(mirror),
		removal->actor ? removal->actor : "somebody",
		code == 0 ? "they are removed on the other side too"
			  : "here they stay, as we have no right to remove");
	if (code == 0)
		mirror->expelled++;
	else
		tell(mirror, removal);
}

static bool is_crossing(
	const struct mirror *mirror, const struct member *member)
{
	return mirror->setup.params.kicks && mirror->policy != MEMBERS_OFF &&
	       (member->place == MEMBER_HERE || member->place == MEMBER_UNSURE);
}

static void ask(struct mirror *mirror, const struct removal *removal)
{
	switch (kicks_ask(mirror->setup.kicks, removal->person_id,
		mirror_now_ms(mirror))) {
	case KICKS_CROSS:
		cross(mirror, removal);
		break;
	case KICKS_STOP:
		stop(mirror);
		break;
	case KICKS_STOPPED:
		break;
	}
}

void expulsion(struct mirror *mirror, struct member *member,
	const struct presence *presence)
{
	struct removal removal = {
		.person_id = member->id,
		.name = member->name,
		.actor = presence->actor,
		.reason = presence->reason,
	};

	/* Our own doing is not to be answered. */
	if (member->work == WORK_DISMISS ||
		(!member->is_shown && member->work != WORK_ADMIT))
		return;
	member->is_shown = false;
	member->is_wanted = false;
	member_cast_out(member, presence->reason);
	if (is_crossing(mirror, member))
		ask(mirror, &removal);
}
