#include "bridge/members.h"

#include "bridge/mapping.h"
#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

/* By what people are shown: what the end says is borrowed for a moment only. */
struct likeness {
	char *as;
	UT_hash_handle hh;
	char id[];
};

struct visit {
	struct likeness *likenesses;
	void (*fn)(void *arg, const struct mapping_member *member);
	void *arg;
};

static void people_on_shown(void *arg, const struct shown *shown)
{
	struct visit *visit = arg;
	size_t len = strlen(shown->person_id);
	struct likeness *likeness = NULL;

	if (!shown->as)
		return;
	HASH_FIND(hh, visit->likenesses, shown->person_id, len, likeness);
	if (likeness)
		return;
	likeness = xcalloc(1, sizeof(*likeness) + len + 1);
	memcpy(likeness->id, shown->person_id, len);
	likeness->as = xstrdup(shown->as);
	HASH_ADD_KEYPTR(hh, visit->likenesses, likeness->id, len, likeness);
}

static void visit_release(struct visit *visit)
{
	struct likeness *likeness = NULL;
	struct likeness *next = NULL;

	HASH_ITER (hh, visit->likenesses, likeness, next) {
		HASH_DEL(visit->likenesses, likeness);
		free(likeness->as);
		free(likeness);
	}
}

static void visit_member(struct visit *visit, const struct member *member)
{
	struct likeness *likeness = NULL;
	struct mapping_member told = {
		.person_id = member->id,
		.name = member->name,
		.state = member_state(member),
		.why = member_why(member),
		.read_ms = member->read_ms,
	};

	HASH_FIND(hh, visit->likenesses, member->id, strlen(member->id),
		likeness);
	if (likeness && member->is_shown)
		told.as = likeness->as;
	visit->fn(visit->arg, &told);
}

/* Those who are not to be seen are in no list. */
static bool is_listed(const struct member *member)
{
	return !member->is_hidden &&
	       (member->is_shown || member->place == MEMBER_HERE);
}

void mapping_members(struct mapping *mapping, enum lane_way way,
	void (*fn)(void *arg, const struct mapping_member *member), void *arg)
{
	const struct mirror *mirror = mapping_mirror(mapping, way);
	struct visit visit = {.fn = fn, .arg = arg};
	struct member *member = NULL;
	struct member *next = NULL;

	if (mirror->dest && mirror->dest->ops->shown)
		mirror->dest->ops->shown(mirror->dest, people_on_shown, &visit);
	HASH_ITER (hh, mirror->roster.members, member, next) {
		if (is_listed(member))
			visit_member(&visit, member);
	}
	visit_release(&visit);
}

void mapping_mirror_stats(const struct mapping *mapping, enum lane_way way,
	struct mirror_stats *ret)
{
	mirror_get_stats(mapping_mirror(mapping, way), ret);
}
