#include "filter/filters.h"

#include <errno.h>

int filters_init(struct filters *filters, struct loop *loop,
	struct store *store, mutes_ended_fn *ended, void *arg)
{
	*filters = (struct filters){
		.mutes = mutes_new(loop, store, ended, arg),
		.optouts = optouts_new(store),
	};
	return filters->mutes && filters->optouts ? 0 : -EIO;
}

void filters_release(struct filters *filters)
{
	rules_free(filters->rules);
	mutes_free(filters->mutes);
	optouts_free(filters->optouts);
	*filters = (struct filters){.rules = NULL};
}

int filters_set(struct filters *filters, const struct filter_params *params,
	bool *ret_changed, struct err *err)
{
	struct rules *rules;

	if (rules_are(filters->rules, params))
		return 0;
	rules = rules_new(params, err);
	if (!rules)
		return err->code;
	rules_free(filters->rules);
	filters->rules = rules;
	*ret_changed = true;
	return 0;
}
