#include "end_chime/members.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static void member_free(struct member *member)
{
	free(member->arn);
	free(member->name);
	free(member);
}

void members_drop(struct members *members, struct member *member)
{
	HASH_DEL(members->first, member);
	member_free(member);
}

void members_release(struct members *members)
{
	struct member *member, *tmp;
	HASH_ITER (hh, members->first, member, tmp)
		members_drop(members, member);
}

size_t members_count(const struct members *members)
{
	return HASH_COUNT(members->first);
}

struct member *members_find(const struct members *members, const char *arn)
{
	struct member *member;
	HASH_FIND_STR(members->first, arn, member);
	return member;
}

static const char *name_or_id(const char *arn, const char *name)
{
	return name && *name ? name : str_last_part(arn);
}

struct member *members_put(
	struct members *members, const char *arn, const char *name)
{
	struct member *member = members_find(members, arn);
	if (!member) {
		member = xcalloc(1, sizeof(*member));
		member->arn = xstrdup(arn);
		HASH_ADD_KEYPTR(hh, members->first, member->arn,
			strlen(member->arn), member);
	}
	set_string(&member->name, name_or_id(arn, name));
	return member;
}

void members_drop_all(struct members *members, bool is_hidden)
{
	struct member *member, *tmp;
	HASH_ITER (hh, members->first, member, tmp)
		if (member->is_hidden == is_hidden)
			members_drop(members, member);
}

void members_keep_hidden(struct members *members, const struct members *from)
{
	struct member *member, *tmp;
	HASH_ITER (hh, from->first, member, tmp) {
		if (!member->is_hidden || members_find(members, member->arn))
			continue;
		struct member *kept =
			members_put(members, member->arn, member->name);
		kept->is_hidden = true;
		kept->is_own = member->is_own;
	}
}
