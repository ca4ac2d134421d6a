#include "chime/outcome.h"

#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { DETAIL_BYTES = 400 }; /* of the message; the rest is for the id */

/* Foreign text as one line. */
static void add_clean(char *out, size_t size, const char *text)
{
	size_t n = strlen(out);
	for (; *text && n + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;
		out[n++] = c < 0x20 || c == 0x7f ? ' ' : *text;
	}
	out[n] = '\0';
}

static void describe(struct outcome *ret, const char *name, const char *detail)
{
	char *out = ret->message;
	snprintf(out, OUTCOME_MESSAGE_BYTES, "%s: %s", name,
		chime_error_name(ret->error));
	if (ret->status > 0) {
		size_t used = strlen(out);
		snprintf(out + used, OUTCOME_MESSAGE_BYTES - used, " (%d%s",
			ret->status, ret->code[0] ? " " : "");
		add_clean(out, OUTCOME_MESSAGE_BYTES, ret->code);
		add_clean(out, OUTCOME_MESSAGE_BYTES, ")");
	}
	if (detail && detail[0]) {
		add_clean(out, OUTCOME_MESSAGE_BYTES, ": ");
		add_clean(out, DETAIL_BYTES, detail);
	}
	if (ret->request_id[0]) {
		add_clean(out, OUTCOME_MESSAGE_BYTES, " [request ");
		add_clean(out, OUTCOME_MESSAGE_BYTES, ret->request_id);
		add_clean(out, OUTCOME_MESSAGE_BYTES, "]");
	}
}

static enum chime_error error_of_failure(enum http_failure failure)
{
	static const enum chime_error errors[] = {
		[HTTP_OK] = CHIME_OK,
		[HTTP_UNREACHABLE] = CHIME_UNREACHABLE,
		[HTTP_UNTRUSTED] = CHIME_UNTRUSTED,
		[HTTP_TIMEOUT] = CHIME_TIMEOUT,
		[HTTP_BROKEN] = CHIME_BROKEN,
		[HTTP_TOO_LARGE] = CHIME_MALFORMED,
	};
	return errors[failure];
}

static int64_t retry_after_ms(const struct http_answer *answer)
{
	const char *text = http_header(answer, "retry-after");
	uint64_t seconds;
	int64_t wall_ms;
	if (!text)
		return 0;
	if (parse_u64(text, OUTCOME_RETRY_AFTER_S, &seconds) == 0)
		return (int64_t)seconds * 1000;
	if (clock_parse_http_date(text, &wall_ms) != 0)
		return 0;
	int64_t ms = wall_ms - clock_wall_ms();
	return ms > 0 && ms <= OUTCOME_RETRY_AFTER_S * INT64_C(1000) ? ms : 0;
}

/* A read, or a creation with a token, has something to say. */
static bool needs_body(const struct chime_operation *operation)
{
	return operation->token || strcmp(operation->method, "GET") == 0;
}

static json_t *parse_body(const struct http_answer *answer)
{
	struct err err;
	json_t *body = NULL;
	if (answer->body_len > 0)
		body = json_parse_repaired(
			answer->body, answer->body_len, &err);
	if (body && !json_is_object(body)) {
		json_decref(body);
		body = NULL;
	}
	return body;
}

static const char *missing_body(const struct http_answer *answer)
{
	return answer->body_len > 0 ? "the body is no JSON object"
				    : "the body is missing";
}

static void judge(struct outcome *ret, const struct chime_operation *operation,
	const struct http_answer *answer, const json_t *body)
{
	const char *request_id = http_header(answer, "x-amzn-requestid");
	const char *detail = chime_error_message(body);
	const struct chime_answer seen = {
		.status = answer->status,
		.error_type = http_header(answer, "x-amzn-errortype"),
		.body = body,
	};
	ret->status = answer->status;
	ret->error = chime_error_classify(&seen, ret->code);
	add_clean(ret->request_id, OUTCOME_REQUEST_ID_BYTES,
		str_or_empty(request_id));
	if (ret->error == CHIME_OK && !body &&
		(answer->body_len > 0 || needs_body(operation))) {
		ret->error = CHIME_MALFORMED;
		detail = missing_body(answer);
	} else if (ret->error == CHIME_MALFORMED) {
		ret->is_final = true; /* a redirect: not for signed requests */
	}
	if (ret->error == CHIME_OK)
		return;
	ret->retry_after_ms = retry_after_ms(answer);
	describe(ret, operation->name, detail);
}

json_t *outcome_of_answer(struct outcome *ret,
	const struct chime_operation *operation,
	const struct http_answer *answer)
{
	*ret = (struct outcome){.error = CHIME_OK};
	if (answer->failure == HTTP_OK) {
		json_t *body = parse_body(answer);
		judge(ret, operation, answer, body);
		return body;
	}
	ret->error = error_of_failure(answer->failure);
	ret->is_final = answer->failure == HTTP_TOO_LARGE;
	describe(ret, operation->name, answer->why);
	return NULL;
}
