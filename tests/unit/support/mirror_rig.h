/*
 * A mirror between two fake ends, with a clock that stands still: natives are
 * those of the source, and are shown in the destination. Steps are taken one
 * by one; it may be started anew, when only what the ends know is left.
 */
#ifndef SUPPORT_MIRROR_RIG_H
#define SUPPORT_MIRROR_RIG_H

#include "fake_end.h"
#include "people/mirror.h"

struct mirror_rig {
	struct loop *loop;
	struct fake_world irc, chime;
	struct kicks kicks;
	struct mirror_setup setup;
	/* As long as it runs. */
	struct mirror *mirror;
	struct fake_end *source;
	struct fake_end *dest;
};

/* People of IRC in Chime, full, with kicks, unless `setup` is changed before
 * the next mirror_rig_boot(). Boots, ready and unwatched. */
void mirror_rig_init(struct mirror_rig *rig);
void mirror_rig_release(struct mirror_rig *rig);
/* Ends the process, if there is one, and starts the next. */
void mirror_rig_boot(struct mirror_rig *rig);

/* The source's natives. */
void mirror_rig_tell(struct mirror_rig *rig, enum presence_kind kind,
	const char *id, const char *name);
/* Everybody whom the words name, separated by blanks; their ids are their
 * names. A whole list. */
void mirror_rig_list(struct mirror_rig *rig, const char *words);
/* What became of those who are shown. */
void mirror_rig_likeness(struct mirror_rig *rig, enum presence_kind kind,
	const char *id, const char *actor);
/* Answers all that is under way and what follows; how many there were. */
size_t mirror_rig_answer(struct mirror_rig *rig, enum mirror_outcome outcome);
/* The time passes in one leap. */
void mirror_rig_wait(struct mirror_rig *rig, int64_t ms);

#endif
