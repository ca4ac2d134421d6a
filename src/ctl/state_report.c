#include "ctl/state_report.h"

#include "ctl/state_json.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTED = 4, NAME_WIDTH = 24 };

static const enum store_kind counted[COUNTED] = {
	STORE_DONE, STORE_INTENT, STORE_OUTBOX_ADD, STORE_ASIDE_ADD};

/* Records of one lane, or of one space of facts. */
struct tally {
	char *name; /* the key */
	bool is_space;
	size_t counts[COUNTED];
	size_t facts;
	bool has_cursor;
	int64_t cursor;
	bool has_oldest;
	int64_t oldest_ms; /* in the outbox */
	UT_hash_handle hh;
};

struct state_report {
	struct tally *tallies; /* in the order of the file */
};

struct state_report *state_report_new(void)
{
	return xcalloc(1, sizeof(struct state_report));
}

void state_report_free(struct state_report *report)
{
	struct tally *tally;
	struct tally *next;

	if (!report)
		return;
	HASH_ITER (hh, report->tallies, tally, next) {
		HASH_DEL(report->tallies, tally);
		free(tally->name);
		free(tally);
	}
	free(report);
}

static char *name_of(const struct store_record *record)
{
	if (record->kind == STORE_FACT)
		return xstrdup(str_or_empty(record->space));
	return xasprintf("%-*s  %s", NAME_WIDTH, str_or_empty(record->mapping),
		state_way_name(record->way));
}

static struct tally *tally_of(
	struct state_report *report, const struct store_record *record)
{
	AUTOFREE char *name = name_of(record);
	struct tally *tally = NULL;

	HASH_FIND_STR(report->tallies, name, tally);
	if (tally)
		return tally;
	tally = xcalloc(1, sizeof(*tally));
	tally->name = TAKE(name);
	tally->is_space = record->kind == STORE_FACT;
	HASH_ADD_KEYPTR(
		hh, report->tallies, tally->name, strlen(tally->name), tally);
	return tally;
}

void state_report_add(const struct store_record *record, void *arg)
{
	struct tally *tally = tally_of(arg, record);

	if (record->kind == STORE_FACT)
		tally->facts++;
	for (int i = 0; i < COUNTED; i++)
		if (counted[i] == record->kind)
			tally->counts[i]++;
	if (record->kind == STORE_CURSOR) {
		tally->has_cursor = true;
		tally->cursor = record->position;
	}
	if (record->kind == STORE_OUTBOX_ADD &&
		(!tally->has_oldest || record->at_ms < tally->oldest_ms)) {
		tally->has_oldest = true;
		tally->oldest_ms = record->at_ms;
	}
}

static void print_lane(const struct tally *tally, int64_t now_ms, FILE *out)
{
	fprintf(out, "%-34s", tally->name);
	for (int i = 0; i < COUNTED; i++)
		fprintf(out, " %8zu", tally->counts[i]);
	if (tally->has_cursor)
		fprintf(out, "  %" PRId64, tally->cursor);
	else
		fputs("  -", out);
	if (tally->has_oldest)
		fprintf(out, "  oldest in the outbox: %" PRId64 " s",
			(now_ms - tally->oldest_ms) / 1000);
	fputc('\n', out);
}

static void print_head(FILE *out)
{
	fprintf(out, "%-*s  %-8s", NAME_WIDTH, "mapping", "way");
	for (int i = 0; i < COUNTED; i++)
		fprintf(out, " %8s", state_kind_name(counted[i]));
	fputs("  cursor\n", out);
}

void state_report_print(
	const struct state_report *report, int64_t now_ms, FILE *out)
{
	bool has_head = false;

	for (struct tally *t = report->tallies; t; t = t->hh.next)
		if (t->is_space)
			fprintf(out, "facts %s: %zu\n", t->name, t->facts);
	for (struct tally *t = report->tallies; t; t = t->hh.next) {
		if (t->is_space)
			continue;
		if (!has_head)
			print_head(out);
		has_head = true;
		print_lane(t, now_ms, out);
	}
}
