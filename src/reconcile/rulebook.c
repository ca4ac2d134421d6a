#include "reconcile/rulebook.h"

#include "reconcile/ruleset.h"
#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

static void drop(struct rulebook *book, struct rulebook_row *row)
{
	HASH_DEL(book->rows, row);
	free(row->by);
	free(row);
}

void rulebook_clear(struct rulebook *book)
{
	struct rulebook_row *row = NULL;
	struct rulebook_row *next = NULL;

	HASH_ITER (hh, book->rows, row, next) {
		drop(book, row);
	}
}

static struct rulebook_row *find(const struct rulebook *book, const char *text)
{
	struct rulebook_row *row = NULL;

	HASH_FIND(hh, book->rows, text, strlen(text), row);
	return row;
}

const struct rulebook_row *rulebook_find(
	const struct rulebook *book, const char *text)
{
	return find(book, text);
}

struct rulebook_row *rulebook_add(
	struct rulebook *book, const char *text, unsigned list)
{
	size_t len = strlen(text);
	struct rulebook_row *row = find(book, text);

	if (!row) {
		if (len > RULE_BYTES_MAX ||
			HASH_COUNT(book->rows) >= RULEBOOK_MAX)
			return NULL;
		row = xcalloc(1, sizeof(*row) + len + 1);
		memcpy(row->text, text, len);
		HASH_ADD_KEYPTR(hh, book->rows, row->text, len, row);
	}
	row->list = list;
	return row;
}

void rulebook_set_by(struct rulebook_row *row, const char *by, int64_t at_ms)
{
	if (by)
		set_string(&row->by, by);
	if (at_ms != 0)
		row->at_ms = at_ms;
}

void rulebook_remove(struct rulebook *book, const char *text)
{
	struct rulebook_row *row = find(book, text);

	if (row)
		drop(book, row);
}

void rulebook_keep(struct rulebook *book, unsigned list)
{
	struct rulebook_row *row = NULL;
	struct rulebook_row *next = NULL;

	HASH_ITER (hh, book->rows, row, next) {
		if (row->list != list)
			drop(book, row);
	}
}
