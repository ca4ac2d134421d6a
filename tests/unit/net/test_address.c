#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_v4(void **state)
{
	struct address address;
	const struct sockaddr_in *sin = (struct sockaddr_in *)&address.sa;

	(void)state;
	assert_int_equal(address_parse("192.0.2.1", 6697, &address), 0);
	assert_int_equal(address.len, sizeof(*sin));
	assert_int_equal(sin->sin_family, AF_INET);
	assert_int_equal(ntohl(sin->sin_addr.s_addr), 0xc0000201);
	assert_int_equal(ntohs(sin->sin_port), 6697);
	assert_int_equal(address_port(&address), 6697);
	assert_ptr_equal(address_sockaddr(&address), &address.sa);
}

static void test_v6(void **state)
{
	struct address address;
	const struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&address.sa;

	(void)state;
	assert_int_equal(address_parse("2001:db8::1", 65535, &address), 0);
	assert_int_equal(address.len, sizeof(*sin6));
	assert_int_equal(sin6->sin6_family, AF_INET6);
	assert_int_equal(sin6->sin6_addr.s6_addr[15], 1);
	assert_int_equal(address_port(&address), 65535);
	assert_int_equal(address_parse("fe80::1%lo", 1, &address), 0);
	assert_true(sin6->sin6_scope_id > 0);
}

static void test_no_literals(void **state)
{
	static const char *const bad[] = {"", "localhost", "127.1", "1.2.3.256",
		"[::1]", "::1%", "fe80::1%no-such-interface", "%lo", " ::1",
		"2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:1:2:3"};
	struct address address = {.len = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(address_parse(bad[i], 1, &address), -EINVAL);
	assert_int_equal(address.len, 7);
}

static void test_other_families(void **state)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct address address = {.len = 7};

	(void)state;
	assert_int_equal(
		address_copy((struct sockaddr *)&sun, sizeof(sun), 1, &address),
		-EAFNOSUPPORT);
	assert_int_equal(address.len, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_no_literals),
		cmocka_unit_test(test_other_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
