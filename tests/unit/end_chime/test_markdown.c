#include "end_chime/markdown.h"

#include "unit/support/end_chime_markdown_check.h"
#include "util/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CEILING = 8 << 20 };

/* Styles by letter, a blank for none: "bold" and "bbbb". */
static unsigned style_of(char c)
{
	static const struct {
		char letter;
		unsigned style;
	} rows[] = {
		{'b', TEXT_BOLD},
		{'i', TEXT_ITALIC},
		{'u', TEXT_UNDERLINE},
		{'s', TEXT_STRIKE},
		{'c', TEXT_CODE},
		{'B', TEXT_BOLD | TEXT_ITALIC},
		{'S', TEXT_BOLD | TEXT_STRIKE},
		{'C', TEXT_BOLD | TEXT_CODE},
		{'A', TEXT_BOLD | TEXT_ITALIC | TEXT_STRIKE | TEXT_CODE},
		{'U', TEXT_BOLD | TEXT_UNDERLINE},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].letter == c)
			return rows[i].style;
	return 0;
}

static void build(struct text *text, const char *bytes, const char *styles)
{
	assert_int_equal(strlen(bytes), strlen(styles));
	for (size_t i = 0; bytes[i]; i++)
		text_append(text, bytes + i, 1, style_of(styles[i]));
}

static void expect_same(const struct text *got, const struct text *want)
{
	assert_string_equal(text_plain(got), text_plain(want));
	assert_int_equal(got->run_count, want->run_count);
	for (size_t i = 0; i < got->run_count; i++) {
		assert_int_equal(got->runs[i].offset, want->runs[i].offset);
		assert_int_equal(got->runs[i].len, want->runs[i].len);
		assert_int_equal(got->runs[i].styles, want->runs[i].styles);
	}
}

struct read_row {
	const char *markdown;
	const char *bytes;
	const char *styles;
};

static void expect_read(const struct read_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text got AUTOTEXT;
		struct text want AUTOTEXT;
		text_init(&got, CEILING);
		text_init(&want, CEILING);
		markdown_read(&got, rows[i].markdown, strlen(rows[i].markdown));
		build(&want, rows[i].bytes, rows[i].styles);
		expect_same(&got, &want);
	}
}

static void test_read_styles(void **state)
{
	static const struct read_row rows[] = {
		{"", "", ""}, {"plain", "plain", "     "},
		{"**bold**", "bold", "bbbb"}, {"__bold__", "bold", "bbbb"},
		{"*it*", "it", "ii"}, {"_it_", "it", "ii"},
		{"~~gone~~", "gone", "ssss"}, {"`code`", "code", "cccc"},
		{"***both***", "both", "BBBB"}, {"**_both_**", "both", "BBBB"},
		{"_**both**_", "both", "BBBB"}, {"~~**x**~~", "x", "S"},
		{"**`x`**", "x", "C"}, {"~~***`x`***~~", "x", "A"},
		{"**a *b* c**", "a b c", "bbBbb"},
		{"a **b** c", "a b c", "  b  "}, {"2*3*4", "234", " i "},
		{"*a **b* c**", "a b c", "iiBbb"}, /* pairs may cross */
	};
	(void)state;
	expect_read(rows, ARRAY_LEN(rows));
}

static void test_read_lone_markers(void **state)
{
	static const struct read_row rows[] = {
		{"*", "*", " "},
		{"**", "**", "  "},
		{"***", "***", "   "},
		{"****", "****", "    "},
		{"f******", "f******", "       "},
		{"__________", "__________", "          "},
		{"~~~~~~ ~~~~~~", "~~~~~~ ~~~~~~", "             "},
		{"**_**", "**_**", "     "},
		{"**\\_**", "_", "b"},
		{"~~", "~~", "  "},
		{"a * b * c", "a * b * c", "         "},
		{"** a **", "** a **", "       "},
		{"**open", "**open", "      "},
		{"close**", "close**", "       "},
		{"*a\nb*", "*a\nb*", "     "}, /* not across lines */
		{"snake_case_name", "snake_case_name", "               "},
		{"__init__.py", "init.py", "bbbb   "},
		{"a_b_", "a_b_", "    "},
		{"_a_b", "_a_b", "    "},
		{"~a~", "~a~", "   "},
		{"`", "`", " "},
	};
	(void)state;
	expect_read(rows, ARRAY_LEN(rows));
}

static void test_read_escapes(void **state)
{
	static const struct read_row rows[] = {
		{"\\*a\\*", "*a*", "   "},
		{"*a\\*b*", "a*b", "iii"},
		{"\\\\", "\\", " "},
		{"\\n", "\\n", "  "},
		{"\\", "\\", " "},
		{"a\\\nb", "a\\\nb", "    "},
		{"\\`a`", "`a`", "   "},
		{"\\[a](b)", "[a](b)", "      "},
		{"`a\\`", "a\\", "cc"},
	};
	(void)state;
	expect_read(rows, ARRAY_LEN(rows));
}

