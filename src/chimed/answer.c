#include "chimed/answer.h"

#include "util/alloc.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/rand.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 2048 };

static const struct {
	int status;
	const char *type;
	const char *code;
} faults[FAULT_COUNT] = {
	[FAULT_BAD_REQUEST] = {400, "BadRequestException", "BadRequest"},
	[FAULT_LIMIT] = {400, "ResourceLimitExceededException",
		"ResourceLimitExceeded"},
	[FAULT_UNAUTHORIZED] = {401, "UnauthorizedClientException",
		"Unauthorized"},
	[FAULT_FORBIDDEN] = {403, "ForbiddenException", "Forbidden"},
	[FAULT_NOT_FOUND] = {404, "NotFoundException", "NotFound"},
	[FAULT_CONFLICT] = {409, "ConflictException", "Conflict"},
	[FAULT_THROTTLED] = {429, "ThrottledClientException", "Throttled"},
	[FAULT_FAILURE] = {500, "ServiceFailureException", "ServiceFailure"},
	[FAULT_UNAVAILABLE] = {503, "ServiceUnavailableException",
		"ServiceUnavailable"},
	[FAULT_NO_SIGNATURE] = {403, "MissingAuthenticationTokenException",
		"MissingAuthenticationTokenException"},
	[FAULT_BROKEN_SIGNATURE] = {403, "IncompleteSignatureException",
		"IncompleteSignatureException"},
	[FAULT_UNKNOWN_KEY] = {403, "UnrecognizedClientException",
		"UnrecognizedClientException"},
	[FAULT_WRONG_SIGNATURE] = {403, "InvalidSignatureException",
		"InvalidSignatureException"},
	[FAULT_UNKNOWN_OPERATION] = {404, "UnknownOperationException",
		"UnknownOperationException"},
	[FAULT_WRONG_METHOD] = {405, "UnknownOperationException",
		"UnknownOperationException"},
};

void answer_init(struct answer *answer)
{
	*answer = (struct answer){0};
}

void answer_release(struct answer *answer)
{
	free(answer->body);
	answer_init(answer);
}

void answer_ok(struct answer *answer, int status, json_t *body)
{
	answer_release(answer);
	answer->status = status;
	if (body == NULL)
		return;
	/* Thirteen digits are seconds with milliseconds. */
	answer->body = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(13));
	if (answer->body == NULL)
		abort();
	json_decref(body);
}

void answer_text(struct answer *answer, int status, struct buf *body)
{
	if (body->overflow)
		abort();
	answer_release(answer);
	answer->status = status;
	answer->body = buf_take(body);
}

static char *fault_body(const char *code, const char *message)
{
	struct buf AUTOBUF text;
	json_t AUTOJSON *body = json_object();

	buf_init(&text, (size_t)MESSAGE_BYTES * 3);
	utf8_repair(&text, message, strlen(message));
	json_set_string(body, "Code", code);
	json_set_string(body, "Message", text.data);
	return json_text(body);
}

void answer_fault(struct answer *answer, enum fault fault, const char *fmt, ...)
{
	char message[MESSAGE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	answer_release(answer);
	answer->status = faults[fault].status;
	answer->error_type = faults[fault].type;
	answer->body = fault_body(faults[fault].code, message);
}

const char *answer_fault_code(enum fault fault)
{
	return faults[fault].code;
}

enum fault answer_fault_of_status(int status)
{
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		if (faults[i].status == status)
			return (enum fault)i;
	return FAULT_NONE;
}

enum fault answer_fault_named(const char *name)
{
	size_t len = strlen(name);

	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
		const char *type = faults[i].type;

		if (strncmp(type, name, len) == 0 &&
			(type[len] == '\0' || str_eq(type + len, "Exception")))
			return (enum fault)i;
	}
	return FAULT_NONE;
}

void answer_forbidden(struct answer *answer)
{
	answer_fault(answer, FAULT_FORBIDDEN,
		"You do not have sufficient access to perform this action");
}

bool answer_is_success(const struct answer *answer)
{
	return answer->status != 0 && answer->error_type == NULL;
}

void answer_new_id(char out[ANSWER_ID_BYTES])
{
	static const uint8_t groups[] = {4, 2, 2, 2, 6};
	uint8_t b[16];
	const uint8_t *from = b;

	rand_bytes(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		enc_hex(from, groups[i], out);
		from += groups[i];
		out += 2 * groups[i];
		*out++ = i + 1 < ARRAY_LEN(groups) ? '-' : '\0';
	}
}
