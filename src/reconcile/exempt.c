#include "reconcile/exempt.h"

#include "reconcile/entries.h"
#include "reconcile/pass.h"
#include "reconcile/work.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

bool exempt_rule(const struct reconcile *reconcile, const struct entry *entry,
	const char **ret_rule)
{
	const struct ruleset *rules = &entry->sides[SIDE_IRC].rules;

	if (entry->kind != STANDING_BANNED || rules->count == 0) {
		*ret_rule = NULL;
		return true;
	}
	for (size_t i = 0; i < rules->count; i++) {
		const char *text = rules->items[i].text;

		if (ruleset_find(&entry->base.exempt, text))
			continue;
		if (!str_eq(text, entry->base.own) &&
			entries_fit(reconcile, text) > 1)
			continue;
		*ret_rule = text;
		return true;
	}
	return false;
}

void exempt_say(struct reconcile *reconcile, struct entry *entry)
{
	char *AUTOFREE text = NULL;

	if (entry->is_exempt_said || entry->base.exempt.count == 0 ||
		entry->sides[SIDE_IRC].rules.count == 0 ||
		entry->sides[SIDE_CHIME].is != TRI_OFF)
		return;
	entry->is_exempt_said = true;
	text = xasprintf("%s is not banned in Chime any more. On IRC the mask "
			 "%s still bans them, for it fits others too.",
		entry->name ? entry->name : entry->id,
		entry->sides[SIDE_IRC].rules.items[0].text);
	log_info(reconcile->object, "%s", text);
	reconcile_say(reconcile, text);
}

bool exempt_try(struct reconcile *reconcile, struct entry *entry,
	const struct step *step)
{
	const char *rule = NULL;

	if (step->side != SIDE_IRC || step->value ||
		exempt_rule(reconcile, entry, &rule))
		return false;
	ruleset_copy(&entry->base.exempt, &entry->sides[SIDE_IRC].rules);
	ruleset_release(&entry->base.rules);
	entry->base.is_doing = false;
	/* In Chime it is still to be lifted. */
	if (entry->base.is_ordered)
		pass_soon(reconcile);
	else
		work_agree(reconcile, entry, false);
	entries_note(reconcile, entry);
	exempt_say(reconcile, entry);
	return true;
}
