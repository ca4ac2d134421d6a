#include "daemon/control_standings.h"

#include "bridge/bridge.h"
#include "bridge/moderation.h"
#include "daemon/control_query.h"
#include "util/clock.h"
#include "util/duration.h"
#include "util/json.h"

#include <errno.h>

static struct control_answer no_mapping(void)
{
	return control_refuse(404, "there is no such mapping");
}

/* ---- bans and moderators ---- */

/* 1 set, 0 not, -1 not known */
static void set_known(json_t *object, const char *key, int value)
{
	if (value >= 0)
		json_object_set_new(object, key, json_boolean(value > 0));
}

static void set_time(json_t *object, const char *key, int64_t ms)
{
	if (ms)
		json_object_set_new(object, key, json_integer(ms));
}

static void entries_on_entry(void *arg, const struct reconcile_entry *entry)
{
	json_t *entries = arg;
	json_t *object = json_object();

	json_set_string(object, "id", entry->person_id);
	json_set_string(object, "name", entry->name);
	json_set_string(object, "rule", entry->rule);
	set_known(object, "irc", entry->on[SIDE_IRC]);
	set_known(object, "chime", entry->on[SIDE_CHIME]);
	set_known(object, "base", entry->base);
	json_set_string(object, "pending", entry->pending);
	json_set_string(object, "why", entry->why);
	json_set_string(object, "by", entry->by);
	set_time(object, "at_ms", entry->at_ms);
	set_time(object, "until_ms", entry->until_ms);
	json_array_append_new(entries, object);
}

static struct control_answer answer_standings(
	const struct control_request *request, enum standing_kind kind)
{
	struct mapping *mapping = control_query_mapping(request);
	struct reconcile_stats stats = {.held = 0};
	json_t *entries;

	if (!mapping)
		return no_mapping();
	entries = json_array();
	mapping_standings(mapping, kind, entries_on_entry, entries);
	(void)mapping_moderation_stats(mapping, &stats);
	return control_ok(
		json_pack("{s:s, s:I, s:o}", "mapping", mapping_name(mapping),
			"held", (json_int_t)stats.held, "entries", entries));
}

struct control_answer control_standings_bans(
	const struct control_request *request)
{
	return answer_standings(request, STANDING_BANNED);
}

struct control_answer control_standings_moderators(
	const struct control_request *request)
{
	return answer_standings(request, STANDING_MODERATOR);
}

/* ---- attributes ---- */

static const char *const attribute_names[ATTRIBUTES] = {
	[ATTRIBUTE_TOPIC] = "topic",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_RESTRICTED] = "restricted",
};

static json_t *side_of(
	const struct reconcile_attribute *attribute, enum reconcile_side side)
{
	json_t *object = json_object();

	json_set_string(object, "value", attribute->on[side]);
	json_set_string(object, "base", attribute->base[side]);
	return object;
}

static void attributes_on_attribute(
	void *arg, const struct reconcile_attribute *attribute)
{
	json_t *attributes = arg;
	json_t *object = json_object();

	json_set_string(
		object, "attribute", attribute_names[attribute->attribute]);
	json_object_set_new(object, "irc", side_of(attribute, SIDE_IRC));
	json_object_set_new(object, "chime", side_of(attribute, SIDE_CHIME));
	json_set_string(object, "pending", attribute->pending);
	json_set_string(object, "why", attribute->why);
	json_array_append_new(attributes, object);
}

struct control_answer control_standings_attributes(
	const struct control_request *request)
{
	struct mapping *mapping = control_query_mapping(request);
	json_t *attributes;

	if (!mapping)
		return no_mapping();
	attributes = json_array();
	mapping_attributes(mapping, attributes_on_attribute, attributes);
	return control_ok(json_pack("{s:s, s:o}", "mapping",
		mapping_name(mapping), "attributes", attributes));
}

/* ---- orders ---- */

struct order_words {
	struct buf who, time, reason, by;
};

static void read_order(
	const struct control_request *request, struct order_words *words)
{
	control_query(request, "who", &words->who);
	control_query(request, "for", &words->time);
	control_query(request, "reason", &words->reason);
	control_query(request, "by", &words->by);
}

static void words_init(struct order_words *words)
{
	buf_init(&words->who, CONTROL_VALUE_BYTES);
	buf_init(&words->time, CONTROL_VALUE_BYTES);
	buf_init(&words->reason, CONTROL_VALUE_BYTES);
	buf_init(&words->by, CONTROL_VALUE_BYTES);
}

static void words_release(struct order_words *words)
{
	buf_release(&words->who);
	buf_release(&words->time);
	buf_release(&words->reason);
	buf_release(&words->by);
}

static const struct {
	int error;
	int status;
	const char *why;
} failures[] = {
	{-ENOENT, 404, "nobody of that name or id is known there"},
	{-ENOTUNIQ, 409, "several there are called so: name the id"},
	{-EALREADY, 409, "so it is already"},
	{-EOPNOTSUPP, 409,
		"bans are not kept alike in this mapping (setting "
		"mirror.bans)"},
};

/* On which side the bridge may not, and why. */
static json_t *ordered(const struct mapping *mapping)
{
	static const char *const sides[] = {
		[SIDE_IRC] = "irc", [SIDE_CHIME] = "chime"};
	struct reconcile_stats stats = {.held = 0};
	json_t *denied = json_array();

	(void)mapping_moderation_stats(mapping, &stats);
	for (size_t i = 0; i < SIDES; i++) {
		const char *why = stats.denied[i][RIGHT_BANS];
		json_t AUTOJSON *each = json_object();

		json_set_string(each, "side", sides[i]);
		json_set_string(each, "why", why);
		if (why)
			json_array_append(denied, each);
	}
	return json_pack("{s:o}", "denied", denied);
}

static struct control_answer answer_order(
	const struct mapping *mapping, int error)
{
	if (error == 0)
		return control_ok(ordered(mapping));
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (failures[i].error == error)
			return control_refuse(
				failures[i].status, failures[i].why);
	}
	return control_refuse(500, "that cannot be done now");
}

static struct control_answer give_order(
	struct mapping *mapping, const struct order_words *words, bool is_set)
{
	int64_t ms = 0;

	if (words->who.len == 0)
		return control_refuse(400, "who (a name or an id) is needed");
	if (words->time.len && duration_parse(words->time.data, &ms) < 0)
		return control_refuse(
			400, "for wants a time like 30m, 2h or 7d");
	return answer_order(mapping,
		mapping_order(mapping,
			&(struct reconcile_order){.kind = STANDING_BANNED,
				.is_set = is_set,
				.who = words->who.data,
				.reason = words->reason.len ? words->reason.data
							    : NULL,
				.by = words->by.len ? words->by.data
						    : "the operator",
				.until_ms = ms ? clock_wall_ms() + ms : 0}));
}

static struct control_answer order(
	const struct control_request *request, bool is_set)
{
	struct mapping *mapping = control_query_mapping(request);
	struct order_words words;
	struct control_answer answer;

	if (!mapping)
		return no_mapping();
	words_init(&words);
	read_order(request, &words);
	answer = give_order(mapping, &words, is_set);
	words_release(&words);
	return answer;
}

struct control_answer control_standings_ban(
	const struct control_request *request)
{
	return order(request, true);
}

struct control_answer control_standings_unban(
	const struct control_request *request)
{
	return order(request, false);
}
