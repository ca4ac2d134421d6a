#include "filter/filter.h"

#include "filter/filters.h"
#include "util/alloc.h"

#include <stdlib.h>

struct filter {
	const struct filters *all;
	struct rules *own;
	char *mapping;
};

struct filter *filter_new(const struct filters *all, const char *mapping,
	const struct filter_params *own, struct err *err)
{
	struct rules *rules = rules_new(own, err);
	struct filter *filter;

	if (!rules)
		return NULL;
	filter = xcalloc(1, sizeof(*filter));
	filter->all = all;
	filter->own = rules;
	filter->mapping = xstrdup(mapping);
	return filter;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	rules_free(filter->own);
	free(filter->mapping);
	free(filter);
}

bool filter_ignores(const struct filter *filter, enum lane_way way,
	const struct person *person)
{
	return filter &&
	       (rules_ignore(filter->all->rules, way, person) ||
		       rules_ignore(filter->own, way, person) ||
		       mutes_fit(filter->all->mutes, filter->mapping, person));
}

bool filter_unshown(const struct filter *filter, enum lane_way way UNUSED,
	const struct person *person)
{
	return filter && (rules_never_puppet(filter->all->rules, person) ||
				 rules_never_puppet(filter->own, person) ||
				 optouts_has(filter->all->optouts, person->id));
}

bool filter_drops(const struct filter *filter, enum lane_way way,
	const char *text, size_t len)
{
	return filter && (rules_drop(filter->all->rules, way, text, len) ||
				 rules_drop(filter->own, way, text, len));
}
