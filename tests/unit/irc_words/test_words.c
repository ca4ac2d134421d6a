#include "irc_words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_styles_round_trip(void **state)
{
	struct text AUTOTEXT text;
	struct text AUTOTEXT back;
	struct buf AUTOBUF irc;
	(void)state;
	text_init(&text, 1000);
	text_init(&back, 1000);
	buf_init(&irc, 1000);
	text_append(&text, "plain ", 6, 0);
	text_append(&text, "bold", 4, TEXT_BOLD);
	text_append(&text, " both", 5, TEXT_BOLD | TEXT_ITALIC);
	text_append(&text, " 1,2", 4, TEXT_STRIKE);
	text_append(&text, " code", 5, TEXT_CODE);
	text_append(&text, " end", 4, 0);
	words_to_irc(&irc, &text);
	words_from_irc(&back, irc.data, irc.len);
	assert_string_equal(text_plain(&back), text_plain(&text));
	assert_int_equal(back.run_count, text.run_count);
	for (size_t i = 0; i < text.run_count; i++) {
		assert_int_equal(back.runs[i].offset, text.runs[i].offset);
		assert_int_equal(back.runs[i].len, text.runs[i].len);
		assert_int_equal(back.runs[i].styles, text.runs[i].styles);
	}
}

static void test_latin1_from_irc(void **state)
{
	struct text AUTOTEXT text;
	(void)state;
	text_init(&text, 100);
	words_from_irc(&text, "caf\xe9", 4);
	assert_string_equal(text_plain(&text), "caf\xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles_round_trip),
		cmocka_unit_test(test_latin1_from_irc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
