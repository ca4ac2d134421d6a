#include "daemon/control_aside.h"

#include "bridge/bridge.h"
#include "daemon/control_query.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

enum { PAYLOAD_SHOWN_BYTES = 1024 };

static const char *const ways[] = {
	[LANE_TO_IRC] = "to_irc",
	[LANE_TO_CHIME] = "to_chime",
};

/* ---- listing ---- */

struct listing {
	json_t *items;
	const char *mapping;
	enum lane_way way;
	bool failed;
};

/* The bytes that would be sent, as far as they can be shown. */
static void set_payload(json_t *item, const struct store_record *record)
{
	struct buf AUTOBUF text;
	size_t len = record->payload_len;

	buf_init(&text, (size_t)PAYLOAD_SHOWN_BYTES * 3);
	if (len == 0)
		return;
	if (len > PAYLOAD_SHOWN_BYTES)
		len = PAYLOAD_SHOWN_BYTES;
	utf8_repair(&text, record->payload, len);
	json_object_set_new_nocheck(
		item, "payload", json_stringn_nocheck(text.data, text.len));
}

static void listing_on_record(const struct store_record *record, void *arg)
{
	struct listing *listing = arg;
	json_t *item = json_object();

	json_set_string(item, "mapping", listing->mapping);
	json_set_string(item, "way", ways[listing->way]);
	json_object_set_new(item, "seq", json_integer((json_int_t)record->seq));
	json_object_set_new(item, "at_ms", json_integer(record->at_ms));
	json_set_string(item, "source_id", record->source_id);
	json_set_string(item, "reason", record->value);
	set_payload(item, record);
	json_array_append_new(listing->items, item);
}

static void list_mapping(struct listing *listing, struct mapping *mapping)
{
	listing->mapping = mapping_name(mapping);
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		listing->way = (enum lane_way)way;
		if (mapping_aside_each(mapping, listing->way, listing_on_record,
			    listing) != 0)
			listing->failed = true;
	}
}

static void listing_on_mapping(const struct mapping_config *config UNUSED,
	struct mapping *mapping, void *arg)
{
	list_mapping(arg, mapping);
}

static void listing_on_network(const char *name UNUSED,
	const struct end_irc *end UNUSED, void *arg UNUSED)
{
}

static struct control_answer answer_list(struct listing *listing)
{
	if (!listing->failed)
		return control_ok(json_pack("{s:o}", "aside", listing->items));
	json_decref(listing->items);
	return control_refuse(500, "the state file cannot be read");
}

struct control_answer control_aside_list(const struct control_request *request)
{
	struct buf AUTOBUF name;
	struct listing listing = {.items = json_array()};
	struct mapping *mapping;

	buf_init(&name, CONTROL_VALUE_BYTES);
	control_query(request, "mapping", &name);
	mapping = wire_mapping(request->wire, name.data);
	if (mapping) {
		list_mapping(&listing, mapping);
	} else if (name.len == 0) {
		wire_visit(request->wire,
			&(struct wire_visitor){.network = listing_on_network,
				.mapping = listing_on_mapping,
				.arg = &listing});
	} else {
		json_decref(listing.items);
		return control_refuse(404, "there is no such mapping");
	}
	return answer_list(&listing);
}

/* ---- one of them ---- */

struct choice {
	struct mapping *mapping;
	enum lane_way way;
	uint64_t seq;
};

static int read_way(const char *name, enum lane_way *ret)
{
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		if (!str_eq(ways[way], name))
			continue;
		*ret = (enum lane_way)way;
		return 0;
	}
	return -EINVAL;
}

static int read_choice(
	const struct control_request *request, struct choice *ret)
{
	struct buf AUTOBUF way;
	struct buf AUTOBUF seq;
	int64_t number;

	buf_init(&way, CONTROL_VALUE_BYTES);
	buf_init(&seq, CONTROL_VALUE_BYTES);
	control_query(request, "way", &way);
	control_query(request, "seq", &seq);
	ret->mapping = control_query_mapping(request);
	if (!ret->mapping)
		return -ENXIO;
	if (read_way(way.data, &ret->way) != 0 ||
		parse_i64(seq.data, 0, INT64_MAX, &number) != 0)
		return -EINVAL;
	ret->seq = (uint64_t)number;
	return 0;
}

static const struct {
	int error;
	int status;
	const char *why;
} failures[] = {
	{-ENXIO, 404, "there is no such mapping"},
	{-EINVAL, 400,
		"mapping, way (to_irc or to_chime) and seq (a number) "
		"are needed"},
	{-ENOENT, 404, "nothing of that number is set aside"},
	{-EALREADY, 409, "it is being tried again"},
	{-ENODATA, 409, "there is nothing of it that could be sent"},
	{-EAGAIN, 503, "it is not saved yet: ask again in a moment"},
	{-ESHUTDOWN, 503, "the daemon is stopping"},
};

static struct control_answer answer_choice(int error)
{
	if (error == 0)
		return control_ok(json_object());
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (failures[i].error == error)
			return control_refuse(
				failures[i].status, failures[i].why);
	}
	return control_refuse(500, "the state file cannot be read");
}

typedef int choice_fn(struct mapping *mapping, enum lane_way way, uint64_t seq);

static struct control_answer with_choice(
	const struct control_request *request, choice_fn *fn)
{
	struct choice choice;
	int error = read_choice(request, &choice);

	if (error == 0)
		error = fn(choice.mapping, choice.way, choice.seq);
	return answer_choice(error);
}

struct control_answer control_aside_retry(const struct control_request *request)
{
	return with_choice(request, mapping_aside_retry);
}

struct control_answer control_aside_forget(
	const struct control_request *request)
{
	return with_choice(request, mapping_aside_forget);
}
