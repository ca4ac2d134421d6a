/* credential_process: a program that prints a key pair as JSON. Source: AWS
 * SDKs and Tools Reference Guide, "Process credential provider". */
#include "aws/creds_provider.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 64 };

/* ---- the command line ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Takes one word off the front of *line, in place. Quotes as in a shell, but
 * nothing is expanded: '…' is literal, in "…" and outside a backslash makes
 * the next character plain. NULL: a quote is not closed.
 */
static char *cut_word(char **line)
{
	char *from = *line, *to = *line, *word = *line;
	char quote = '\0';
	for (; *from && (quote || !is_blank(*from)); from++) {
		if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else if (quote && *from == quote)
			quote = '\0';
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else
			*to++ = *from;
	}
	*line = *from ? from + 1 : from;
	*to = '\0';
	return quote ? NULL : word;
}

/* Words point into `line`. Returns 0 or -EINVAL. */
static int split_words(char *line, const char *words[MAX_WORDS + 1])
{
	size_t count = 0;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line)
			break;
		if (count == MAX_WORDS)
			return -EINVAL;
		words[count] = cut_word(&line);
		if (!words[count++])
			return -EINVAL;
	}
	words[count] = NULL;
	return count > 0 ? 0 : -EINVAL;
}

/* ---- its answer ---- */

static void forget_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);
	/* Jansson has no way to overwrite a string in place. */
	if (text)
		explicit_bzero((void *)(uintptr_t)text, strlen(text));
}

static int read_expiration(const json_t *answer, struct creds_fetch *fetch)
{
	const char *text = json_get_string(answer, "Expiration");
	if (!text)
		return 0;
	if (clock_parse_iso8601(text, &fetch->expire_ms) != 0)
		return err_set(&fetch->err, -EINVAL,
			"credential_process: "
			"Expiration is no ISO 8601 time in UTC");
	if (fetch->expire_ms <= clock_wall_ms())
		return err_set(&fetch->err, -EINVAL,
			"credential_process: "
			"the credentials expired at %s",
			text);
	return 0;
}

static int read_answer(const json_t *answer, struct creds_fetch *fetch)
{
	const char *access_key = json_get_string(answer, "AccessKeyId");
	const char *secret = json_get_string(answer, "SecretAccessKey");
	if (json_get_int(answer, "Version", 0) != 1)
		return err_set(&fetch->err, -EINVAL,
			"credential_process: "
			"the answer's Version is not 1");
	if (!access_key || !secret)
		return err_set(&fetch->err, -EINVAL,
			"credential_process: "
			"AccessKeyId or SecretAccessKey is missing");
	int r = read_expiration(answer, fetch);
	if (r == 0)
		sigv4_key_init(&fetch->key, access_key, secret,
			json_get_string(answer, "SessionToken"));
	return r;
}

static enum creds_outcome parse_output(
	struct creds_fetch *fetch, const char *output, size_t len)
{
	json_t *answer = json_parse_repaired(output, len, &fetch->err);
	if (!answer) {
		err_prefix(&fetch->err, "credential_process");
		return CREDS_FAILED;
	}
	int r = read_answer(answer, fetch);
	forget_member(answer, "SecretAccessKey");
	forget_member(answer, "SessionToken");
	json_decref(answer);
	return r == 0 ? CREDS_FOUND : CREDS_FAILED;
}

static void creds_on_output(
	const char *output, size_t len, const char *why, void *arg)
{
	struct creds_fetch *fetch = arg;
	enum creds_outcome outcome = CREDS_FAILED;
	fetch->child = NULL;
	if (why)
		err_set(&fetch->err, -EIO, "credential_process: %s", why);
	else
		outcome = parse_output(fetch, output, len);
	if (outcome == CREDS_FOUND)
		fetch->source = xasprintf("credential_process of profile %s",
			creds_profile_name(fetch->params));
	fetch->done(fetch, outcome);
}

/* ---- starting it ---- */

/* The command of the profile, from either file; owned. */
static int find_command(struct creds_fetch *fetch, char **ret)
{
	static const enum ini_kind kinds[] = {INI_CREDENTIALS, INI_CONFIG};
	*ret = NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !*ret; i++) {
		struct creds_file file;
		int r = creds_file_open(
			&file, kinds[i], fetch->params, &fetch->err);
		if (r != 0)
			return r;
		*ret = creds_file_get(&file, creds_profile_name(fetch->params),
			"credential_process");
		creds_file_close(&file);
	}
	return 0;
}

enum creds_outcome creds_process_start(struct creds_fetch *fetch)
{
	char AUTOFREE *command = NULL;
	const char *words[MAX_WORDS + 1];
	if (find_command(fetch, &command) != 0)
		return CREDS_FAILED;
	if (!command)
		return CREDS_NONE;
	if (split_words(command, words) != 0) {
		err_set(&fetch->err, -EINVAL,
			"credential_process: a quote is "
			"not closed, or more than %d words",
			MAX_WORDS);
		return CREDS_FAILED;
	}
	fetch->child = child_run(fetch->loop, words, CREDS_PROCESS_BYTES,
		CREDS_PROCESS_MS, creds_on_output, fetch);
	return CREDS_PENDING;
}
