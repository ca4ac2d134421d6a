#include "chimed/options.h"

#include "chimed/db.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 64 };

static struct err err;

/* Parses "chimed" and words separated by blanks. */
static int parse(const char *line, struct options *options)
{
	char *copy = strdup(line);
	char name[] = "chimed";
	char *words[WORDS_MAX + 2] = {name};
	int count = 1;

	for (char *at = copy; at != NULL && *at != '\0' && count <= WORDS_MAX;)
		words[count++] = strsep(&at, " ");
	int rc = options_parse(count, words, options, &err);

	free(copy);
	return rc;
}

static int clear_environment(void **state)
{
	(void)state;
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	return 0;
}

static void test_command_line(void **state)
{
	struct options AUTOOPTIONS options;

	(void)state;
	assert_int_equal(parse("--state s --listen [::1]:0 --no-auth "
			       "--region eu-central-1 --account 000000000042 "
			       "--admin annie "
			       "--admin bobby --max-skew 5 --log warn "
			       "--fault *:500:0.1 --fault *:empty "
			       "--fault-seed 7 --sync off "
			       "--limits published",
				 &options),
		0);
	assert_string_equal(options.settings.state, "s");
	assert_string_equal(options.settings.listen, "[::1]:0");
	assert_string_equal(options.settings.region, "eu-central-1");
	assert_string_equal(options.settings.account, "000000000042");
	assert_int_equal(options.settings.admin_count, 2);
	assert_string_equal(options.settings.admins[0], "annie");
	assert_int_equal(options.settings.max_skew_s, 5);
	assert_int_equal(options.settings.log, 1);
	assert_int_equal(options.settings.sync, DB_SYNC_OFF);
	assert_int_equal(options.settings.limits, LIMITS_PUBLISHED);
	assert_int_equal(options.settings.fault_count, 2);
	assert_string_equal(options.settings.faults[1], "*:empty");
	assert_int_equal(options.settings.fault_seed, 7);
	assert_null(options.settings.access_key_id);
}

static void test_wrong_command_lines(void **state)
{
	static const char *const wrong[] = {"", "--no-auth", "--state",
		"--state s --no-auth extra", "--state s --nonsense",
		"--state s --no-auth --max-skew x",
		"--state s --no-auth --log loud",
		"--state s --no-auth --sync maybe",
		"--state s --no-auth --limits some",
		"--state s --no-auth --fault *:nothing",
		"--state s --no-auth --fault-seed -1",
		"--state s --no-auth --region US_EAST",
		"--state s --no-auth --region a:b",
		"--state s --no-auth --account abc",
		"--state s --no-auth --account abcdefghijkl",
		"--state s --no-auth --account 1234567890123",
		"--state s --no-auth --admin ann",
		"--state s --no-auth --admin /alice",
		"--state s --no-auth --admin \xff\xff\xff\xff\xff", "-x",
		"--state= --no-auth", "--state s --no-auth --listen=",
		"--state s --no-auth --listen 127.0.0.1",
		"--state s --no-auth --listen 127.0.0.1:99999",
		"--state s --no-auth --listen localhost:1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct options AUTOOPTIONS options;

		assert_int_equal(parse(wrong[i], &options), -EINVAL);
		assert_int_not_equal(err.text[0], '\0');
	}
}

static void test_key_pair_of_the_environment(void **state)
{
	struct options AUTOOPTIONS none;
	struct options AUTOOPTIONS given;

	(void)state;
	assert_int_equal(parse("--state s", &none), -EBADMSG);
	setenv("AWS_ACCESS_KEY_ID", "key", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	assert_int_equal(parse("--state s", &given), 0);
	assert_string_equal(given.settings.access_key_id, "key");
	assert_string_equal(given.settings.secret_access_key, "secret");
}

static void test_the_command_line_wins_over_the_file(void **state)
{
	static const char text[] =
		"state = \"from-file\"; region = \"from-file\";"
		"access_key_id = \"key\"; secret_access_key = \"secret\";";
	struct options AUTOOPTIONS options;
	char path[] = "/tmp/chimed-conf-XXXXXX";
	char line[64];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	snprintf(line, sizeof(line), "-c %s --state cli", path);
	assert_int_equal(parse(line, &options), 0);
	assert_string_equal(options.settings.state, "cli");
	assert_string_equal(options.settings.region, "from-file");
	assert_string_equal(options.settings.access_key_id, "key");
	unlink(path);
	struct options AUTOOPTIONS missing;

	assert_int_equal(parse(line, &missing), -EBADMSG);
	assert_non_null(strstr(err.text, path));
}

/* Which of the two is wrong is told by the exit status. */
static void test_a_wrong_address_in_the_file(void **state)
{
	static const char text[] = "state = \"s\"; listen = \"nowhere\";";
	struct options AUTOOPTIONS options;
	char path[] = "/tmp/chimed-conf-XXXXXX";
	char line[64];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	snprintf(line, sizeof(line), "--no-auth -c %s", path);
	assert_int_equal(parse(line, &options), -EBADMSG);
	assert_non_null(strstr(err.text, "nowhere"));
	unlink(path);
}

static void test_help(void **state)
{
	struct options AUTOOPTIONS options;

	(void)state;
	assert_int_equal(parse("--help", &options), 0);
	assert_true(options.help);
	assert_non_null(strstr(options_usage, "--state"));
}

static void test_version(void **state)
{
	struct options AUTOOPTIONS options;

	(void)state;
	assert_int_equal(parse("-V --listen nonsense", &options), 0);
	assert_true(options.version);
	assert_false(options.help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_command_line, clear_environment),
		cmocka_unit_test_setup(
			test_wrong_command_lines, clear_environment),
		cmocka_unit_test_setup(
			test_key_pair_of_the_environment, clear_environment),
		cmocka_unit_test_setup(test_the_command_line_wins_over_the_file,
			clear_environment),
		cmocka_unit_test_setup(test_version, clear_environment),
		cmocka_unit_test_setup(
			test_a_wrong_address_in_the_file, clear_environment),
		cmocka_unit_test_setup(test_help, clear_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
