#include "chime/error.h"

#include "util/attr.h"
#include "util/str.h"

#include <string.h>
#include <strings.h>

/* What a name says, without "Exception" at its end. */
static const struct {
	const char *name;
	enum chime_error error;
} names[] = {
	{"BadRequest", CHIME_BAD_REQUEST},
	{"Unprocessable", CHIME_BAD_REQUEST},
	{"PreconditionFailed", CHIME_BAD_REQUEST},
	{"ResourceLimitExceeded", CHIME_LIMIT},
	{"UnauthorizedClient", CHIME_UNAUTHORIZED},
	{"Unauthorized", CHIME_UNAUTHORIZED},
	{"Forbidden", CHIME_FORBIDDEN},
	{"AccessDenied", CHIME_FORBIDDEN},
	{"NotFound", CHIME_NOT_FOUND},
	{"Conflict", CHIME_CONFLICT},
	{"ThrottledClient", CHIME_THROTTLED},
	{"Throttled", CHIME_THROTTLED},
	{"Throttling", CHIME_THROTTLED},
	{"TooManyRequests", CHIME_THROTTLED},
	{"RequestLimitExceeded", CHIME_THROTTLED},
	{"ExpiredToken", CHIME_CREDENTIALS},
	{"InvalidClientTokenId", CHIME_CREDENTIALS},
	{"UnrecognizedClient", CHIME_CREDENTIALS},
	{"InvalidAccessKeyId", CHIME_CREDENTIALS},
	{"RequestTimeTooSkewed", CHIME_CLOCK_SKEW},
	{"RequestExpired", CHIME_CLOCK_SKEW},
	{"SignatureDoesNotMatch", CHIME_UNAUTHORIZED},
	{"InvalidSignature", CHIME_UNAUTHORIZED},
	{"IncompleteSignature", CHIME_UNAUTHORIZED},
	{"MissingAuthenticationToken", CHIME_UNAUTHORIZED},
};

static const struct {
	int status;
	enum chime_error error;
} statuses[] = {
	{400, CHIME_BAD_REQUEST},
	{401, CHIME_UNAUTHORIZED},
	{403, CHIME_FORBIDDEN},
	{404, CHIME_NOT_FOUND},
	{408, CHIME_SERVICE},
	{409, CHIME_CONFLICT},
	{412, CHIME_BAD_REQUEST},
	{413, CHIME_BAD_REQUEST},
	{422, CHIME_BAD_REQUEST},
	{429, CHIME_THROTTLED},
};

static const char member_advice[] =
	"; the bridge's user must be a member and moderator of the channel, "
	"the keys right, and IAM must allow the call";
static const char exists_advice[] =
	"; is the channel's ARN right, does it still exist?";
static const char user_advice[] = "; does the bridge's AppInstanceUser exist, "
				  "are the keys right?";
static const char keys_advice[] = "; are the keys right, and not expired?";
static const char clock_advice[] = "; set this machine's clock";
static const char trust_advice[] =
	"; is the endpoint right, are its certificate's authorities known?";

static const struct {
	const char *name;
	enum chime_remedy remedy;
	const char *advice;
} rows[CHIME_ERROR_COUNT] = {
	[CHIME_OK] = {"ok", CHIME_GIVE_UP},
	[CHIME_BAD_REQUEST] = {"bad request", CHIME_GIVE_UP},
	[CHIME_LIMIT] = {"limit exceeded", CHIME_GIVE_UP},
	[CHIME_UNAUTHORIZED] = {"unauthorized", CHIME_GIVE_UP, user_advice},
	[CHIME_FORBIDDEN] = {"forbidden", CHIME_GIVE_UP, member_advice},
	[CHIME_NOT_FOUND] = {"not found", CHIME_GIVE_UP, exists_advice},
	[CHIME_CONFLICT] = {"conflict", CHIME_GIVE_UP},
	[CHIME_THROTTLED] = {"throttled", CHIME_RETRY},
	[CHIME_SERVICE] = {"service failure", CHIME_RETRY_DOUBT},
	[CHIME_UNREACHABLE] = {"unreachable", CHIME_RETRY},
	[CHIME_TIMEOUT] = {"timeout", CHIME_RETRY_DOUBT},
	[CHIME_BROKEN] = {"connection lost", CHIME_RETRY_DOUBT},
	[CHIME_UNTRUSTED] = {"untrusted", CHIME_GIVE_UP, trust_advice},
	[CHIME_CANCELLED] = {"cancelled", CHIME_GIVE_UP},
	[CHIME_CLOCK_SKEW] = {"clock skew", CHIME_RESIGN, clock_advice},
	[CHIME_CREDENTIALS] = {"credentials", CHIME_REFRESH, keys_advice},
	[CHIME_MALFORMED] = {"malformed answer", CHIME_RETRY_DOUBT},
};

