#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/ranks.h"

#include "unit/support/irc_moderation_rig.h"
#include "util/alloc.h"

#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_moderation_rig rig;

	irc_moderation_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	irc_moderation_rig_release(*state);
	return 0;
}

#define AT5 "@time=2020-09-13T12:26:45.000Z "

static void begin(struct irc_moderation_rig *rig)
{
	irc_moderation_rig_join(rig, "@",
		"@Bob!b@h1 &carl!c@h2 %dan!d@h3 +@eve!e@puppets joe!j@h4");
	irc_moderation_rig_watch(rig, NULL);
	rig_expects(rig, "ban begins\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod + net/bob Bob\n"
			 "mod + net/carl carl\n"
			 "mod - net/dan dan auto\n"
			 "mod + arn:eve eve shown\n"
			 "mod - net/joe joe auto\n"
			 "mod complete\n");
}

static void test_list(void **state)
{
	begin(*state);
}

static void test_live(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a +o joe",
		"mod + net/joe joe by=Bob at=5\n");
	/* One more rank is none; nor is one that does not count. */
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a +avh joe joe joe", "");
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a -o joe", "");
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a -av+o joe joe dan",
		"mod - net/joe joe by=Bob at=5\n"
		"mod + net/dan dan by=Bob at=5\n");
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a -o eve",
		"mod - arn:eve eve by=Bob at=5 shown\n");
	rig_says(rig, AT5 ":Bob!b@h1 MODE #b +o joe", "");
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a +o nobody", "");
	/* Ourselves. */
	rig_says(rig, AT5 ":Bob!b@h1 MODE #a +h belfry", "");
}

static void test_automatic(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig, AT5 ":irc.example MODE #a +o joe",
		"mod + net/joe joe by=irc.example at=5 auto\n");
	rig_says(rig, AT5 ":hub MODE #a -o joe",
		"mod - net/joe joe by=hub at=5 auto\n");
	rig_says(rig, AT5 ":ChanServ!cs@services.int MODE #a +o joe",
		"mod + net/joe joe by=ChanServ at=5 auto\n");
	rig_says(rig, AT5 ":belfry!b@h MODE #a -o joe",
		"mod - net/joe joe by=belfry at=5 auto\n");
}

/* Who leaves is no moderator here, and has not been deprived of it. */
static void test_comings(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig, ":Bob!b@h1 PART #a", "");
	rig_says(rig, ":Bob!b@h1 JOIN #a * :B", "mod - net/bob Bob auto\n");
	rig_says(rig, ":carl!c@h2 NICK karl", "mod + net/carl karl\n");
	rig_says(rig, ":joe!j@h4 QUIT :bye", "");
}

static void test_accounts(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->settings.moderators_need_account = true;
	irc_moderation_rig_join(rig, "@", "@Bob!b@h1 @shown!s@puppets");
	irc_moderation_rig_watch(rig, NULL);
	rig_expects(rig, "ban begins\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod + net/bob Bob auto\n"
			 "mod + arn:shown shown shown\n"
			 "mod complete\n");
	rig_says(rig, ":Bob!b@h1 ACCOUNT rob", "mod + net/@rob Bob\n");
	rig_says(rig, AT5 ":shown!s@puppets MODE #a -o Bob",
		"mod - net/@rob Bob by=shown at=5 auto\n");
}

/* One person, two sessions. */
static void test_sessions(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
	rig_says(rig, ":a!a@h JOIN #a rob :A", "mod - net/@rob a auto\n");
	rig_says(rig, ":b!b@h JOIN #a rob :B", "mod - net/@rob b auto\n");
	rig_says(rig, AT5 ":op!o@h MODE #a +oo a b",
		"mod + net/@rob a by=op at=5\nmod + net/@rob b by=op at=5\n");
	rig_says(rig, AT5 ":op!o@h MODE #a -o a", "");
	rig_says(rig, AT5 ":op!o@h MODE #a -o b",
		"mod - net/@rob b by=op at=5\n");
}

static void test_modes(void **state)
{
	struct irc_moderation_rig *rig = *state;

	rig->settings.moderator_modes = "oh";
	irc_moderation_rig_join(rig, "@", "~Bob!b@h1 %carl!c@h2");
	irc_moderation_rig_watch(rig, NULL);
	rig_expects(rig, "ban begins\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod - net/bob Bob auto\n"
			 "mod + net/carl carl\n"
			 "mod complete\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Of whom nothing is known any more. */
static void test_gone(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig, ":joe!j@h4 PART #a", "");
	assert_string_equal(rig->gone, "net/joe");
	rig_says(rig, ":joe!j@h4 QUIT :x", "");
	assert_int_equal(rig->goes, 1);
	rig_says(rig, ":Bob!b@h1 KICK #a dan :out", "");
	assert_string_equal(rig->gone, "net/dan");
	rig_says(rig, ":eve!e@puppets QUIT :x", "");
	assert_string_equal(rig->gone, "arn:eve");
	/* Of two sessions one stays. */
	rig_says(rig, ":ann!a@h JOIN #a acc :A", "mod - net/@acc ann auto\n");
	rig_says(rig, ":ann2!a@h JOIN #a acc :A", "mod - net/@acc ann2 auto\n");
	rig_says(rig, ":ann!a@h QUIT :x", "");
	assert_int_equal(rig->goes, 3);
	rig_says(rig, ":ann2!a@h ACCOUNT *", "mod - net/ann2 ann2 auto\n");
	assert_string_equal(rig->gone, "net/@acc");
	assert_int_equal(rig->goes, 4);
	rig_says(rig, ":ann2!a@h NICK ann3", "mod - net/ann2 ann3 auto\n");
	assert_int_equal(rig->goes, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_list),
		T(test_gone),
		T(test_live),
		T(test_automatic),
		T(test_comings),
		T(test_accounts),
		T(test_sessions),
		T(test_modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
