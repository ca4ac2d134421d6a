#include "net/http_handles.h"

#include "util/alloc.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_kept_for_the_next(void **state)
{
	struct http_handles handles;
	CURL *first, *second;

	(void)state;
	http_handles_init(
		&handles, &(struct http_params){.max_connections = 1});
	first = http_handles_take(&handles);
	second = http_handles_take(&handles);
	assert_ptr_not_equal(first, second);
	http_handles_give_back(&handles, first);
	assert_ptr_equal(http_handles_take(&handles), first);
	curl_easy_cleanup(second);
	http_handles_give_back(&handles, first);
	http_handles_release(&handles);
	assert_int_equal(handles.kept_count, 0);
}

static void test_nothing_of_a_call_is_left(void **state)
{
	struct http_handles handles;
	void *owner = NULL;
	CURL *easy;

	(void)state;
	http_handles_init(
		&handles, &(struct http_params){.max_connections = 1});
	easy = http_handles_take(&handles);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, state);
	http_handles_give_back(&handles, easy);
	assert_ptr_equal(http_handles_take(&handles), easy);
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
	assert_null(owner);
	curl_easy_cleanup(easy);
	http_handles_release(&handles);
}

static void test_not_more_than_so_many(void **state)
{
	struct http_handles handles;
	CURL *taken[HTTP_HANDLES_KEPT + 1];

	(void)state;
	http_handles_init(
		&handles, &(struct http_params){.max_connections = 1});
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		taken[i] = http_handles_take(&handles);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		http_handles_give_back(&handles, taken[i]);
	assert_int_equal(handles.kept_count, HTTP_HANDLES_KEPT);
	http_handles_release(&handles);
}

static void test_proxy_of_the_environment(void **state)
{
	struct http_handles handles;

	(void)state;
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	http_handles_init(&handles, &(struct http_params){.ca_file = "x"});
	assert_false(handles.may_be_proxied);
	http_handles_release(&handles);
	setenv("HTTP_PROXY", "http://127.0.0.1:1", 1);
	http_handles_init(&handles, &(struct http_params){.ca_file = "x"});
	assert_false(handles.may_be_proxied);
	http_handles_release(&handles);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	http_handles_init(&handles, &(struct http_params){.ca_file = "x"});
	assert_true(handles.may_be_proxied);
	http_handles_release(&handles);
	unsetenv("https_proxy");
	unsetenv("HTTP_PROXY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_for_the_next),
		cmocka_unit_test(test_nothing_of_a_call_is_left),
		cmocka_unit_test(test_not_more_than_so_many),
		cmocka_unit_test(test_proxy_of_the_environment),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
