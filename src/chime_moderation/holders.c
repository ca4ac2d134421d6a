#include "chime_moderation/holders.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

void holders_drop(struct holders *holders, struct holder *holder)
{
	HASH_DEL(holders->first, holder);
	free(holder->arn);
	free(holder->name);
	free(holder->by);
	free(holder->by_arn);
	free(holder);
}

void holders_release(struct holders *holders)
{
	struct holder *holder, *tmp;
	HASH_ITER (hh, holders->first, holder, tmp)
		holders_drop(holders, holder);
}

size_t holders_count(const struct holders *holders)
{
	return HASH_COUNT(holders->first);
}

struct holder *holders_find(const struct holders *holders, const char *arn)
{
	struct holder *holder;
	HASH_FIND_STR(holders->first, arn, holder);
	return holder;
}

struct holder *holders_put(
	struct holders *holders, const char *arn, const char *name)
{
	struct holder *holder = holders_find(holders, arn);
	if (!holder) {
		holder = xcalloc(1, sizeof(*holder));
		holder->arn = xstrdup(arn);
		holder->name = xstrdup(str_last_part(arn));
		holder->look = HOLDER_LOOK_NONE;
		HASH_ADD_KEYPTR(hh, holders->first, holder->arn,
			strlen(holder->arn), holder);
	}
	if (name && *name)
		set_string(&holder->name, name);
	return holder;
}

struct holder *holders_to_look(const struct holders *holders)
{
	struct holder *holder, *tmp, *found = NULL;
	HASH_ITER (hh, holders->first, holder, tmp)
		if (holder->look < (found ? found->look : HOLDER_LOOK_NONE))
			found = holder;
	return found;
}