static void test_read_code(void **state)
{
	static const struct read_row rows[] = {
		{"`*a*`", "*a*", "ccc"},
		{"``a`b``", "a`b", "ccc"},
		{"`` `a` ``", "`a`", "ccc"},
		{"` a `", " a ", "ccc"},
		{"```a``b```", "a``b", "cccc"},
		{"````a````", "````a````", "         "},
		{"`a``", "`a``", "    "},
		{"*a `b* c`", "*a b* c", "   cccc"},
		/* Looking ahead finds no end for the last tick. */
		{"*x `a` `", "*x a `", "   c  "},
		{"```\na*b*\n\nc\n```", "a*b*\n\nc", "cccc  c"},
		{"x\n```sh\nls\n```\ny", "x\nls\ny", "  cc  "},
		{"```\nopen", "open", "cccc"},
	};
	(void)state;
	expect_read(rows, ARRAY_LEN(rows));
}

static void test_read_links(void **state)
{
	static const struct read_row rows[] = {
		{"[a](http://b)", "a (http://b)", "            "},
		{"[http://b](http://b)", "http://b", "        "},
		{"[**a**](u)", "a (u)", "b    "},
		{"**[a](u)**", "a (u)", "bbbbb"},
		/* The link's own star is none of the line's. */
		{"*[a*](b) c*", "a* (b) c", "iiiiiiii"},
		{"[[a](b)", "[a (b)", "      "},
		{"[](b)", "[](b)", "     "},
		{"[a] (b)", "[a] (b)", "       "},
		{"[a](b", "[a](b", "     "},
		{"[a]", "[a]", "   "},
		{"http://a_b_c/*d*", "http://a_b_c/d", "             i"},
		{"_http://a_b_", "_http://a_b_", "            "},
		{"HTTPS://x/__a__", "HTTPS://x/__a__", "               "},
		{"xhttp://_a_", "xhttp://a", "        i"},
		{"~~http://a~~", "http://a", "ssssssss"},
	};
	(void)state;
	expect_read(rows, ARRAY_LEN(rows));
}

struct write_row {
	const char *bytes;
	const char *styles;
	const char *markdown;
};

static void expect_write(const struct write_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text text AUTOTEXT;
		struct buf out AUTOBUF;
		text_init(&text, CEILING);
		buf_init(&out, CEILING);
		build(&text, rows[i].bytes, rows[i].styles);
		markdown_write(&out, &text);
		assert_string_equal(out.data, rows[i].markdown);
		markdown_check_round(&text);
	}
}

static void test_write_styles(void **state)
{
	static const struct write_row rows[] = {
		{"", "", ""},
		{"bold", "bbbb", "**bold**"},
		{"it", "ii", "_it_"},
		{"gone", "ssss", "~~gone~~"},
		{"code", "cccc", "`code`"},
		{"line", "uuuu", "line"},
		{"both", "BBBB", "_**both**_"},
		{"x", "A", "~~_**`x`**_~~"},
		/* Inside a word "_" is no marker. */
		{"abc", " i ", "a*b*c"},
		{"a b", "i  ", "_a_ b"},
		{"(a)", " i ", "(*a*)"},
		/* Underline is not shown: these are one. */
		{"ab", "bU", "**ab**"},
		/* Blanks stay outside of the markers. */
		{" a ", "bbb", " **a** "},
		{"a b", "bbb", "**a b**"},
		{"a \n b", "bbbbb", "**a** \n **b**"},
		{"a\n\nb", "iiii", "_a_\n\n_b_"},
		{"  ", "bb", "  "},
		{"a\nb", "ccc", "`a`\n`b`"},
	};
	(void)state;
	expect_write(rows, ARRAY_LEN(rows));
}

static void test_write_touching(void **state)
{
	static const struct write_row rows[] = {
		{"ab", "bi", "**a***b*"},
		{"ab", "ib", "*a***b**"},
		{"ab", "iB", "*a**b***"},
		{"ab", "Bi", "***a**b*"},
		{"ab", "bB", "**a*****b***"},
		{"abc", "iBi", "*a**b**c*"},
		{"ab", "bs", "**a**~~b~~"},
		{"a~b", "  s", "a\\~~~b~~"},
		{"ab~", "ss ", "~~ab~~\\~"},
		{"ab", "cC", "`a`**`b`**"},
		{"a`b", "c c", "`a`\\``b`"},
	};
	(void)state;
	expect_write(rows, ARRAY_LEN(rows));
}

