/*
 * A configuration file of belfryd: any text loads or has problems with exact
 * places, nothing leaks, and what loads can be compared and loaded again.
 */
#include "config/belfry.h"
#include "config/schema_diff.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *__lsan_default_suppressions(void);
/* libconfig 1.5 loses a few bytes of a string that does not end. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

enum { TEXT_BYTES = 16 << 10 };

/* Settings that name files would make it depend on the machine. */
static bool is_tame(const char *text)
{
	return !strstr(text, "@include") && !strstr(text, "_file");
}

static void check_problems(const struct problems *problems)
{
	if (problems->count == 0)
		abort();
	for (size_t i = 0; i < problems->count; i++)
		if (!str_eq(problems->list[i].file, "f") ||
			problems->list[i].line == 0)
			abort();
}

static void load(const char *text)
{
	struct belfry_config first, second;
	struct problems problems;

	problems_init(&problems);
	if (schema_load_text(&belfry_schema, "f", text, &first, &problems) <
		0) {
		check_problems(&problems);
		problems_release(&problems);
		return;
	}
	if (problems.count ||
		schema_load_text(
			&belfry_schema, "f", text, &second, &problems) < 0 ||
		!schema_rows_same(belfry_schema.rows, &first, &second))
		abort();
	belfry_config_free(&first);
	belfry_config_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char AUTOFREE *text = xstrndup(
		(const char *)data, size < TEXT_BYTES ? size : TEXT_BYTES);

	if (is_tame(text))
		load(text);
	return 0;
}
