#include "chimed_rig.h"

#include "util/buf.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/str.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rig_serve(struct rig *rig, struct service_params params)
{
	static char admin[] = "admin";
	char *admins[] = {admin};

	if (params.region == NULL)
		params.region = "us-east-1";
	params.account = "123456789012";
	params.admins = admins;
	params.admin_count = 1;
	service_free(rig->service);
	rig->service = service_new(rig->db, &params);
}

void rig_init(struct rig *rig)
{
	struct err err;

	*rig = (struct rig){.status = 0};
	clock_freeze(1000, RIG_NOW_MS);
	assert_int_equal(db_open(":memory:", &rig->db, &err), 0);
	rig_serve(rig, (struct service_params){.skew_s = 0});
	assert_int_equal(
		rig_call(rig, CHIME_CREATE_APP_INSTANCE, NULL, "{s:s, s:s}",
			"Name", "rig", "ClientRequestToken", "rig"),
		201);
	snprintf(rig->instance, sizeof(rig->instance), "%s",
		rig_text(rig, "AppInstanceArn"));
}

void rig_release(struct rig *rig)
{
	json_decref(rig->body);
	service_free(rig->service);
	db_free(rig->db);
	clock_unfreeze();
}

int rig_raw(struct rig *rig, const struct service_request *request)
{
	struct answer AUTOANSWER answer;
	struct err err;

	answer_init(&answer);
	db_begin(rig->db);
	service_handle(rig->service, request, &answer);
	assert_true(db_commit(rig->db));
	json_decref(rig->body);
	rig->body = NULL;
	if (answer.body != NULL) {
		rig->body = json_parse_repaired(
			answer.body, strlen(answer.body), &err);
		assert_non_null(rig->body);
	}
	rig->status = answer.status;
	rig->type = answer.error_type;
	return rig->status;
}

static const char *wire_text(const json_t *value, char number[32])
{
	if (json_is_string(value))
		return json_string_value(value);
	snprintf(number, 32, "%lld", (long long)json_integer_value(value));
	return number;
}

static void add_path(struct buf *target,
	const struct chime_operation *operation, const json_t *members)
{
	struct span rest = span_of(operation->path);
	char number[32];

	while (rest.p != NULL) {
		struct span fixed = span_cut(&rest, '{');

		buf_add(target, fixed.p, fixed.len);
		if (rest.p == NULL)
			return;
		struct span wire = span_cut(&rest, '}');

		for (size_t i = 0; i < operation->member_count; i++) {
			const struct chime_member *member =
				&operation->members[i];
			const json_t *value =
				json_object_get(members, member->name);

			if (!span_is(wire, member->wire) || value == NULL)
				continue;
			const char *text = wire_text(value, number);

			enc_percent(target, text, strlen(text));
		}
	}
}

static void add_query(struct buf *target,
	const struct chime_operation *operation, const json_t *members)
{
	char mark = '?';
	char number[32];

	if (operation->fixed_name != NULL) {
		buf_addf(target, "?%s=%s", operation->fixed_name,
			operation->fixed_value);
		mark = '&';
	}
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];
		const json_t *value = json_object_get(members, member->name);

		if (member->where != CHIME_IN_QUERY || value == NULL)
			continue;
		const char *text = wire_text(value, number);

		buf_addf(target, "%c%s=", mark, member->wire);
		enc_percent(target, text, strlen(text));
		mark = '&';
	}
}

int rig_call(struct rig *rig, enum chime_op op, const char *bearer,
	const char *fmt, ...)
{
	const struct chime_operation *operation = chime_operation(op);
	struct buf AUTOBUF target;
	json_error_t error;
	va_list ap;

	va_start(ap, fmt);
	json_t AUTOJSON *members = json_vpack_ex(&error, 0, fmt, ap);

	va_end(ap);
	assert_non_null(members);
	buf_init(&target, 16384);
	add_path(&target, operation, members);
	add_query(&target, operation, members);
	char *body = json_text(members);
	int status = rig_raw(rig, &(struct service_request){
					  .method = operation->method,
					  .target = target.data,
					  .bearer = bearer,
					  .body = body,
					  .body_len = strlen(body),
				  });

	free(body);
	return status;
}

const json_t *rig_get(const struct rig *rig, const char *path)
{
	const json_t *value = rig->body;
	struct span rest = span_of(path);

	while (rest.p != NULL && value != NULL) {
		struct span name = span_cut(&rest, '.');
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)name.len, name.p);
		value = json_is_array(value)
				? json_array_get(value, strtoul(key, NULL, 10))
				: json_object_get(value, key);
	}
	return value;
}

const char *rig_text(const struct rig *rig, const char *path)
{
	return str_or_empty(json_string_value(rig_get(rig, path)));
}

int64_t rig_time_ms(const struct rig *rig, const char *path)
{
	const json_t *value = rig_get(rig, path);

	return (int64_t)(json_number_value(value) * 1000.0 + 0.5);
}

static void keep(const struct rig *rig, const char *path, char *out)
{
	assert_null(rig->type);
	snprintf(out, RIG_ARN_BYTES, "%s", rig_text(rig, path));
	assert_int_not_equal(out[0], '\0');
}

/* Tokens that never repeat, whoever asks. */
static const char *token(struct rig *rig, char out[32])
{
	snprintf(out, 32, "t%lld-%lld", (long long)db_last_id(rig->db),
		(long long)db_value(rig->db, 0,
			"SELECT ifnull(max(id), 0) FROM tokens", ""));
	return out;
}

void rig_user(struct rig *rig, const char *id, char out[RIG_ARN_BYTES])
{
	char text[32];

	rig_call(rig, CHIME_CREATE_APP_INSTANCE_USER, NULL,
		"{s:s, s:s, s:s, s:s}", "AppInstanceArn", rig->instance,
		"AppInstanceUserId", id, "Name", id, "ClientRequestToken",
		token(rig, text));
	keep(rig, "AppInstanceUserArn", out);
}

void rig_channel(struct rig *rig, const char *bearer, const char *mode,
	const char *privacy, char out[RIG_ARN_BYTES])
{
	char text[32];

	rig_call(rig, CHIME_CREATE_CHANNEL, bearer, "{s:s, s:s, s:s, s:s, s:s}",
		"AppInstanceArn", rig->instance, "Name", "room", "Mode", mode,
		"Privacy", privacy, "ClientRequestToken", token(rig, text));
	keep(rig, "ChannelArn", out);
}

void rig_join(struct rig *rig, const char *channel, const char *bearer,
	const char *member, const char *type)
{
	assert_int_equal(rig_call(rig, CHIME_CREATE_CHANNEL_MEMBERSHIP, bearer,
				 "{s:s, s:s, s:s}", "ChannelArn", channel,
				 "MemberArn", member, "Type", type),
		201);
}

void rig_send(struct rig *rig, const char *channel, const char *bearer,
	const char *content, char out[RIG_ARN_BYTES])
{
	char text[32];

	rig_call(rig, CHIME_SEND_CHANNEL_MESSAGE, bearer,
		"{s:s, s:s, s:s, s:s, s:s}", "ChannelArn", channel, "Content",
		content, "Type", "STANDARD", "Persistence", "PERSISTENT",
		"ClientRequestToken", token(rig, text));
	keep(rig, "MessageId", out);
}
