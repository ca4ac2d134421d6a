#include "util/json.h"

#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/json_repair.h"
#include "util/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Jansson appends the last token, which may be part of a secret. */
static size_t reason_len(const char *text)
{
	const char *near = strstr(text, " near ");
	return near ? (size_t)(near - text) : strlen(text);
}

static void set_error(struct err *err, const json_error_t *error)
{
	err_set(err, -EBADMSG, "line %d column %d: %.*s", error->line,
		error->column, (int)reason_len(error->text), error->text);
}

json_t *json_parse_repaired(const char *text, size_t len, struct err *err)
{
	json_error_t error;
	json_t *value = json_loadb(text, len, JSON_ALLOW_NUL, &error);
	if (value)
		return value;
	struct buf AUTOBUF repaired;
	buf_init(&repaired, SIZE_MAX);
	json_repair(&repaired, text, len);
	value = json_loadb(repaired.data, repaired.len, JSON_ALLOW_NUL, &error);
	if (!value)
		set_error(err, &error);
	return value;
}

json_t *json_parse_line(const char *text, size_t len, struct err *err)
{
	json_error_t error;
	json_t *value = json_loadb(
		text, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);

	if (!value)
		err_set(err, -EBADMSG, "column %d: %.*s", error.column,
			(int)reason_len(error.text), error.text);
	return value;
}

json_t *json_parse_strict(const char *text, size_t len, struct err *err)
{
	json_error_t error;
	json_t *value = json_loadb(
		text, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);

	if (!value)
		set_error(err, &error);
	return value;
}

const char *json_get_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *json_get_string_n(
	const json_t *object, const char *key, size_t *ret_len)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return NULL;
	*ret_len = json_string_length(value);
	return json_string_value(value);
}

/* Epoch seconds as ms; 0 for what no calendar of four-digit years has. */
static int64_t ms_of_number(const json_t *number)
{
	static const double last_seconds = 253402300799.0;
	double seconds = json_number_value(number);
	if (!(seconds > 0 && seconds <= last_seconds))
		return 0;
	return llround(seconds * 1000);
}

static int64_t ms_of_string(const char *text)
{
	int64_t wall_ms;
	if (clock_parse_iso8601(text, &wall_ms) == 0)
		return wall_ms;
	/* Jansson reads numbers the same way in every locale. */
	json_t AUTOJSON *number = json_loads(text, JSON_DECODE_ANY, NULL);
	return json_is_number(number) ? ms_of_number(number) : 0;
}

int64_t json_get_time_ms(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (json_is_number(value))
		return ms_of_number(value);
	return json_is_string(value) ? ms_of_string(json_string_value(value))
				     : 0;
}

bool json_get_bool(const json_t *object, const char *key, bool fallback)
{
	const json_t *value = json_object_get(object, key);
	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

int64_t json_get_int(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* Strangers' words often end up here, and Jansson takes UTF-8 alone. */
static json_t *repaired_string(const char *text)
{
	const size_t len = strlen(text);
	struct buf AUTOBUF repaired;

	/* U+FFFD has three bytes. */
	buf_init(&repaired, len * 3);
	utf8_repair(&repaired, text, len);
	return json_stringn(repaired.data, repaired.len);
}

void json_set_string(json_t *object, const char *key, const char *value)
{
	if (!value)
		return;
	json_t *string = json_string(value);

	if (json_object_set_new(
		    object, key, string ? string : repaired_string(value)))
		abort();
}

char *json_text(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!text)
		abort();
	return text;
}

void json_cleanup(json_t **value)
{
	json_decref(*value);
}
