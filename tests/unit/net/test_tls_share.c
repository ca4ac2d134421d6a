#include "net/tls_share.h"

#include "../support/net_cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct world {
	struct loop *loop;
	struct net_cert *cert;
};

static int setup(void **state)
{
	static struct world world;

	world.loop = loop_new();
	world.cert =
		net_cert_new(&(struct net_cert_params){.common_name = "one"});
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	net_cert_free(world->cert);
	loop_free(world->loop);
	return 0;
}

static struct tls_share *get(
	struct world *world, const char *ca_file, const char *pin)
{
	struct err err = {.code = 0};
	const struct tls_params params = {
		.ca_file = ca_file, .pin_sha256 = pin};
	struct tls_share *share = tls_share_get(world->loop, &params, &err);

	assert_non_null(share);
	return share;
}

static void test_the_same_is_shared(void **state)
{
	struct world *world = *state;
	struct tls_share *a = get(world, world->cert->cert_file, NULL);
	struct tls_share *b = get(world, world->cert->cert_file, NULL);
	struct tls_share *c = get(world, NULL, NULL);
	struct tls_share *d =
		get(world, world->cert->cert_file, world->cert->pin);

	assert_ptr_equal(tls_share_profile(a), tls_share_profile(b));
	assert_ptr_not_equal(tls_share_profile(a), tls_share_profile(c));
	assert_ptr_not_equal(tls_share_profile(a), tls_share_profile(d));
	tls_share_put(a);
	tls_share_put(c);
	/* The other user keeps it. */
	a = get(world, world->cert->cert_file, NULL);
	assert_ptr_equal(tls_share_profile(a), tls_share_profile(b));
	tls_share_put(a);
	tls_share_put(b);
	tls_share_put(d);
	tls_share_put(NULL);
}

static void test_a_renewed_file_is_read(void **state)
{
	struct world *world = *state;
	struct tls_share *a = get(world, world->cert->cert_file, NULL);
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct tls_share *b;
	struct tls_share *c;

	assert_int_equal(
		utimensat(AT_FDCWD, world->cert->cert_file, times, 0), 0);
	b = get(world, world->cert->cert_file, NULL);
	c = get(world, world->cert->cert_file, NULL);
	assert_ptr_not_equal(tls_share_profile(a), tls_share_profile(b));
	assert_ptr_equal(tls_share_profile(b), tls_share_profile(c));
	tls_share_put(b);
	tls_share_put(a);
	tls_share_put(c);
}

/* Of the system's store too. */
static void test_a_renewed_store_is_read(void **state)
{
	struct world *world = *state;
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct tls_share *a;
	struct tls_share *b;

	assert_int_equal(setenv("SSL_CERT_FILE", world->cert->cert_file, 1), 0);
	a = get(world, NULL, NULL);
	assert_int_equal(
		utimensat(AT_FDCWD, world->cert->cert_file, times, 0), 0);
	b = get(world, NULL, NULL);
	assert_ptr_not_equal(tls_share_profile(a), tls_share_profile(b));
	tls_share_put(a);
	tls_share_put(b);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
}

static void test_a_file_that_is_not_there(void **state)
{
	struct world *world = *state;
	struct err err = {.code = 0};
	const struct tls_params params = {.ca_file = "/nonexistent"};

	assert_null(tls_share_get(world->loop, &params, &err));
	assert_non_null(strstr(err.text, "/nonexistent"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_is_shared),
		TEST(test_a_renewed_file_is_read),
		TEST(test_a_renewed_store_is_read),
		TEST(test_a_file_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
