#define PCRE2_CODE_UNIT_WIDTH 8

#include "util/pattern.h"

#include "util/alloc.h"
#include "util/utf8.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* ---- masks ---- */

/* RFC 1459: what stands between Z and _ has small forms too. */
static char fold(char c)
{
	return c >= 'A' && c <= '^' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static const char *next_character(const char *text)
{
	do
		text++;
	while (is_inside_character(*text));
	return text;
}

/*
 * A star first takes nothing, and one byte more whenever what stands
 * behind it does not fit; only the last star has to be tried again.
 */
bool pattern_mask_fits(const char *mask, const char *text)
{
	const char *star = NULL;
	const char *tried = text;

	while (*text) {
		if (*mask == '*') {
			star = ++mask;
			tried = text;
		} else if (*mask == '?') {
			mask++;
			text = next_character(text);
		} else if (*mask && fold(*mask) == fold(*text)) {
			mask++;
			text++;
		} else if (star) {
			mask = star;
			text = ++tried;
		} else {
			return false;
		}
	}
	return mask[strspn(mask, "*")] == '\0';
}

/* ---- expressions ---- */

struct pattern {
	char *text;
	pcre2_code *code;
	pcre2_match_context *limits;
};

static void *must(void *made)
{
	if (!made)
		abort();
	return made;
}

static void refuse(
	struct err *err, const char *text, int code, PCRE2_SIZE offset)
{
	unsigned char why[256];

	if (offset > strlen(text))
		offset = strlen(text);
	pcre2_get_error_message(code, why, sizeof(why));
	err_set(err, -EINVAL, "%s, at character %zu", (const char *)why,
		utf8_length(text, offset) + 1);
}

static pcre2_code *compile(const char *text, struct err *err)
{
	pcre2_compile_context *context =
		must(pcre2_compile_context_create(NULL));
	PCRE2_SIZE offset = 0;
	int code = 0;
	pcre2_code *made;

	pcre2_set_max_pattern_length(context, PATTERN_BYTES_MAX);
	made = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF |
			PCRE2_NEVER_BACKSLASH_C,
		&code, &offset, context);
	pcre2_compile_context_free(context);
	if (!made)
		refuse(err, text, code, offset);
	return made;
}

static pcre2_match_context *limits_new(void)
{
	pcre2_match_context *limits = must(pcre2_match_context_create(NULL));

	pcre2_set_match_limit(limits, PATTERN_STEPS_MAX);
	pcre2_set_depth_limit(limits, PATTERN_DEPTH_MAX);
	pcre2_set_heap_limit(limits, PATTERN_HEAP_KIB);
	return limits;
}

struct pattern *pattern_new(const char *text, struct err *err)
{
	struct pattern *pattern;
	pcre2_code *code;

	if (!utf8_is_valid(text, strlen(text))) {
		err_set(err, -EINVAL, "it is not valid UTF-8");
		return NULL;
	}
	code = compile(text, err);
	if (!code)
		return NULL;
	pattern = xcalloc(1, sizeof(*pattern));
	pattern->text = xstrdup(text);
	pattern->code = code;
	pattern->limits = limits_new();
	return pattern;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->limits);
	pcre2_code_free(pattern->code);
	free(pattern->text);
	free(pattern);
}

const char *pattern_text(const struct pattern *pattern)
{
	return pattern->text;
}

enum pattern_answer pattern_find(
	const struct pattern *pattern, const char *text, size_t len)
{
	/* It keeps the memory that one hard text has taken, so it is not kept.
	 * Where something is found does not matter: one pair will do. */
	pcre2_match_data *match = must(pcre2_match_data_create(1, NULL));
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)text, len, 0, 0,
		match, pattern->limits);

	pcre2_match_data_free(match);
	if (found >= 0)
		return PATTERN_FOUND;
	return found == PCRE2_ERROR_NOMATCH ? PATTERN_NOT_FOUND
					    : PATTERN_GAVE_UP;
}
