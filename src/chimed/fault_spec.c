#include "chimed/fault_spec.h"

#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_MIN = 400, STATUS_MAX = 599 };

/* The words of a specification, each terminated. */
struct parts {
	char operation[FAULT_SPEC_BYTES];
	char what[FAULT_SPEC_BYTES];
	char rate[FAULT_SPEC_BYTES];
};

static const struct {
	const char *word;
	enum mishap_kind kind;
	bool before;
} kinds[] = {
	{"drop-before", MISHAP_DROP, true},
	{"drop-after", MISHAP_DROP, false},
	{"truncate", MISHAP_TRUNCATE, false},
	{"garbage", MISHAP_GARBAGE, false},
	{"empty", MISHAP_EMPTY, false},
};

static void take_part(struct span *rest, char out[FAULT_SPEC_BYTES])
{
	struct span part = span_cut(rest, ':');

	snprintf(out, FAULT_SPEC_BYTES, "%.*s", (int)part.len,
		part.len == 0 ? "" : part.p);
}

static int split(const char *text, struct parts *parts, struct err *err)
{
	struct span rest = span_of(text);

	*parts = (struct parts){.rate = "1"};
	if (rest.len < FAULT_SPEC_BYTES) {
		take_part(&rest, parts->operation);
		take_part(&rest, parts->what);
		if (rest.p != NULL)
			take_part(&rest, parts->rate);
		if (rest.p == NULL && parts->what[0] != '\0')
			return 0;
	}
	return err_set(err, -EINVAL,
		"\"%.100s\": a fault is OPERATION:WHAT or "
		"OPERATION:WHAT:RATE, such as SendChannelMessage:500:0.1",
		text);
}

static const char *nearest_operation(const char *name)
{
	const char *names[CHIME_OP_COUNT + 1] = {NULL};

	for (int i = 0; i < CHIME_OP_COUNT; i++)
		names[i] = chime_operation((enum chime_op)i)->name;
	return str_nearest(name, names);
}

static int parse_operation(
	const char *name, struct fault_spec *spec, struct err *err)
{
	if (str_eq(name, "*"))
		return 0;
	spec->operation = chime_operation_by_name(name);
	if (spec->operation != NULL)
		return 0;
	const char *near = nearest_operation(name);

	return err_set(err, -EINVAL,
		"\"%s\" is no operation; use %s, or * for all of them", name,
		near != NULL ? near : "a name such as SendChannelMessage");
}

static bool parse_kind(const char *what, struct mishap *mishap)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eq(kinds[i].word, what))
			continue;
		mishap->kind = kinds[i].kind;
		mishap->before = kinds[i].before;
		return true;
	}
	return false;
}

static bool parse_delay(const char *what, struct mishap *mishap)
{
	static const char prefix[] = "delay=";
	uint64_t ms;

	if (!str_starts(what, prefix) ||
		parse_u64(what + sizeof(prefix) - 1, FAULT_SPEC_DELAY_MAX_MS,
			&ms) != 0)
		return false;
	mishap->delay_ms = (int64_t)ms;
	return true;
}

/* Cuts "-after" off. */
static bool cut_after(char *what)
{
	static const char suffix[] = "-after";

	if (!str_ends(what, suffix))
		return false;
	what[strlen(what) - (sizeof(suffix) - 1)] = '\0';
	return true;
}

static bool parse_error(char *what, struct mishap *mishap)
{
	uint64_t status;

	mishap->before = !cut_after(what);
	mishap->kind = MISHAP_ERROR;
	if (parse_u64(what, STATUS_MAX, &status) == 0) {
		mishap->status = (int)status;
		mishap->fault = answer_fault_of_status(mishap->status);
		return status >= STATUS_MIN;
	}
	mishap->fault = answer_fault_named(what);
	return mishap->fault != FAULT_NONE;
}

static int parse_what(char *what, struct mishap *mishap, struct err *err)
{
	char given[FAULT_SPEC_BYTES];

	memcpy(given, what, sizeof(given));
	if (parse_kind(what, mishap) || parse_delay(what, mishap) ||
		parse_error(what, mishap))
		return 0;
	return err_set(err, -EINVAL,
		"\"%.80s\" is nothing that can go wrong; use a status from "
		"400 to 599 or an exception such as ThrottledClientException "
		"(either with -after), drop-before, drop-after, truncate, "
		"garbage, empty, or delay=MS up to %d",
		given, FAULT_SPEC_DELAY_MAX_MS);
}

static bool is_plain_number(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
}

static int parse_rate(
	const char *text, struct fault_spec *spec, struct err *err)
{
	char *end = NULL;

	spec->probability = 1;
	if (text[0] == 'x' &&
		parse_u64(text + 1, UINT32_MAX, &spec->calls_left) == 0)
		return 0;
	spec->calls_left = UINT64_MAX;
	if (is_plain_number(text)) {
		spec->probability = strtod(text, &end);
		if (*end == '\0' && spec->probability <= 1)
			return 0;
	}
	return err_set(err, -EINVAL,
		"\"%.80s\" is no rate; use a probability from 0 to 1, or xN "
		"for the first N calls",
		text);
}

int fault_spec_parse(const char *text, struct fault_spec *ret, struct err *err)
{
	struct fault_spec spec = {.operation = NULL};
	struct parts parts;
	int rc = split(text, &parts, err);

	if (rc == 0)
		rc = parse_operation(parts.operation, &spec, err);
	if (rc == 0)
		rc = parse_what(parts.what, &spec.mishap, err);
	if (rc == 0)
		rc = parse_rate(parts.rate, &spec, err);
	if (rc == 0)
		*ret = spec;
	return rc;
}
