#include "reconcile/base.h"

#include "model/facts.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char space[] = "base";

static const char *const side_names[] = {
	[SIDE_IRC] = "irc",
	[SIDE_CHIME] = "chime",
};

static const char *const kind_names[] = {
	[STANDING_BANNED] = "ban",
	[STANDING_MODERATOR] = "moderator",
};

void base_release(struct base *base)
{
	free(base->name);
	free(base->own);
	free(base->by);
	free(base->reason);
	ruleset_release(&base->rules);
	ruleset_release(&base->exempt);
	*base = (struct base){.is_set = false};
}

bool base_is_empty(const struct base *base)
{
	return !base->is_set && !base->is_doing && !base->is_ordered &&
	       base->until_ms == 0 && base->exempt.count == 0;
}

/* --- writing ---------------------------------------------------------------
 */

static void put_rules(
	json_t *object, const char *key, const struct ruleset *set)
{
	json_t *array;

	if (set->count == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < set->count; i++) {
		json_t *AUTOJSON one = json_object();

		/* As json_set_string() repairs what is no UTF-8. */
		json_set_string(one, "r", set->items[i].text);
		json_array_append(array, json_object_get(one, "r"));
	}
	json_object_set_new(object, key, array);
}

static void put_time(json_t *object, const char *key, int64_t ms)
{
	if (ms != 0)
		json_object_set_new(object, key, json_integer(ms));
}

static void put_flag(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

char *base_encode(const struct base *base)
{
	json_t *AUTOJSON object = NULL;

	if (base_is_empty(base))
		return NULL;
	object = json_object();
	put_flag(object, "set", base->is_set);
	json_set_string(object, "home", side_names[base->home]);
	json_set_string(object, "name", base->name);
	put_rules(object, "rules", &base->rules);
	put_rules(object, "exempt", &base->exempt);
	json_set_string(object, "own", base->own);
	json_set_string(object, "by", base->by);
	json_set_string(object, "reason", base->reason);
	put_time(object, "at", base->at_ms);
	put_time(object, "until", base->until_ms);
	if (base->is_doing) {
		json_set_string(object, "doing_to", side_names[base->doing_to]);
		put_flag(object, "doing", base->doing_value);
	}
	if (base->is_ordered)
		put_flag(object, "order", base->order_value);
	return json_text(object);
}

/* --- reading ---------------------------------------------------------------
 */

static bool get_side(
	const json_t *object, const char *key, enum reconcile_side *ret)
{
	const char *name = json_get_string(object, key);

	for (size_t i = 0; i < SIDES; i++) {
		if (!str_eq(name, side_names[i]))
			continue;
		*ret = (enum reconcile_side)i;
		return true;
	}
	return false;
}

static void get_rules(
	const json_t *object, const char *key, struct ruleset *ret)
{
	const json_t *array = json_object_get(object, key);

	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text)
			(void)ruleset_add(ret, text);
	}
}

static char *get_word(const json_t *object, const char *key)
{
	const char *word = json_get_string(object, key);

	return word ? xstrndup(word, BASE_WORD_BYTES) : NULL;
}

static int64_t get_time(const json_t *object, const char *key)
{
	int64_t ms = json_get_int(object, key, 0);

	return ms > 0 ? ms : 0;
}

static char *get_own(const json_t *object)
{
	const char *own = json_get_string(object, "own");

	return own && strlen(own) <= RULE_BYTES_MAX ? xstrdup(own) : NULL;
}

static void get_all(const json_t *object, struct base *ret)
{
	ret->is_set = json_get_bool(object, "set", false);
	ret->name = get_word(object, "name");
	ret->own = get_own(object);
	ret->by = get_word(object, "by");
	ret->reason = get_word(object, "reason");
	ret->at_ms = get_time(object, "at");
	ret->until_ms = get_time(object, "until");
	get_rules(object, "rules", &ret->rules);
	get_rules(object, "exempt", &ret->exempt);
	ret->is_doing = get_side(object, "doing_to", &ret->doing_to);
	if (ret->is_doing)
		ret->doing_value = json_get_bool(object, "doing", false);
	ret->is_ordered = json_is_boolean(json_object_get(object, "order"));
	if (ret->is_ordered)
		ret->order_value = json_get_bool(object, "order", false);
}

int base_decode(const char *text, struct base *ret)
{
	struct err err = {0};
	struct base base = {.is_set = false};
	json_t *AUTOJSON object = NULL;
	size_t len = strlen(text);

	if (len > BASE_BYTES_MAX)
		return -EBADMSG;
	object = json_parse_strict(text, len, &err);
	if (!json_is_object(object) || !get_side(object, "home", &base.home))
		return -EBADMSG;
	get_all(object, &base);
	*ret = base;
	return 0;
}

/* --- the store -------------------------------------------------------------
 */

const char *base_kind_name(enum standing_kind kind)
{
	return kind_names[kind];
}

char *base_key(
	const char *mapping, enum standing_kind kind, const char *person_id)
{
	return xasprintf("%s|%s|%s", mapping, kind_names[kind], person_id);
}

void reconcile_forget(struct store *store, const char *mapping)
{
	char *AUTOFREE prefix = xasprintf("%s|", mapping);

	if (facts_forget(store, space, prefix) < 0)
		log_warn("bridge",
			"mapping %s: what was agreed on cannot be read",
			mapping);
}

void base_write(struct store *store, const char *key, const char *text)
{
	struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = key,
		.value = text,
	};

	store_append(store, &record);
}
