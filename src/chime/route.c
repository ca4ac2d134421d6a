#include "chime/route.h"

#include "util/enc.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { QUERY_VALUE_BYTES = 8192 };

/* Decodes one raw segment into a bounded string without NUL. */
static int decode_value(struct span raw, char *out, size_t size)
{
	struct buf AUTOBUF text;
	buf_init(&text, size - 1);
	if (raw.len == 0 || raw.len > 3 * size ||
		enc_percent_decode(&text, raw.p, raw.len) != 0)
		return -EINVAL;
	if (text.overflow || strlen(text.data) != text.len)
		return -EINVAL;
	memcpy(out, text.data, text.len + 1);
	return 0;
}

/*
 * Compares a raw path with a template, segment by segment, and collects the
 * raw segments that stand for {…}.
 */
static bool match_path(const char *template, struct span path,
	struct span values[CHIME_PATH_VALUES], size_t *ret_count)
{
	struct span want = span_of(template);
	size_t count = 0;
	while (want.p && path.p) {
		struct span expected = span_cut(&want, '/');
		struct span segment = span_cut(&path, '/');
		if (expected.len > 0 && expected.p[0] == '{') {
			if (count == CHIME_PATH_VALUES || segment.len == 0)
				return false;
			values[count++] = segment;
			continue;
		}
		if (segment.len != expected.len ||
			(segment.len &&
				memcmp(segment.p, expected.p, segment.len)))
			return false;
	}
	*ret_count = count;
	return !want.p && !path.p;
}

static bool has_fixed_query(
	const struct chime_operation *row, struct span query)
{
	struct buf AUTOBUF value;
	buf_init(&value, QUERY_VALUE_BYTES);
	return chime_query_get(query, row->fixed_name, &value) == 0 &&
	       str_eq(value.data, row->fixed_value);
}

struct candidate {
	const struct chime_operation *row;
	struct span values[CHIME_PATH_VALUES];
	size_t count;
	bool other_method;
};

/* Is `row` a better answer than the best so far? */
static bool is_better(const struct chime_operation *row, struct span query,
	const struct candidate *best)
{
	if (row->fixed_name)
		return has_fixed_query(row, query);
	return !best->row;
}

static void consider(const struct chime_operation *row, const char *method,
	struct span path, struct span query, struct candidate *best)
{
	struct span values[CHIME_PATH_VALUES] = {{NULL, 0}};
	size_t count;
	if (!match_path(row->path, path, values, &count))
		return;
	if (!str_eq(row->method, method)) {
		best->other_method = true;
		return;
	}
	if (!is_better(row, query, best))
		return;
	best->row = row;
	best->count = count;
	memcpy(best->values, values, sizeof(values));
}

/* Does the query ask for an operation by a word that no row has? The
 * service has more operations than the table. */
static bool selects_another(
	const struct chime_operation *row, struct span query)
{
	static const char *const selectors[] = {"scope", "operation"};
	struct buf AUTOBUF value;
	buf_init(&value, QUERY_VALUE_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
		if (!row->fixed_name &&
			chime_query_get(query, selectors[i], &value) == 0)
			return true;
	}
	return false;
}

int chime_route(const char *method, struct span path, struct span query,
	struct chime_route *ret)
{
	struct candidate best = {.row = NULL};
	for (int op = 0; op < CHIME_OP_COUNT; op++)
		consider(chime_operation((enum chime_op)op), method, path,
			query, &best);
	if (!best.row)
		return best.other_method ? -ENOTSUP : -ENOENT;
	if (selects_another(best.row, query))
		return -ENOENT;
	ret->operation = best.row;
	ret->value_count = best.count;
	for (size_t i = 0; i < best.count; i++) {
		int r = decode_value(
			best.values[i], ret->values[i], CHIME_PATH_VALUE_BYTES);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Which of the {...} of the path stands for that wire name? */
static size_t path_position(const char *path, const char *wire)
{
	struct span rest = span_of(path);
	for (size_t n = 0;; n++) {
		span_cut(&rest, '{');
		struct span name = span_cut(&rest, '}');
		if (!name.p || span_is(name, wire))
			return name.p ? n : SIZE_MAX;
	}
}

const char *chime_route_value(
	const struct chime_route *route, const char *member_name)
{
	const struct chime_member *member =
		chime_member(route->operation, member_name);
	if (!member || member->where != CHIME_IN_PATH)
		return NULL;
	size_t n = path_position(route->operation->path, member->wire);
	return n < route->value_count ? route->values[n] : NULL;
}

/* Is the raw name, decoded, `wanted`? Wire names need no escapes. */
static bool is_raw_name(struct span raw, const char *wanted)
{
	char name[CHIME_KEBAB_BYTES];
	if (span_is(raw, wanted))
		return true;
	return memchr(raw.p, '%', raw.len) &&
	       decode_value(raw, name, sizeof(name)) == 0 &&
	       str_eq(name, wanted);
}

int chime_query_get(struct span query, const char *name, struct buf *out)
{
	while (query.p) {
		struct span value = span_cut(&query, '&');
		struct span raw = span_cut(&value, '=');
		if (!raw.p || !is_raw_name(raw, name))
			continue;
		if (!value.p || value.len == 0)
			return 0;
		return enc_percent_decode(out, value.p, value.len);
	}
	return -ENOENT;
}
