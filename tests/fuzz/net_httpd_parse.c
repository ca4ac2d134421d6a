/*
 * A request reads the same however its bytes are cut. Over is over: what is
 * refused has a status and a reason, what is whole has its parts within their
 * bounds, and what is left over reads as the next request.
 */
#include "net/httpd_parse.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_HEAD = 500, MAX_BODY = 300 };

static void must(bool fine)
{
	if (!fine)
		abort();
}

static size_t read_in(
	struct httpd_parse *parse, const char *p, size_t len, size_t step)
{
	size_t used = 0;

	httpd_parse_init(parse, MAX_HEAD, MAX_BODY);
	while (used < len && !httpd_parse_is_over(parse)) {
		size_t n = len - used < step ? len - used : step;
		size_t took = httpd_parse_feed(parse, p + used, n);

		must(took > 0 && took <= n);
		must(took == n || httpd_parse_is_over(parse));
		used += took;
	}
	return used;
}

static void check_whole(const struct httpd_parse *parse)
{
	must(parse->method != NULL && httpd_parse_target(parse)[0] == '/');
	must(parse->body.len <= MAX_BODY && !parse->body.overflow);
	must(parse->text.len <= MAX_HEAD + 2 && !parse->text.overflow);
	must(parse->header_count <= HTTPD_PARSE_HEADERS);
	for (size_t i = 0; i < parse->header_count; i++) {
		must(*httpd_parse_name(parse, i) != '\0');
		must(strpbrk(httpd_parse_value(parse, i), "\r\n") == NULL);
	}
}

static void check_same(const struct httpd_parse *a, const struct httpd_parse *b)
{
	must(a->state == b->state && a->method == b->method);
	must(a->status == b->status && strcmp(a->reason, b->reason) == 0);
	if (a->state != HTTPD_PARSE_WHOLE)
		return;
	must(a->text.len == b->text.len && a->body.len == b->body.len);
	must(memcmp(a->text.data, b->text.data, a->text.len) == 0);
	must(memcmp(a->body.data, b->body.data, a->body.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct httpd_parse parse, slow;
	bool goes_on = true;

	while (size > 0 && goes_on) {
		size_t used = read_in(&parse, p, size, size);
		size_t used_slow = read_in(&slow, p, size, 1);

		check_same(&parse, &slow);
		goes_on = parse.state == HTTPD_PARSE_WHOLE;
		if (goes_on) {
			must(used == used_slow);
			check_whole(&parse);
		} else if (parse.state == HTTPD_PARSE_REFUSED) {
			must(parse.status >= 400 && parse.status <= 505);
			must(parse.reason[0] != '\0');
		}
		httpd_parse_release(&parse);
		httpd_parse_release(&slow);
		p += used;
		size -= used;
	}
	return 0;
}
