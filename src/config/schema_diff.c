#include "config/schema_diff.h"

#include "config/schema_value.h"

struct diff {
	schema_change_fn *fn;
	void *arg;
	struct buf path;
};

enum { PATH_BYTES = 512 };

static void diff_rows(struct diff *diff, const struct schema_row *rows,
	const void *a, const void *b);

static void tell(struct diff *diff, const struct schema_row *row)
{
	struct schema_change change = {
		.setting = diff->path.data,
		.row = row,
		.reloadable = row->reloadable,
	};

	diff->fn(&change, diff->arg);
}

static size_t count_of(const struct schema_row *row, const void *base)
{
	return *(const size_t *)(const void *)((const char *)base +
					       row->count_offset);
}

static void diff_list(struct diff *diff, const struct schema_row *row,
	const void *a, const void *b)
{
	const char *items_a = *(char *const *)schema_target_const(row, a);
	const char *items_b = *(char *const *)schema_target_const(row, b);
	size_t n = count_of(row, a);

	if (n != count_of(row, b)) {
		tell(diff, row);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t mark = diff->path.len;

		buf_addf(&diff->path, "[%zu]", i);
		diff_rows(diff, row->rows, items_a + i * row->size,
			items_b + i * row->size);
		buf_truncate(&diff->path, mark);
	}
}

static void diff_row(struct diff *diff, const struct schema_row *row,
	const void *a, const void *b)
{
	size_t mark = diff->path.len;

	buf_addf(&diff->path, "%s%s", mark ? "." : "", row->name);
	if (row->type == SCHEMA_GROUP)
		diff_rows(diff, row->rows, schema_target_const(row, a),
			schema_target_const(row, b));
	else if (row->type == SCHEMA_LIST)
		diff_list(diff, row, a, b);
	else if (!schema_value_same(row, a, b))
		tell(diff, row);
	buf_truncate(&diff->path, mark);
}

static void diff_rows(struct diff *diff, const struct schema_row *rows,
	const void *a, const void *b)
{
	for (; rows->name; rows++)
		diff_row(diff, rows, a, b);
}

static void diff_whole(const struct schema_row *rows, const void *a,
	const void *b, schema_change_fn *fn, void *arg)
{
	struct diff diff = {.fn = fn, .arg = arg};

	buf_init(&diff.path, PATH_BYTES);
	diff_rows(&diff, rows, a, b);
	buf_release(&diff.path);
}

void schema_diff(const struct schema *schema, const void *before,
	const void *after, schema_change_fn *fn, void *arg)
{
	diff_whole(schema->rows, before, after, fn, arg);
}

static void on_difference(const struct schema_change *change UNUSED, void *arg)
{
	*(bool *)arg = false;
}

bool schema_rows_same(
	const struct schema_row *rows, const void *a, const void *b)
{
	bool same = true;

	diff_whole(rows, a, b, on_difference, &same);
	return same;
}
