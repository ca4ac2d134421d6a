#include "config/problems.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

void problems_init(struct problems *problems)
{
	memset(problems, 0, sizeof(*problems));
}

void problems_release(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->list[i].file);
		free(problems->list[i].setting);
		free(problems->list[i].text);
	}
	problems_init(problems);
}

void problems_vadd(struct problems *problems, const struct place *place,
	const char *fmt, va_list ap)
{
	if (problems->count == PROBLEMS_MAX) {
		problems->dropped++;
		return;
	}
	problems->list[problems->count++] = (struct problem){
		.file = xstrdup(place->file),
		.line = place->line,
		.setting = xstrdup_null(place->setting),
		.text = xvasprintf(fmt, ap),
	};
}

void problems_add(struct problems *problems, const struct place *place,
	const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problems_vadd(problems, place, fmt, ap);
	va_end(ap);
}

/* The first problem of the same file. */
static size_t file_rank(const struct problems *problems, const char *file)
{
	size_t i = 0;

	while (!str_eq(problems->list[i].file, file))
		i++;
	return i;
}

static bool comes_after(const struct problems *problems,
	const struct problem *a, const struct problem *b)
{
	size_t rank_a = file_rank(problems, a->file);
	size_t rank_b = file_rank(problems, b->file);

	return rank_a != rank_b ? rank_a > rank_b : a->line > b->line;
}

/* Insertion: stable, and the list is short. */
void problems_sort(struct problems *problems)
{
	struct problems sorted = {.dropped = problems->dropped};

	for (size_t i = 0; i < problems->count; i++) {
		size_t at = sorted.count++;

		for (; at > 0 && comes_after(problems, &sorted.list[at - 1],
					 &problems->list[i]);
			at--)
			sorted.list[at] = sorted.list[at - 1];
		sorted.list[at] = problems->list[i];
	}
	*problems = sorted;
}

void problems_format(
	const struct problems *problems, size_t index, struct buf *out)
{
	const struct problem *problem = &problems->list[index];

	buf_adds(out, problem->file);
	if (problem->line)
		buf_addf(out, ":%u", problem->line);
	if (problem->setting)
		buf_addf(out, ": %s", problem->setting);
	buf_addf(out, ": %s", problem->text);
}
