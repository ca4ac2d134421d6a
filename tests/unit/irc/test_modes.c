#include "irc/modes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The changes as text: "+o=nick -b=mask +m". */
static void read_all(
	char *out, size_t size, const char *const *params, size_t nparams)
{
	struct irc_isupport isupport;
	struct irc_modes modes;
	struct irc_mode_change change;
	size_t at = 0;
	irc_isupport_init(&isupport);
	irc_modes_init(&modes, &isupport, params, nparams);
	out[0] = '\0';
	while (irc_modes_next(&modes, &change)) {
		at += (size_t)snprintf(out + at, size - at, "%s%c%c%s%s",
			at ? " " : "", change.add ? '+' : '-', change.letter,
			change.param ? "=" : "",
			change.param ? change.param : "");
		assert_true(at < size);
		assert_int_equal(change.class,
			irc_isupport_mode_class(&isupport, change.letter));
	}
}

static void test_read(void **state UNUSED)
{
	static const struct {
		const char *params[6];
		const char *want;
	} rows[] = {
		{{NULL}, ""},
		{{""}, ""},
		{{"+-+"}, ""},
		{{"+m-n"}, "+m -n"},
		{{"m"}, "+m"},
		{{"+o-b", "nick", "n!u@h"}, "+o=nick -b=n!u@h"},
		{{"+oov", "a", "b", "c"}, "+o=a +o=b +v=c"},
		{{"+oo", "a"}, "+o=a"},
		{{"+ko", "key"}, "+k=key"},
		{{"-k", "*"}, "-k=*"},
		{{"-k"}, ""},
		{{"+l-l", "10"}, "+l=10 -l"},
		{{"b"}, "+b"},
		{{"+bb", "x!*@*"}, "+b=x!*@* +b"},
		{{"+zo", "nick"}, "+z +o=nick"},
		{{"+m", "left", "over"}, "+m"},
		{{"+o", ""}, "+o="},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[256];
		size_t n = 0;
		while (n < 6 && rows[i].params[n])
			n++;
		read_all(got, sizeof(got), rows[i].params, n);
		assert_string_equal(got, rows[i].want);
	}
}

static void check_line(const struct irc_modes_line *line, const char *want)
{
	char got[512];
	size_t at = (size_t)snprintf(got, sizeof(got), "%s", line->letters);
	for (size_t i = 0; i < line->nparams; i++)
		at += (size_t)snprintf(
			got + at, sizeof(got) - at, " %s", line->params[i]);
	assert_string_equal(got, want);
}

static const struct irc_mode_change burst[] = {
	{.add = true, .letter = 'o', .param = "a"},
	{.add = true, .letter = 'v', .param = "b"},
	{.add = false, .letter = 'b', .param = "n!u@h"},
	{.add = false, .letter = 'm'},
	{.add = true, .letter = 'l', .param = "5"},
	{.add = false, .letter = 'l', .param = "not sent"},
};

static void test_pack(void **state UNUSED)
{
	struct irc_isupport isupport;
	struct irc_modes_line line;
	size_t used = 0;
	irc_isupport_init(&isupport); /* MODES=3 */
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst, 6, 400, &used), 0);
	assert_int_equal(used, 4);
	check_line(&line, "+ov-bm a b n!u@h");
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst + 4, 2, 400, &used), 0);
	assert_int_equal(used, 2);
	check_line(&line, "+l-l 5");
}

static void test_pack_bytes(void **state UNUSED)
{
	struct irc_isupport isupport;
	struct irc_modes_line line;
	size_t used = 0;
	irc_isupport_init(&isupport);
	size_t exact = strlen("+ov-b a b n!u@h");
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst, 3, exact, &used), 0);
	assert_int_equal(used, 3);
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst, 3, exact - 1, &used),
		0);
	assert_int_equal(used, 2);
	check_line(&line, "+ov a b");
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst + 2, 1, 8, &used), 0);
	assert_int_equal(
		irc_modes_pack(&line, &isupport, burst + 2, 1, 7, &used),
		-E2BIG);
	assert_int_equal(used, 1);
	check_line(&line, "-b n!u@h");
}

static void test_pack_unlimited(void **state UNUSED)
{
	struct irc_isupport isupport;
	struct irc_mode_change changes[300];
	struct irc_modes_line line;
	size_t used = 0;
	irc_isupport_init(&isupport);
	isupport.modes = 0;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		changes[i] = burst[0];
	assert_int_equal(
		irc_modes_pack(&line, &isupport, changes, 300, 9999, &used), 0);
	assert_int_equal(used, IRC_MODES_LINE_PARAMS);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		changes[i] =
			(struct irc_mode_change){.add = i % 2, .letter = 'm'};
	assert_int_equal(
		irc_modes_pack(&line, &isupport, changes, 300, 9999, &used), 0);
	assert_int_equal(used, IRC_MODES_LINE_LETTERS / 2);
	assert_int_equal(strlen(line.letters), IRC_MODES_LINE_LETTERS);
}

static void test_pack_refuses(void **state UNUSED)
{
	static const struct irc_mode_change bad[] = {
		{.add = true, .letter = 'o'},
		{.add = true, .letter = 'b'},
		{.add = true, .letter = 'o', .param = ""},
		{.add = true, .letter = 'o', .param = "a b"},
		{.add = true, .letter = 'o', .param = ":a"},
		{.add = true, .letter = 'o', .param = "a\r\nQUIT"},
		{.add = true, .letter = 'k', .param = "a\nb"},
		{.add = true, .letter = '+'},
		{.add = true, .letter = ' '},
		{.add = true, .letter = '\0'},
		{.add = true, .letter = '\n'},
	};
	struct irc_isupport isupport;
	irc_isupport_init(&isupport);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct irc_modes_line line = {.letters = "same"};
		size_t used = 7;
		assert_int_equal(irc_modes_pack(&line, &isupport, &bad[i], 1,
					 400, &used),
			-EINVAL);
		assert_int_equal(used, 7);
		assert_string_equal(line.letters, "same");
		const struct irc_mode_change two[] = {burst[0], bad[i]};
		assert_int_equal(
			irc_modes_pack(&line, &isupport, two, 2, 400, &used),
			0);
		assert_int_equal(used, 1);
	}
	struct irc_modes_line line;
	size_t used;
	assert_int_equal(irc_modes_pack(&line, &isupport, burst, 0, 400, &used),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_pack_bytes),
		cmocka_unit_test(test_pack_unlimited),
		cmocka_unit_test(test_pack_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
