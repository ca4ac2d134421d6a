#include "chime_users/userid.h"

#include "util/str.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_allowed(const char *id)
{
	size_t len = strlen(id);
	assert_in_range(len, 5, 50);
	for (size_t i = 0; i < len; i++)
		assert_true(isalnum((unsigned char)id[i]) ||
			    strchr(":_.@-", id[i]));
	assert_true(isalnum((unsigned char)id[0]));
	assert_true(isalnum((unsigned char)id[len - 1]));
	assert_true(userid_is_ours(id));
}

static void test_reversible(void **state)
{
	static const struct {
		const char *person;
		const char *id;
	} rows[] = {
		{"libera/bob", "irc:libera:bob"},
		{"libera/[bob]", "irc:libera:.5bbob.5d"},
		{"a/b/c", "irc:a:b.2fc"},
		{"a/b:c", "irc:a:b.3ac"},
		{"a:b/c", "irc:a.3ab:c"},
		{"a.b/c", "irc:a.2eb:c"},
		{"a/b_", "irc:a:b.5f"},
		{"a/_b-c@d", "irc:a:_b-c@d"},
		{"a/", "irc:a.2f"},
		{"a", "irc:a"},
		{"/", "irc:.2f"},
		{"a/b c", "irc:a:b.20c"},
		{"a/\xc3\xa9", "irc:a:.c3.a9"},
		/* As ids of people are told apart (irc_people/identity.h). */
		{"net/bob=2", "irc:net:bob.3d2"},
		{"net/@bob", "irc:net:@bob"},
		{"net/@bob=2", "irc:net:@bob.3d2"},
		{"net/bob/2", "irc:net:bob.2f2"},
		{"net/bob~2", "irc:net:bob.7e2"},
		{"net/b=", "irc:net:b.3d"},
		{"a/|^`{}\\", "irc:a:.7c.5e.60.7b.7d.5c"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char id[USERID_BYTES];
		struct buf AUTOBUF back;
		buf_init(&back, 100);
		userid_make(id, rows[i].person);
		assert_string_equal(id, rows[i].id);
		expect_allowed(id);
		assert_int_equal(userid_read(&back, id), 0);
		assert_string_equal(back.data, rows[i].person);
	}
}

/* Each is another one, and nobody else's. */
static void test_variants(void **state)
{
	static const char *const people[] = {"net/bob", "net/@bob",
		"1\nnet/bob", "a/",
		"network/somebody-with-a-name-that-is-longer-than-fifty"};
	char ids[ARRAY_LEN(people) * USERID_VARIANTS][USERID_BYTES];
	size_t count = 0;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		for (unsigned v = 0; v < USERID_VARIANTS; v++) {
			struct buf AUTOBUF back;
			buf_init(&back, 100);
			userid_variant(ids[count], people[i], v);
			expect_allowed(ids[count]);
			if (v)
				assert_int_equal(userid_read(&back, ids[count]),
					-ERANGE);
			for (size_t k = 0; k < count; k++)
				assert_string_not_equal(ids[k], ids[count]);
			count++;
		}
	userid_make(ids[1], "net/bob");
	assert_string_equal(ids[0], ids[1]);
}

static void test_shortened(void **state)
{
	char person[200], a[USERID_BYTES], b[USERID_BYTES];
	struct buf AUTOBUF back;
	(void)state;
	buf_init(&back, 100);
	/* Of every length, with an escape at every place. */
	for (size_t len = 0; len < 120; len++) {
		for (size_t odd = 0; odd <= len; odd++) {
			snprintf(person, sizeof(person), "n/%0*d", (int)len, 0);
			person[2 + odd] = len ? '|' : '\0';
			person[2 + len] = '\0';
			userid_make(a, person);
			expect_allowed(a);
			buf_clear(&back);
			int rc = userid_read(&back, a);
			assert_true(rc == 0 || rc == -ERANGE);
			if (rc == 0)
				assert_string_equal(back.data, person);
			else
				assert_int_equal(back.len, 0);
			/* Ends that are cut off still tell two apart. */
			if (!len)
				continue;
			person[1 + len] = 'x';
			userid_make(b, person);
			assert_string_not_equal(a, b);
		}
	}
	userid_make(a, "");
	expect_allowed(a);
	assert_int_equal(userid_read(&back, a), -ERANGE);
}

static void test_very_long(void **state)
{
	static char person[70000], other[70000];
	char a[USERID_BYTES], b[USERID_BYTES];
	(void)state;
	memset(person, '|', sizeof(person) - 1);
	memcpy(other, person, sizeof(person));
	other[sizeof(other) - 2] = 'x';
	userid_make(a, person);
	userid_make(b, other);
	expect_allowed(a);
	expect_allowed(b);
	assert_string_not_equal(a, b);
}

static void test_not_ours(void **state)
{
	static const char *const rows[] = {"", "bob", "irc", "irc-a:b",
		"IRC:a:b", " irc:a",
		/* Could not have been made: another id reads the same. */
		"irc:a:b:c", "irc:a:.62", "irc:a:b.2F", "irc:a:b.2", "irc:a:b.",
		"irc:a:b.zz", "irc:a:b.00c", "irc:a b", "irc:a:b_",
		"irc:a:\xc3\xa9"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF back;
		buf_init(&back, 100);
		assert_int_equal(userid_read(&back, rows[i]), -EINVAL);
		assert_int_equal(back.len, 0);
	}
	assert_false(userid_is_ours("alice"));
	assert_false(userid_is_ours("ircx:a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reversible),
		cmocka_unit_test(test_variants),
		cmocka_unit_test(test_shortened),
		cmocka_unit_test(test_very_long),
		cmocka_unit_test(test_not_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
