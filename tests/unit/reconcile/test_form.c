#include "reconcile/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_forms(void **state)
{
	static const struct {
		const char *form, *value;
		bool is;
	} cases[] = {
		{"", "", true},
		{"a", "a", true},
		{"", "a", false},
		{"a", "", false},
		{"a", "ab", false},
		{"ab", "a", false},
		{"a b", "a\nb", true},
		{"ab", "a\tb\x01\x7f", true},
		{"ok ", "ok \U0001f600", true},
		{"ok \U0001f600", "ok ", true},
		{"", "\U0001f600", true},
		{"gr\u00fc\u00df", "gr\u00fc\u00df", true},
		{"gr\u00fc\u2026", "gr\u00fc\u00df", true},
		{"\u2026", "gr\u00fc\u00df", true},
		{"a\u2026", "a", false},
		{"a\u2026", "a\u2026", true},
		{"a\u2026", "a\u2026 b", true},
		{"a\u2026 b", "a long", false},
		{"a", "a\u2026", false},
		{"\u00e4", "\u00f6", false},
		{"x\u2026", "a long", false},
		{NULL, "a", false},
		{"a", NULL, false},
		{NULL, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (form_is_of(cases[i].form, cases[i].value) != cases[i].is)
			fail_msg("'%s' of '%s'", cases[i].form, cases[i].value);
}

/* Nothing after the end is read, whatever the bytes are. */
static void test_broken_bytes(void **state)
{
	(void)state;
	assert_true(form_is_of("\xf0", "\xf0\x80"));
	assert_true(form_is_of("\xf0", ""));
	assert_false(form_is_of("\xe2\x80", "\xe2\x80\xa6"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_broken_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