static void test_write_escapes(void **state)
{
	static const struct write_row rows[] = {
		{"*a*", "   ", "\\*a\\*"},
		{"a_b", "   ", "a_b"},
		{"_a_", "   ", "\\_a\\_"},
		{"a\\b", "   ", "a\\\\b"},
		{"`x`", "   ", "\\`x\\`"},
		{"```\n", "    ", "\\`\\`\\`\n"},
		{"[a](b)", "      ", "\\[a\\](b)"},
		{"~~a", "   ", "\\~\\~a"},
		{"~a", "  ", "~a"},
		{"# a\n> b", "       ", "\\# a\n\\> b"},
		{"a # > b", "       ", "a # > b"},
		{"<b> 1 < 2", "         ", "\\<b> 1 < 2"},
		{"a*b", "bbb", "**a\\*b**"},
		{"a\n", "  ", "a\n"},
		{"http://a/b_c_*", "              ", "http://a/b_c_\\*"},
		{"http://a/_b", "iiiiiiiiiii", "*http://a/_b*"},
		{"http://", "iiiiiii", "*http://*"},
		{"http://a~", "sssssssss", "~~http://a\\~~~"},
	};
	(void)state;
	expect_write(rows, ARRAY_LEN(rows));
}

static void test_write_code(void **state)
{
	static const struct write_row rows[] = {
		{"*a*", "ccc", "`*a*`"},
		{"a\\", "cc", "`a\\`"},
		{"a`b", "ccc", "``a`b``"},
		{"`a", "cc", "`` `a ``"},
		{"a``b", "cccc", "```a``b```"},
		{" a ", "ccc", " `a` "},
		/* Not to be had as code. */
		{"a```b", "ccccc", "a\\`\\`\\`b"},
		{"a```b", "CCCCC", "**a\\`\\`\\`b**"},
	};
	(void)state;
	expect_write(rows, ARRAY_LEN(rows));
}

/* Every style alone and with every other, in every order of three. */
static void test_all_combinations(void **state)
{
	static const char *const joints[] = {"", " ", "\n", "_", "~", ".", "`"};
	(void)state;
	for (unsigned n = 0; n < 32 * 32 * 32; n++) {
		for (size_t j = 0; j < ARRAY_LEN(joints); j++) {
			struct text text AUTOTEXT;
			text_init(&text, 100);
			text_append(&text, "a1", 2, n & 31);
			text_append_plain(&text, joints[j]);
			text_append(&text, "b2", 2, n >> 5 & 31);
			text_append_plain(&text, joints[n % 7]);
			text_append(&text, "c3", 2, n >> 10 & 31);
			markdown_check_round(&text);
		}
	}
}

static void test_escape(void **state)
{
	struct buf out AUTOBUF;
	(void)state;
	buf_init(&out, 100);
	markdown_escape(&out, "[x]*_y_", 7);
	assert_string_equal(out.data, "\\[x\\]\\*\\_y\\_");
}

static void test_url(void **state)
{
	static const struct {
		const char *s;
		size_t at;
		size_t len;
	} rows[] = {
		{"http://a b", 0, 8},
		{"https://a~b", 0, 11},
		{"http://a~~b", 0, 8},
		{"HtTp://a", 0, 8},
		{"http://", 0, 0},
		{"http:// a", 0, 0},
		{"ftp://a", 0, 0},
		{"xhttp://a", 1, 0},
		{"(http://a)", 1, 9},
		{"http://a\nb", 0, 8},
		{"http://\xc3\xa9<", 0, 9},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			markdown_url(rows[i].s, strlen(rows[i].s), rows[i].at),
			rows[i].len);
}

/* What would take hours if a byte were looked at from every other. */
static void test_hostile(void **state)
{
	static const char *const units[] = {"*", "**", "_", "__", "~~", "~",
		"`", "``", "[", "]", "](", "[a](", "[]", "(", ")", "\\", "h",
		"http://", "*a ", "`a", "**a*b", "_a ", "~~a ", "*`", "[a`",
		"``a`", "```a``", "\\`", "*a_b~~c", "* *", "[a]( *b ", "\n",
		"```\n", "> ", "\xff", "https://~", "*http://", " *a* **b** "};
	enum { BYTES = 200 * 1000 };
	char *s = xcalloc(1, BYTES + 16);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t n = strlen(units[i]), len = 0;
		for (; len < BYTES; len += n)
			memcpy(s + len, units[i], n);
		markdown_check_read(s, len);
		memcpy(s + len - 2, "](", 2);
		markdown_check_read(s, len);
		s[len - 1] = ')';
		markdown_check_read(s, len);
	}
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_styles),
		cmocka_unit_test(test_read_lone_markers),
		cmocka_unit_test(test_read_escapes),
		cmocka_unit_test(test_read_code),
		cmocka_unit_test(test_read_links),
		cmocka_unit_test(test_write_styles),
		cmocka_unit_test(test_write_touching),
		cmocka_unit_test(test_write_escapes),
		cmocka_unit_test(test_write_code),
		cmocka_unit_test(test_all_combinations),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
