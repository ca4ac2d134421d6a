/*
 * json_parse_repaired on any bytes: what it accepts can be written and read
 * again; what Jansson accepts by itself means the same after a repair.
 */
#include "util/alloc.h"
#include "util/json.h"
#include "util/json_repair.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_round_trip(const json_t *value)
{
	struct err err = {.code = 0};
	char AUTOFREE *text = json_text(value);
	json_t AUTOJSON *again = json_parse_repaired(text, strlen(text), &err);
	must(again && json_equal(value, again));
}

static void check_repair(const char *text, size_t len)
{
	struct buf AUTOBUF once;
	struct buf AUTOBUF twice;
	buf_init(&once, 6 * len);
	buf_init(&twice, 6 * len);
	json_repair(&once, text, len);
	must(!once.overflow && utf8_is_valid(once.data, once.len));
	json_repair(&twice, once.data, once.len);
	must(once.len == twice.len &&
		memcmp(once.data, twice.data, once.len) == 0);
	json_t AUTOJSON *plain = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
	json_t AUTOJSON *repaired =
		json_loadb(once.data, once.len, JSON_ALLOW_NUL, NULL);
	must(!plain || (repaired && json_equal(plain, repaired)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct err err = {.code = 0};
	json_t AUTOJSON *value = json_parse_repaired(text, size, &err);
	must(value || (err.code < 0 && err.text[0]));
	if (value) {
		check_round_trip(value);
		json_get_time_ms(value, "t");
	}
	check_repair(text, size);
	return 0;
}
