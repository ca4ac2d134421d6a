/* "METHOD path?query": what is routed has sane values, and the same values
 * encoded by the client come back to the same operation. */
#include "chime/route.h"
#include "util/alloc.h"
#include "util/enc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The template of the operation with the values put back in. */
static void rebuild(struct buf *out, const struct chime_route *route)
{
	struct span rest = span_of(route->operation->path);
	size_t n = 0;
	while (rest.p) {
		struct span plain = span_cut(&rest, '{');
		buf_add(out, plain.p, plain.len);
		if (!rest.p)
			break;
		(void)span_cut(&rest, '}');
		enc_percent(out, route->values[n], strlen(route->values[n]));
		n++;
	}
	if (n != route->value_count)
		abort();
}

static void check(
	const struct chime_route *route, const char *method, struct span query)
{
	static struct chime_route again;
	struct buf AUTOBUF path;
	buf_init(&path, 64 << 10);
	rebuild(&path, route);
	if (chime_route(method, (struct span){path.data, path.len}, query,
		    &again) != 0 ||
		again.operation != route->operation)
		abort();
	for (size_t i = 0; i < route->value_count; i++) {
		if (!route->values[i][0] ||
			strcmp(route->values[i], again.values[i]) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct chime_route route;
	struct buf AUTOBUF value;
	char AUTOFREE *text = xstrndup((const char *)data, size);
	struct span rest = span_of(text);
	struct span word = span_cut(&rest, ' ');
	char AUTOFREE *method = xstrndup(word.p, word.len);
	struct span query = rest;
	struct span path = span_cut(&query, '?');
	if (chime_route(method, path, query, &route) == 0)
		check(&route, method, query);
	buf_init(&value, 1024);
	if (chime_query_get(query, "next-token", &value) == 0 &&
		strlen(value.data) > value.len)
		abort();
	return 0;
}
