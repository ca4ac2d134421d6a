#include "net/tls.h"

#include "../support/net_cert.h"

#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct files {
	struct net_cert *one;
	struct net_cert *other;
};

static int setup(void **state)
{
	static struct files files;

	files.one =
		net_cert_new(&(struct net_cert_params){.common_name = "one"});
	files.other =
		net_cert_new(&(struct net_cert_params){.common_name = "other"});
	*state = &files;
	return 0;
}

static int teardown(void **state)
{
	struct files *files = *state;

	net_cert_free(files->one);
	net_cert_free(files->other);
	return 0;
}

static void works(const struct tls_params *params)
{
	struct err err = {.code = 0};
	struct tls_profile *profile = tls_profile_new(params, &err);

	assert_non_null(profile);
	assert_int_equal(err.code, 0);
	tls_profile_free(profile);
}

/* `what` is named in the error. */
static void fails(const struct tls_params *params, const char *what)
{
	struct err err = {.code = 0};

	assert_null(tls_profile_new(params, &err));
	assert_int_not_equal(err.code, 0);
	assert_non_null(strstr(err.text, what));
}

static void test_good_profiles(void **state)
{
	struct files *files = *state;

	works(&(struct tls_params){.ca_file = NULL});
	works(&(struct tls_params){.ca_file = files->one->cert_file});
	works(&(struct tls_params){.cert_file = files->one->cert_file,
		.key_file = files->one->key_file});
	works(&(struct tls_params){.pin_sha256 = files->one->pin});
	tls_profile_free(NULL);
}

static void test_pins(void **state)
{
	static const char hex[] =
		"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
	char shorter[sizeof(hex)];

	(void)state;
	works(&(struct tls_params){.pin_sha256 = hex});
	memcpy(shorter, hex, sizeof(hex));
	shorter[sizeof(hex) - 2] = '\0';
	fails(&(struct tls_params){.pin_sha256 = shorter}, shorter);
	fails(&(struct tls_params){.pin_sha256 = ""}, "64 hex digits");
	shorter[0] = 'x';
	fails(&(struct tls_params){.pin_sha256 = shorter}, "64 hex digits");
	fails(
		&(struct tls_params){
			.pin_sha256 =
				"00112233445566778899aabbccddeeff00112233445566"
				"778899aabbccddeeff0"},
		"64 hex digits");
}

static void test_missing_files_are_named(void **state)
{
	struct files *files = *state;
	static const char none[] = "/nonexistent/file.pem";

	fails(&(struct tls_params){.ca_file = none}, none);
	fails(&(struct tls_params){.cert_file = none}, none);
	fails(&(struct tls_params){.cert_file = files->one->cert_file,
		      .key_file = none},
		none);
	fails(&(struct tls_params){.key_file = none}, none);
}

static void test_wrong_content_is_named(void **state)
{
	struct files *files = *state;

	fails(&(struct tls_params){.ca_file = files->one->key_file},
		files->one->key_file);
	fails(&(struct tls_params){.cert_file = files->one->key_file},
		files->one->key_file);
	/* The key is not in the certificate's file. */
	fails(&(struct tls_params){.cert_file = files->one->cert_file},
		files->one->cert_file);
	/* A key of another certificate. */
	fails(&(struct tls_params){.cert_file = files->one->cert_file,
		      .key_file = files->other->key_file},
		files->other->key_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_profiles),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_missing_files_are_named),
		cmocka_unit_test(test_wrong_content_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
