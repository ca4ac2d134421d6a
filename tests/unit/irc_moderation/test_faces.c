#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/faces.h"

#include <stdio.h>
#include <string.h>

static bool see(struct irc_faces *faces, const char *nick, const char *host,
	const char *id)
{
	struct irc_face *face = NULL;
	bool is_news = irc_faces_see(faces,
		&(struct irc_user){
			.nick = nick,
			.user = "u",
			.host = host,
			.account = "",
		},
		id, true, &face);

	assert_ptr_equal(face, irc_faces_find(faces, nick));
	return is_news;
}

static void test_news(void **state)
{
	struct irc_faces faces;

	(void)state;
	irc_faces_init(&faces, IRC_CASEMAP_RFC1459);
	assert_true(see(&faces, "Bob[", "h1", "a"));
	assert_false(see(&faces, "Bob[", "h1", "a"));
	/* What is not told is not forgotten. */
	assert_false(see(&faces, "Bob[", "", "a"));
	assert_string_equal(
		irc_face_of(irc_faces_find(&faces, "bob{")).host, "h1");
	assert_true(see(&faces, "Bob[", "h2", "a"));
	assert_true(see(&faces, "Bob[", "h2", "b"));
	irc_faces_go(&faces, irc_faces_find(&faces, "bob["));
	irc_faces_go(&faces, irc_faces_find(&faces, "bob["));
	assert_true(see(&faces, "Bob[", "", "b"));
	assert_string_equal(
		irc_face_of(irc_faces_find(&faces, "bob[")).host, "h2");
	/* Somebody else has nothing of the one who has gone. */
	irc_faces_go(&faces, irc_faces_find(&faces, "bob["));
	assert_true(see(&faces, "Bob[", "", "c"));
	assert_string_equal(
		irc_face_of(irc_faces_find(&faces, "bob[")).host, "");
	irc_faces_release(&faces);
}

static void test_rename(void **state)
{
	struct irc_faces faces;

	(void)state;
	irc_faces_init(&faces, IRC_CASEMAP_ASCII);
	(void)see(&faces, "a", "h1", "1");
	(void)see(&faces, "b", "h2", "2");
	irc_faces_rename(&faces, irc_faces_find(&faces, "a"), "B");
	assert_null(irc_faces_find(&faces, "a"));
	assert_string_equal(irc_faces_find(&faces, "b")->id, "1");
	assert_int_equal(HASH_COUNT(faces.all), 1);
	irc_faces_rename(&faces, irc_faces_find(&faces, "b"), "b");
	assert_true(see(&faces, "b", "h1", "1"));
	irc_faces_set_map(&faces, IRC_CASEMAP_ASCII);
	assert_int_equal(HASH_COUNT(faces.all), 1);
	irc_faces_set_map(&faces, IRC_CASEMAP_RFC1459);
	assert_int_equal(HASH_COUNT(faces.all), 0);
	irc_faces_release(&faces);
}

static void test_bound(void **state)
{
	struct irc_faces faces;
	char nick[32];

	(void)state;
	irc_faces_init(&faces, IRC_CASEMAP_ASCII);
	for (int i = 0; i < FACES_GONE_MAX + 10; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		(void)see(&faces, nick, "h", nick);
	}
	irc_faces_all_gone(&faces);
	assert_int_equal(HASH_COUNT(faces.all), FACES_GONE_MAX);
	assert_null(irc_faces_find(&faces, "n9"));
	assert_non_null(irc_faces_find(&faces, "n10"));
	irc_faces_release(&faces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_news),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
