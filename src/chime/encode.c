#include "chime/encode.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/rand.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *value_of(json_t *members, const struct chime_member *member)
{
	json_t *value = json_object_get(members, member->name);
	return json_is_null(value) ? NULL : value;
}

static bool is_token(const struct chime_operation *operation,
	const struct chime_member *member)
{
	return operation->token && str_eq(operation->token, member->name);
}

static int refuse_unknown(const struct chime_operation *operation,
	json_t *members, struct err *err)
{
	const char *key;
	json_t *value;
	json_object_foreach (members, key, value) {
		const struct chime_member *member =
			chime_member(operation, key);
		if (!member || !str_eq(member->name, key))
			return err_set(err, -EINVAL, "%s has no member %s",
				operation->name, key);
	}
	return 0;
}

static int check(const struct chime_operation *operation, json_t *members,
	struct err *err)
{
	size_t known = 0;
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];
		const json_t *value = json_object_get(members, member->name);
		known += value != NULL;
		if (is_token(operation, member) &&
			(!value || json_is_null(value)))
			continue;
		int r = chime_member_check(member, value, err);
		if (r != 0)
			return r;
	}
	if (known == json_object_size(members))
		return 0;
	return refuse_unknown(operation, members, err);
}

/* ---- path and query ---- */

static const struct chime_member *path_member(
	const struct chime_operation *operation, struct span wire)
{
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];
		if (member->where == CHIME_IN_PATH &&
			span_is(wire, member->wire))
			return member;
	}
	return NULL;
}

/* The template with each {…} replaced by its value, percent-encoded. */
static void add_path(struct buf *out, const struct chime_operation *operation,
	json_t *members)
{
	struct span rest = span_of(operation->path);
	while (rest.p) {
		struct span plain = span_cut(&rest, '{');
		buf_add(out, plain.p, plain.len);
		if (!rest.p)
			return;
		struct span wire = span_cut(&rest, '}');
		const json_t *value =
			value_of(members, path_member(operation, wire));
		enc_percent(out, json_string_value(value),
			json_string_length(value));
	}
}

static void add_time(struct buf *out, const json_t *value)
{
	char text[CLOCK_ISO8601_BYTES];
	int64_t ms = 0;
	if (json_is_number(value))
		ms = llround(json_number_value(value) * 1000.0);
	else if (clock_parse_iso8601(json_string_value(value), &ms) != 0)
		abort(); /* chime_member_check() has parsed it */
	clock_format_iso8601(ms, text);
	enc_percent(out, text, strlen(text));
}

static void add_value(
	struct buf *out, const struct chime_member *member, const json_t *value)
{
	if (member->type == CHIME_TIMESTAMP)
		add_time(out, value);
	else if (json_is_integer(value))
		buf_addf(out, "%" JSON_INTEGER_FORMAT,
			json_integer_value(value));
	else
		enc_percent(out, json_string_value(value),
			json_string_length(value));
}

static void add_query(struct buf *out, const struct chime_operation *operation,
	json_t *members)
{
	char mark = '?';
	if (operation->fixed_name) {
		buf_addf(out, "?%s=%s", operation->fixed_name,
			operation->fixed_value);
		mark = '&';
	}
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];
		json_t *value = value_of(members, member);
		if (member->where != CHIME_IN_QUERY || !value)
			continue;
		buf_addc(out, mark);
		mark = '&';
		buf_adds(out, member->wire);
		buf_addc(out, '=');
		add_value(out, member, value);
	}
}

/* ---- body ---- */

static bool has_body(const struct chime_operation *operation)
{
	for (size_t i = 0; i < operation->member_count; i++) {
		if (operation->members[i].where == CHIME_IN_BODY)
			return true;
	}
	return false;
}

static void add_token(json_t *body, const char *name)
{
	char token[RAND_TOKEN_BYTES];
	rand_token(token);
	json_set_string(body, name, token);
}

static char *make_body(const struct chime_operation *operation, json_t *members)
{
	json_t *body = json_object();
	if (!body)
		abort();
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];
		json_t *value = value_of(members, member);
		if (member->where != CHIME_IN_BODY)
			continue;
		if (value && json_object_set(body, member->wire, value) != 0)
			abort();
		if (!value && is_token(operation, member))
			add_token(body, member->wire);
	}
	char *text = json_text(body);
	json_decref(body);
	return text;
}

/* ---- all of it ---- */

static char *copy_string(json_t *members, const char *name)
{
	return xstrdup_null(json_get_string(members, name));
}

static int check_size(const struct chime_encoded *encoded, struct err *err)
{
	if (encoded->target.overflow)
		return err_set(err, -E2BIG,
			"%s: path and query are longer "
			"than %d bytes",
			encoded->operation->name, CHIME_TARGET_BYTES);
	if (encoded->body_len > CHIME_BODY_BYTES)
		return err_set(err, -E2BIG,
			"%s: the body is longer than %d "
			"bytes",
			encoded->operation->name, CHIME_BODY_BYTES);
	return 0;
}

int chime_encode(struct chime_encoded *ret,
	const struct chime_operation *operation, json_t *members,
	struct err *err)
{
	int r = check(operation, members, err);
	if (r != 0)
		return err_prefix(err, "%s", operation->name);
	struct chime_encoded made = {
		.operation = operation,
		.bearer = copy_string(members, "ChimeBearer"),
		.channel = copy_string(members, "ChannelArn"),
		.app_instance = copy_string(members, "AppInstanceArn"),
		.user = copy_string(members, "AppInstanceUserArn"),
	};
	buf_init(&made.target, CHIME_TARGET_BYTES);
	add_path(&made.target, operation, members);
	made.path_len = made.target.len;
	add_query(&made.target, operation, members);
	if (has_body(operation)) {
		made.body = make_body(operation, members);
		made.body_len = strlen(made.body);
	}
	sha256_hex(made.body, made.body_len, made.body_sha256);
	r = check_size(&made, err);
	if (r != 0)
		chime_encoded_release(&made);
	else
		*ret = made;
	return r;
}

void chime_encoded_release(struct chime_encoded *encoded)
{
	buf_release(&encoded->target);
	free(encoded->body);
	free(encoded->bearer);
	free(encoded->channel);
	free(encoded->app_instance);
	free(encoded->user);
	*encoded = (struct chime_encoded){.operation = NULL};
}