static const char *first_string(const json_t *body, const char *const *keys)
{
	for (; *keys; keys++) {
		const json_t *value = json_object_get(body, *keys);
		if (json_is_string(value))
			return json_string_value(value);
	}
	return NULL;
}

const char *chime_error_message(const json_t *body)
{
	static const char *const keys[] = {
		"Message", "message", "errorMessage", NULL};
	return first_string(body, keys);
}

/* "aws.chime#ThrottledClientException:http://…" is its middle. */
static struct span undecorated(const char *text)
{
	struct span rest = span_of(text);
	struct span head = span_cut(&rest, ':');
	const char *hash = memchr(head.p, '#', head.len);
	if (hash)
		head = (struct span){
			hash + 1, head.len - (size_t)(hash + 1 - head.p)};
	return span_trim(head);
}

static void find_code(const struct chime_answer *answer, char *ret_code)
{
	static const char *const keys[] = {"__type", "code", "Code", NULL};
	const char *text = answer->error_type;
	if (!text || !text[0])
		text = first_string(answer->body, keys);
	struct span code = undecorated(str_or_empty(text));
	size_t len =
		code.len < CHIME_CODE_BYTES ? code.len : CHIME_CODE_BYTES - 1;
	if (len > 0)
		memcpy(ret_code, code.p, len);
	ret_code[len] = '\0';
}

static enum chime_error error_of_name(const char *code)
{
	size_t len = strlen(code);
	if (str_ends(code, "Exception"))
		len -= strlen("Exception");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (span_is((struct span){code, len}, names[i].name))
			return names[i].error;
	}
	return CHIME_OK;
}

static enum chime_error error_of_status(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].error;
	}
	if (status >= 400 && status < 500)
		return CHIME_BAD_REQUEST;
	return status >= 500 ? CHIME_SERVICE : CHIME_MALFORMED;
}

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);
	for (; text && *text; text++) {
		if (strncasecmp(text, part, len) == 0)
			return true;
	}
	return false;
}

/* Front ends of AWS tell skew in the text of a signature error. */
static bool is_about_time(const char *message)
{
	return contains(message, "signature expired") ||
	       contains(message, "not yet current") ||
	       contains(message, "time too skewed");
}

static bool is_about_token(const char *message)
{
	return contains(message, "security token included in the request");
}

/*
 * May the name change what the status says? A plain 400 or 403 is used by
 * front ends for nearly everything; with any other status a name only
 * matters when it makes a difference in what to do.
 */
static bool is_refinement(int status, enum chime_error named)
{
	if (status == 400)
		return named != CHIME_OK;
	return named == CHIME_LIMIT || named == CHIME_THROTTLED ||
	       named == CHIME_CREDENTIALS || named == CHIME_CLOCK_SKEW;
}

enum chime_error chime_error_classify(
	const struct chime_answer *answer, char ret_code[CHIME_CODE_BYTES])
{
	const char *message = chime_error_message(answer->body);
	int status = answer->status;
	if (status >= 200 && status < 300) {
		ret_code[0] = '\0';
		return CHIME_OK;
	}
	find_code(answer, ret_code);
	enum chime_error named = error_of_name(ret_code);
	enum chime_error error = error_of_status(status);
	if (is_refinement(status, named))
		error = named;
	bool refused = status == 400 || status == 401 || status == 403;
	if (refused && is_about_time(message))
		return CHIME_CLOCK_SKEW;
	if (refused && is_about_token(message))
		return CHIME_CREDENTIALS;
	return error;
}

bool chime_error_may_be_clock(enum chime_error error, const char *code)
{
	return error == CHIME_CLOCK_SKEW ||
	       str_starts(code, "SignatureDoesNotMatch") ||
	       str_starts(code, "InvalidSignature");
}

enum chime_remedy chime_error_remedy(enum chime_error error)
{
	return rows[error].remedy;
}

const char *chime_error_name(enum chime_error error)
{
	return rows[error].name;
}

const char *chime_error_advice(enum chime_error error)
{
	return str_or_empty(rows[error].advice);
}

bool chime_error_is_policy(enum chime_error error, const char *code)
{
	return error == CHIME_FORBIDDEN && str_starts(code, "AccessDenied");
}
