#include "ctl/state_json.h"

#include "util/enc.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 16 << 20 };

enum field {
	MAPPING,
	WAY,
	SEQ,
	SOURCE_ID,
	PROGRESS,
	COMPLETE,
	DEST_ID,
	TOKEN,
	PAYLOAD,
	POSITION,
	AT_MS,
	REASON,
	SPACE,
	KEY,
	VALUE,
	FIELDS,
	NO_FIELD = FIELDS,
};

enum type { TYPE_TEXT, TYPE_BYTES, TYPE_WAY, TYPE_BOOL, TYPE_SIZE, TYPE_INT };

static const struct field_row {
	const char *name;
	enum type type;
	size_t offset; /* in a store_record */
} fields[FIELDS] = {
#define FIELD(name, type, member)                                              \
	{                                                                      \
		name, type, offsetof(struct store_record, member)              \
	}
	[MAPPING] = FIELD("mapping", TYPE_TEXT, mapping),
	[WAY] = FIELD("way", TYPE_WAY, way),
	[SEQ] = FIELD("seq", TYPE_INT, seq),
	[SOURCE_ID] = FIELD("source_id", TYPE_TEXT, source_id),
	[PROGRESS] = FIELD("progress", TYPE_SIZE, progress),
	[COMPLETE] = FIELD("complete", TYPE_BOOL, complete),
	[DEST_ID] = FIELD("dest_id", TYPE_TEXT, dest_id),
	[TOKEN] = FIELD("token", TYPE_TEXT, token),
	[PAYLOAD] = FIELD("payload", TYPE_BYTES, payload),
	[POSITION] = FIELD("position", TYPE_INT, position),
	[AT_MS] = FIELD("at_ms", TYPE_INT, at_ms),
	[REASON] = FIELD("reason", TYPE_TEXT, value),
	[SPACE] = FIELD("space", TYPE_TEXT, space),
	[KEY] = FIELD("key", TYPE_TEXT, key),
	[VALUE] = FIELD("value", TYPE_TEXT, value),
#undef FIELD
};

enum { KIND_FIELDS_MAX = 10 };

static const struct kind_row {
	enum store_kind kind;
	const char *name;
	enum field fields[KIND_FIELDS_MAX]; /* NO_FIELD ends */
} kinds[] = {
	{STORE_CURSOR, "cursor", {MAPPING, WAY, POSITION, NO_FIELD}},
	{STORE_DONE, "done",
		{MAPPING, WAY, SOURCE_ID, PROGRESS, COMPLETE, DEST_ID, POSITION,
			NO_FIELD}},
	{STORE_INTENT, "intent",
		{MAPPING, WAY, SOURCE_ID, PROGRESS, AT_MS, NO_FIELD}},
	{STORE_OUTBOX_ADD, "outbox",
		{MAPPING, WAY, SEQ, SOURCE_ID, TOKEN, PAYLOAD, POSITION, AT_MS,
			NO_FIELD}},
	{STORE_ASIDE_ADD, "aside",
		{MAPPING, WAY, SEQ, SOURCE_ID, TOKEN, PAYLOAD, POSITION, AT_MS,
			REASON, NO_FIELD}},
	{STORE_FACT, "fact", {SPACE, KEY, VALUE, NO_FIELD}},
};

static const char *const way_names[] = {
	[LANE_TO_IRC] = "to_irc",
	[LANE_TO_CHIME] = "to_chime",
};

