/* A signature is read from three lines: Authorization, x-amz-date, query.
 * One that is accepted is not accepted for another body. */
#include "aws/sigv4.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sigv4_key *lookup(const char *access_key, void *arg)
{
	struct sigv4_key *key = arg;
	return strcmp(access_key, key->access_key) == 0 ? key : NULL;
}

/* The next line, ended by NUL, in place; "" at the end. */
static char *cut_line(char **rest)
{
	char *line = *rest;
	char *end = strchr(line, '\n');
	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

static enum sigv4_verdict verify(
	struct sigv4_key *key, char *lines[3], const char *body)
{
	char access_key[SIGV4_ACCESS_KEY_BYTES];
	struct sigv4_header headers[] = {
		{"Host", "h"},
		{"X-Amz-Date", lines[1]},
		{"Authorization", lines[0]},
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = span_of("/channels"),
		.query = span_of(lines[2]),
		.headers = headers,
		.header_count = lines[0][0] ? 3 : 1,
		.body = body,
		.body_len = strlen(body),
	};
	const struct sigv4_check check = {.lookup = lookup, .arg = key};
	return sigv4_verify(&check, &request, access_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char AUTOFREE *text = xstrndup((const char *)data, size);
	char *rest = text;
	struct sigv4_key key;
	char *lines[3];
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		lines[i] = cut_line(&rest);
	sigv4_key_init(&key, "AKID", "secret", NULL);
	enum sigv4_verdict verdict = verify(&key, lines, "{}");
	(void)sigv4_verdict_text(verdict);
	if (verdict == SIGV4_OK && verify(&key, lines, "[]") != SIGV4_MISMATCH)
		abort();
	sigv4_key_release(&key);
	return 0;
}
