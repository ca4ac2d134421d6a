#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/state_dump.h"

#include "../support/scratch.h"
#include "store/newfile.h"
#include "util/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 40, ROWS_MAX = 60, TEXT_MAX = 24, TEXTS = 5 };

struct fixture {
	char *dir;
	char *path;
	char *other;
	uint64_t seed;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.dir = scratch_new(), .seed = 88172645463325252U};
	f.path = scratch_path(f.dir, "a.db");
	f.other = scratch_path(f.dir, "b.db");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->path);
	free(f->other);
	scratch_free(f->dir);
	return 0;
}

static uint64_t draw(struct fixture *f)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed;
}

/* Text, or bytes that are none. */
static size_t draw_bytes(struct fixture *f, char out[TEXT_MAX], bool nul)
{
	size_t len = draw(f) % (TEXT_MAX - 1);
	bool is_text = draw(f) % 2;

	for (size_t i = 0; i < len; i++) {
		unsigned c = (unsigned)(draw(f) % 256);

		if (is_text)
			c = 32 + c % 95;
		else if (c == 0 && !nul)
			c = 1;
		out[i] = (char)c;
	}
	out[len] = '\0';
	return len;
}

static void put_random(struct fixture *f, struct newfile *file)
{
	static const enum store_kind kinds[] = {STORE_CURSOR, STORE_DONE,
		STORE_INTENT, STORE_OUTBOX_ADD, STORE_ASIDE_ADD, STORE_FACT};
	static const char *const mappings[] = {
		"m", "n", "\xc3\xa9", "\xfe", ""};
	char texts[TEXTS][TEXT_MAX];
	char payload[TEXT_MAX];
	struct store_record record = {
		.kind = kinds[draw(f) % ARRAY_LEN(kinds)],
		.way = draw(f) % 2 ? LANE_TO_IRC : LANE_TO_CHIME,
		.complete = draw(f) % 4 == 0,
		.mapping = mappings[draw(f) % ARRAY_LEN(mappings)],
		.seq = draw(f),
		.progress = draw(f) % 1000,
		.position = (int64_t)draw(f),
		.at_ms = (int64_t)draw(f),
		.payload = payload,
	};

	for (int i = 0; i < TEXTS; i++)
		(void)draw_bytes(f, texts[i], false);
	record.source_id = texts[0];
	record.dest_id = texts[1];
	record.token = texts[2];
	record.space = draw(f) % 2 ? "s" : texts[0];
	record.key = texts[3];
	record.value = texts[4];
	record.payload_len = draw_bytes(f, payload, true);
	assert_int_equal(0, newfile_put(file, &record, &f->err));
}

static void make_random(struct fixture *f)
{
	struct newfile *file = newfile_open(f->path, &f->err);

	assert_non_null(file);
	for (uint64_t rows = draw(f) % ROWS_MAX; rows > 0; rows--)
		put_random(f, file);
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
}

static char *exported(struct fixture *f, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(0, state_export(path, out, &f->err));
	fclose(out);
	return text;
}

static int import(struct fixture *f, const char *text, bool *ret_complete)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int code = state_import(f->other, in, ret_complete, &f->err);

	fclose(in);
	return code;
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < ROUNDS; round++) {
		AUTOFREE char *first = NULL;
		AUTOFREE char *second = NULL;
		bool complete = false;

		make_random(f);
		first = exported(f, f->path);
		assert_int_equal(0, import(f, first, &complete));
		assert_true(complete);
		second = exported(f, f->other);
		assert_string_equal(first, second);
		assert_int_equal(0, unlink(f->path));
		assert_int_equal(0, unlink(f->other));
	}
}

#define HEAD "{\"belfry_state\":1,\"schema\":2}\n"
#define FACT                                                                   \
	"{\"kind\":\"fact\",\"space\":\"s\",\"key\":\"k\",\"value\":\"v\"}\n"
#define END "{\"end\":true,\"records\":1,\"complete\":true}\n"

static void expect_refused(
	struct fixture *f, const char *text, const char *words)
{
	bool complete = false;

	assert_true(import(f, text, &complete) < 0);
	if (!strstr(f->err.text, words))
		fail_msg("%s: %s", text, f->err.text);
	assert_int_equal(-1, access(f->other, F_OK));
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	expect_refused(f, "\n", "line 1: ");
	expect_refused(f, "{}\n", "no export");
	expect_refused(f, FACT, "line 1: this is no export");
	expect_refused(f, "{\"belfry_state\":2}\n", "newer version");
	expect_refused(f, HEAD, "last line is missing");
	expect_refused(f, HEAD FACT, "last line is missing");
	expect_refused(f, HEAD END, "0 records are here, 1 were");
	expect_refused(f, HEAD FACT END FACT, "line 4: there is more");
	expect_refused(f, HEAD "{\"kind\":\"x\"}\n" END, "line 2: no such");
	expect_refused(f, HEAD "{\"kind\":", "line 2: column 8: ");
}

static void test_incomplete_is_told(void **state)
{
	struct fixture *f = *state;
	bool complete = true;

	assert_int_equal(0, import(f,
				    HEAD FACT "{\"end\":true,\"records\":1,"
					      "\"complete\":false}\n",
				    &complete));
	assert_false(complete);
	assert_int_equal(-EEXIST, import(f, HEAD FACT END, &complete));
	assert_non_null(strstr(f->err.text, "holds something"));
	assert_int_equal(0, access(f->other, F_OK));
}

static void test_full_output(void **state)
{
	struct fixture *f = *state;
	FILE *full = fopen("/dev/full", "w");

	make_random(f);
	assert_non_null(full);
	assert_int_equal(-EIO, state_export(f->path, full, &f->err));
	fclose(full);
	assert_int_equal(
		-ENOENT, state_export("/nonexistent", stdout, &f->err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(round_trip),
		TEST(refusals),
		TEST(incomplete_is_told),
		TEST(full_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