static const struct kind_row *kind_of(enum store_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const char *state_kind_name(enum store_kind kind)
{
	const struct kind_row *row = kind_of(kind);

	return row ? row->name : "?";
}

const char *state_way_name(enum lane_way way)
{
	return way_names[way == LANE_TO_CHIME];
}

/* Writing. */

static json_t *json_of_bytes(const char *bytes, size_t len)
{
	struct buf AUTOBUF text;

	buf_init(&text, TEXT_BYTES_MAX * 2);
	if (!memchr(bytes, '\0', len) && utf8_is_valid(bytes, len))
		return json_stringn(bytes, len);
	enc_base64(&text, bytes, len);
	return json_pack("{s:s#}", "base64", text.data, (int)text.len);
}

static json_t *json_of_field(
	const struct store_record *record, const struct field_row *field)
{
	const void *at = (const char *)record + field->offset;
	const char *text = "";

	switch (field->type) {
	case TYPE_TEXT:
		text = str_or_empty(*(const char *const *)at);
		return json_of_bytes(text, strlen(text));
	case TYPE_BYTES:
		if (record->payload_len > 0)
			text = record->payload;
		return json_of_bytes(text, record->payload_len);
	case TYPE_WAY:
		return json_string(state_way_name(record->way));
	case TYPE_BOOL:
		return json_boolean(*(const bool *)at);
	case TYPE_SIZE:
		return json_integer((json_int_t) * (const size_t *)at);
	case TYPE_INT:
		break;
	}
	return json_integer(*(const int64_t *)at);
}

json_t *state_json_of(const struct store_record *record)
{
	const struct kind_row *kind = kind_of(record->kind);
	json_t *object = json_object();

	if (!kind)
		return object;
	json_object_set_new(object, "kind", json_string(kind->name));
	for (const enum field *f = kind->fields; *f != NO_FIELD; f++)
		json_object_set_new(object, fields[*f].name,
			json_of_field(record, &fields[*f]));
	return object;
}

/* Reading. */

struct reading {
	struct state_row *row;
	size_t texts; /* used */
	struct err *err;
};

static int refuse(
	struct reading *r, const struct field_row *field, const char *wanted)
{
	return err_set(
		r->err, -EINVAL, "%s: %s is wanted", field->name, wanted);
}

/* The bytes of a string or of {"base64": ...}; with a NUL behind them. */
static int read_bytes(struct reading *r, const json_t *value,
	const struct field_row *field, const struct buf **ret)
{
	struct buf *out = &r->row->texts[r->texts++];
	const json_t *coded = json_object_get(value, "base64");

	if (json_is_string(value)) {
		buf_add(out, json_string_value(value),
			json_string_length(value));
	} else if (json_object_size(value) != 1 || !json_is_string(coded) ||
		   enc_base64_decode(out, json_string_value(coded),
			   json_string_length(coded)) < 0) {
		return refuse(r, field, "text or {\"base64\": text}");
	}
	if (out->overflow)
		return refuse(r, field, "a shorter text");
	*ret = out;
	return 0;
}

static int read_text(struct reading *r, const json_t *value,
	const struct field_row *field, void *at)
{
	const struct buf *bytes = NULL;
	int code = read_bytes(r, value, field, &bytes);

	if (code < 0)
		return code;
	if (field->type == TYPE_BYTES) {
		r->row->record.payload = bytes->data;
		r->row->record.payload_len = bytes->len;
		return 0;
	}
	if (bytes->len > 0 && memchr(bytes->data, '\0', bytes->len))
		return refuse(r, field, "text without NUL");
	*(const char **)at = bytes->len > 0 ? bytes->data : "";
	return 0;
}

static int read_way(struct reading *r, const json_t *value,
	const struct field_row *field, enum lane_way *at)
{
	const char *name = json_string_value(value);

	for (int way = LANE_TO_IRC; name && way <= LANE_TO_CHIME; way++)
		if (str_eq(way_names[way], name)) {
			*at = (enum lane_way)way;
			return 0;
		}
	return refuse(r, field, "\"to_irc\" or \"to_chime\"");
}

static int read_number(struct reading *r, const json_t *value,
	const struct field_row *field, void *at)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return refuse(r, field, "a whole number");
	if (field->type == TYPE_SIZE && number < 0)
		return refuse(r, field, "a number that is not negative");
	if (field->type == TYPE_SIZE)
		*(size_t *)at = (size_t)number;
	else
		*(int64_t *)at = number;
	return 0;
}

static int read_field(
	struct reading *r, const json_t *object, const struct field_row *field)
{
	const json_t *value = json_object_get(object, field->name);
	void *at = (char *)&r->row->record + field->offset;

	if (!value)
		return err_set(r->err, -EINVAL, "%s is missing", field->name);
	switch (field->type) {
	case TYPE_TEXT:
	case TYPE_BYTES:
		return read_text(r, value, field, at);
	case TYPE_WAY:
		return read_way(r, value, field, at);
	case TYPE_BOOL:
		if (!json_is_boolean(value))
			return refuse(r, field, "true or false");
		*(bool *)at = json_is_true(value);
		return 0;
	default:
		return read_number(r, value, field, at);
	}
}

static const struct kind_row *kind_named(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(kinds); i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

int state_json_read(
	const json_t *object, struct state_row *ret, struct err *err)
{
	const struct kind_row *kind =
		kind_named(json_get_string(object, "kind"));
	struct reading r = {.row = ret, .err = err};
	size_t members = 1;
	int code = 0;

	*ret = (struct state_row){.record = {.kind = STORE_FACT}};
	for (int i = 0; i < STATE_JSON_TEXTS; i++)
		buf_init(&ret->texts[i], TEXT_BYTES_MAX);
	if (!kind)
		return err_set(err, -EINVAL, "no such kind of record");
	ret->record.kind = kind->kind;
	for (const enum field *f = kind->fields; *f != NO_FIELD && code == 0;
		f++, members++)
		code = read_field(&r, object, &fields[*f]);
	if (code == 0 && json_object_size(object) != members)
		code = err_set(err, -EINVAL,
			"a record of kind %s has no other members", kind->name);
	return code;
}

void state_row_release(struct state_row *row)
{
	for (int i = 0; i < STATE_JSON_TEXTS; i++)
		buf_release(&row->texts[i]);
}
