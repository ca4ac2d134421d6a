#include "reconcile/ruleset.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

void ruleset_release(struct ruleset *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->items[i].text);
	free(set->items);
	*set = (struct ruleset){.count = 0};
}

struct rule *ruleset_find(const struct ruleset *set, const char *text)
{
	for (size_t i = 0; i < set->count; i++)
		if (str_eq(set->items[i].text, text))
			return &set->items[i];
	return NULL;
}

struct rule *ruleset_add(struct ruleset *set, const char *text)
{
	struct rule *rule = ruleset_find(set, text);

	if (rule)
		return rule;
	if (set->count == RULESET_MAX || strlen(text) > RULE_BYTES_MAX)
		return NULL;
	set->items =
		xreallocarray(set->items, set->count + 1, sizeof(*set->items));
	rule = &set->items[set->count++];
	*rule = (struct rule){.text = xstrdup(text)};
	return rule;
}

bool ruleset_remove(struct ruleset *set, const char *text)
{
	struct rule *rule = ruleset_find(set, text);

	if (!rule)
		return false;
	free(rule->text);
	*rule = set->items[--set->count];
	if (set->count == 0)
		ruleset_release(set);
	return true;
}

void ruleset_copy(struct ruleset *set, const struct ruleset *from)
{
	ruleset_release(set);
	for (size_t i = 0; i < from->count; i++) {
		struct rule *rule = ruleset_add(set, from->items[i].text);

		if (rule)
			rule->is_automatic = from->items[i].is_automatic;
	}
}

void ruleset_intersect(struct ruleset *set, const struct ruleset *with)
{
	size_t i = 0;

	while (i < set->count) {
		if (ruleset_find(with, set->items[i].text))
			i++;
		else
			(void)ruleset_remove(set, set->items[i].text);
	}
}

bool ruleset_is_within(const struct ruleset *set, const struct ruleset *of)
{
	for (size_t i = 0; i < set->count; i++)
		if (!ruleset_find(of, set->items[i].text))
			return false;
	return true;
}

bool ruleset_is_automatic(const struct ruleset *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (!set->items[i].is_automatic)
			return false;
	return set->count > 0;
}
