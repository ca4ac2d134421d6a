#include "chimed/args.h"

#include "util/buf.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { QUERY_VALUE_BYTES = 8192 };

static bool is_blank(const char *body, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(" \t\r\n", body[i]) == NULL || body[i] == '\0')
			return false;
	}
	return true;
}

static bool takes_body(const struct chime_operation *operation)
{
	for (size_t i = 0; i < operation->member_count; i++) {
		if (operation->members[i].where == CHIME_IN_BODY)
			return true;
	}
	return false;
}

static int parse_body(
	const struct args_source *source, json_t **ret, struct err *err)
{
	if (!takes_body(source->route->operation) ||
		is_blank(source->body, source->body_len))
		return 0;
	*ret = json_parse_strict(source->body, source->body_len, err);
	if (*ret == NULL) {
		err->code = -EINVAL;
		return err_prefix(
			err, "The request body cannot be read as JSON: ");
	}
	if (!json_is_object(*ret))
		return err_set(err, -EINVAL,
			"The request body must be a JSON object, {...}");
	return 0;
}

/* Epoch seconds are a number wherever they stand. */
static bool is_seconds(const struct chime_member *member, const char *text)
{
	return member->type == CHIME_TIMESTAMP && *text != '\0' &&
	       text[strspn(text, "0123456789.")] == '\0';
}

/* A value of the path or the query, as JSON. */
static int text_value(const struct chime_member *member, const char *text,
	size_t len, json_t **ret, struct err *err)
{
	if (is_seconds(member, text))
		*ret = json_loads(text, JSON_DECODE_ANY, NULL);
	if (*ret == NULL)
		*ret = json_stringn(text, len);
	if (*ret == NULL)
		return err_set(
			err, -EINVAL, "%s is not valid UTF-8", member->name);
	return 0;
}

static bool is_given_twice(struct span query, const char *name)
{
	unsigned count = 0;

	while (query.p != NULL) {
		struct span pair = span_cut(&query, '&');

		count += span_is(span_cut(&pair, '='), name);
	}
	return count > 1;
}

static int query_value(const struct args_source *source,
	const struct chime_member *member, json_t **ret, struct err *err)
{
	struct buf AUTOBUF text;

	buf_init(&text, QUERY_VALUE_BYTES);
	int rc = chime_query_get(source->query, member->wire, &text);

	if (rc == -ENOENT)
		return 0;
	if (rc != 0)
		return err_set(err, -EINVAL,
			"%s (%s in the query) has a %% without two "
			"hexadecimal digits",
			member->name, member->wire);
	if (text.overflow)
		return err_set(err, -EINVAL,
			"%s is longer than %d bytes in the query", member->name,
			QUERY_VALUE_BYTES);
	if (is_given_twice(source->query, member->wire))
		return err_set(err, -EINVAL,
			"%s (%s in the query) is given more than once",
			member->name, member->wire);
	return text_value(member, text.data, text.len, ret, err);
}

static int fetch(const struct args_source *source, json_t *body,
	const struct chime_member *member, json_t **ret, struct err *err)
{
	const char *text;

	switch (member->where) {
	case CHIME_IN_PATH:
		text = chime_route_value(source->route, member->name);
		return text == NULL ? 0
				    : text_value(member, text, strlen(text),
					      ret, err);
	case CHIME_IN_QUERY:
		return query_value(source, member, ret, err);
	case CHIME_IN_BODY:
		*ret = json_incref(json_object_get(body, member->wire));
		return 0;
	case CHIME_IN_HEADER:
		break;
	}
	return 0;
}

/* Only what a person wrote is kept with its length. */
static int check_nul(
	const struct chime_member *member, const json_t *value, struct err *err)
{
	const char *text = json_string_value(value);

	if (text == NULL || strlen(text) == json_string_length(value))
		return 0;
	if (member->where == CHIME_IN_BODY && member->type == CHIME_STRING &&
		member->values == NULL &&
		(member->pattern == CHIME_ANY ||
			member->pattern == CHIME_ONE_LINE))
		return 0;
	return err_set(err, -EINVAL, "%s may hold no NUL", member->name);
}

static int take(const struct args_source *source, json_t *body,
	const struct chime_member *member, struct args *args, struct err *err)
{
	json_t AUTOJSON *value = NULL;
	int rc = fetch(source, body, member, &value, err);

	if (rc == 0)
		rc = check_nul(member, value, err);
	if (rc == 0)
		rc = chime_member_check(member, value, err);
	if (rc == 0 && value != NULL && !json_is_null(value))
		json_object_set(args->values, member->name, value);
	return rc;
}

int args_collect(
	const struct args_source *source, struct args *ret, struct err *err)
{
	const struct chime_operation *operation = source->route->operation;
	json_t AUTOJSON *body = NULL;
	int rc;

	ret->values = json_object();
	rc = parse_body(source, &body, err);
	for (size_t i = 0; rc == 0 && i < operation->member_count; i++) {
		if (operation->members[i].where != CHIME_IN_HEADER)
			rc = take(
				source, body, &operation->members[i], ret, err);
	}
	return rc;
}

void args_release(struct args *args)
{
	json_decref(args->values);
	args->values = NULL;
}

const char *args_text(
	const struct args *args, const char *name, size_t *ret_len)
{
	size_t len;

	return json_get_string_n(
		args->values, name, ret_len == NULL ? &len : ret_len);
}

int64_t args_int(const struct args *args, const char *name, int64_t fallback)
{
	const char *text = json_get_string(args->values, name);
	int64_t value;

	if (text == NULL)
		return json_get_int(args->values, name, fallback);
	if (parse_i64(text, INT64_MIN, INT64_MAX, &value) != 0)
		return fallback;
	return value;
}

int64_t args_time_ms(
	const struct args *args, const char *name, int64_t fallback)
{
	if (json_object_get(args->values, name) == NULL)
		return fallback;
	return json_get_time_ms(args->values, name);
}

void args_digest(const struct args *args, const char *const *but,
	uint8_t out[SHA256_BYTES])
{
	json_t AUTOJSON *kept = json_copy(args->values);

	for (; but != NULL && *but != NULL; but++)
		json_object_del(kept, *but);
	char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);

	if (text == NULL)
		abort();
	sha256(text, strlen(text), out);
	free(text);
}
