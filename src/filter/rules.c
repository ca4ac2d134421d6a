#include "filter/rules.h"

#include "util/alloc.h"
#include "util/log.h"
#include "util/pattern.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>

/* After so many expressions have given up on one text the others are not
 * tried: the loop has other things to do. */
enum { GAVE_UP_MAX = 3, GAVE_UP_LOG_MS = 60 * 1000 };

struct masks {
	char **items;
	size_t count;
};

struct expressions {
	struct pattern **items;
	size_t count;
};

struct rules {
	struct masks ignore[2]; /* by the way of their words */
	struct masks never_puppet;
	struct expressions drop[2];
	struct log_once gave_up;
};

/* ---- masks ---- */

bool rules_mask_fits(const char *mask, const struct person *person)
{
	if (person->address && pattern_mask_fits(mask, person->address))
		return true;
	return person->name && pattern_mask_fits(mask, person->name);
}

static bool masks_fit(const struct masks *masks, const struct person *person)
{
	for (size_t i = 0; i < masks->count; i++)
		if (rules_mask_fits(masks->items[i], person))
			return true;
	return false;
}

static int masks_init(struct masks *masks, const char *name,
	const struct pattern_list *list, struct err *err)
{
	masks->items = xcalloc(list->count, sizeof(*masks->items));
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i][0] == '\0')
			return err_set(err, -EINVAL,
				"filter.%s: element %zu is empty: it fits "
				"nobody",
				name, i + 1);
		masks->items[masks->count++] = xstrdup(list->items[i]);
	}
	return 0;
}

static void masks_release(struct masks *masks)
{
	for (size_t i = 0; i < masks->count; i++)
		free(masks->items[i]);
	free(masks->items);
}

/* ---- expressions ---- */

static int expressions_init(struct expressions *expressions, const char *name,
	const struct pattern_list *list, struct err *err)
{
	expressions->items = xcalloc(list->count, sizeof(*expressions->items));
	for (size_t i = 0; i < list->count; i++) {
		struct pattern *pattern = pattern_new(list->items[i], err);

		if (!pattern)
			return err_prefix(
				err, "filter.%s: element %zu", name, i + 1);
		expressions->items[expressions->count++] = pattern;
	}
	return 0;
}

static void expressions_release(struct expressions *expressions)
{
	for (size_t i = 0; i < expressions->count; i++)
		pattern_free(expressions->items[i]);
	free(expressions->items);
}

static void tell_gave_up(
	struct rules *rules, const struct pattern *pattern, size_t len)
{
	const char *text = pattern_text(pattern);

	if (log_once_is_news(&rules->gave_up, text, GAVE_UP_LOG_MS))
		log_warn("filter",
			"the expression \"%s\" takes too long on a message "
			"of %zu bytes: not found",
			text, len);
}

const char *rules_drop(
	struct rules *rules, enum lane_way way, const char *text, size_t len)
{
	const struct expressions *drop = rules ? &rules->drop[way] : NULL;
	size_t gave_up = 0;

	for (size_t i = 0; drop && i < drop->count; i++) {
		const struct pattern *pattern = drop->items[i];
		enum pattern_answer answer = pattern_find(pattern, text, len);

		if (answer == PATTERN_FOUND)
			return pattern_text(pattern);
		if (answer == PATTERN_NOT_FOUND)
			continue;
		tell_gave_up(rules, pattern, len);
		if (++gave_up == GAVE_UP_MAX)
			return NULL;
	}
	return NULL;
}

/* ---- all of them ---- */

static bool masks_are(
	const struct masks *masks, const struct pattern_list *list)
{
	bool same = masks->count == list->count;

	for (size_t i = 0; same && i < list->count; i++)
		same = str_eq(masks->items[i], list->items[i]);
	return same;
}

static bool expressions_are(
	const struct expressions *expressions, const struct pattern_list *list)
{
	bool same = expressions->count == list->count;

	for (size_t i = 0; same && i < list->count; i++)
		same = str_eq(
			pattern_text(expressions->items[i]), list->items[i]);
	return same;
}

bool rules_are(const struct rules *rules, const struct filter_params *params)
{
	return rules &&
	       masks_are(&rules->ignore[LANE_TO_CHIME], &params->ignore_irc) &&
	       masks_are(&rules->ignore[LANE_TO_IRC], &params->ignore_chime) &&
	       masks_are(&rules->never_puppet, &params->never_puppet) &&
	       expressions_are(
		       &rules->drop[LANE_TO_CHIME], &params->drop_irc) &&
	       expressions_are(&rules->drop[LANE_TO_IRC], &params->drop_chime);
}

static int rules_init(struct rules *rules, const struct filter_params *params,
	struct err *err)
{
	if (masks_init(&rules->ignore[LANE_TO_CHIME], "ignore_irc",
		    &params->ignore_irc, err) < 0 ||
		masks_init(&rules->ignore[LANE_TO_IRC], "ignore_chime",
			&params->ignore_chime, err) < 0 ||
		masks_init(&rules->never_puppet, "never_puppet",
			&params->never_puppet, err) < 0 ||
		expressions_init(&rules->drop[LANE_TO_CHIME], "drop_irc",
			&params->drop_irc, err) < 0)
		return err->code;
	return expressions_init(&rules->drop[LANE_TO_IRC], "drop_chime",
		&params->drop_chime, err);
}

struct rules *rules_new(const struct filter_params *params, struct err *err)
{
	struct rules *rules = xcalloc(1, sizeof(*rules));

	if (rules_init(rules, params, err) == 0)
		return rules;
	rules_free(rules);
	return NULL;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	for (size_t way = 0; way < ARRAY_LEN(rules->ignore); way++) {
		masks_release(&rules->ignore[way]);
		expressions_release(&rules->drop[way]);
	}
	masks_release(&rules->never_puppet);
	free(rules);
}

bool rules_ignore(const struct rules *rules, enum lane_way way,
	const struct person *person)
{
	return rules && masks_fit(&rules->ignore[way], person);
}

bool rules_never_puppet(const struct rules *rules, const struct person *person)
{
	return rules && masks_fit(&rules->never_puppet, person);
}
