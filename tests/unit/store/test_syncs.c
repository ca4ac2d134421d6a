#include "store/syncs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct scene {
	struct syncs syncs;
	struct store_sync *victim;
	int calls;
};

static void on_call(void *arg)
{
	struct scene *scene = arg;

	scene->calls++;
}

static void on_call_cancels(void *arg)
{
	struct scene *scene = arg;

	scene->calls++;
	syncs_cancel(&scene->syncs, scene->victim);
}

static void on_call_adds(void *arg)
{
	struct scene *scene = arg;

	scene->calls++;
	scene->victim = syncs_add(&scene->syncs, 5, on_call, scene);
}

static void test_number_decides(void **state)
{
	struct scene scene = {.calls = 0};

	(void)state;
	(void)syncs_add(&scene.syncs, 1, on_call, &scene);
	(void)syncs_add(&scene.syncs, 2, on_call, &scene);
	(void)syncs_add(&scene.syncs, 2, on_call, &scene);
	(void)syncs_add(&scene.syncs, 3, on_call, &scene);
	assert_false(syncs_due(&scene.syncs, 0));
	syncs_run(&scene.syncs, 0);
	assert_int_equal(0, scene.calls);
	syncs_run(&scene.syncs, 2);
	assert_int_equal(3, scene.calls);
	assert_false(syncs_due(&scene.syncs, 2));
	assert_true(syncs_due(&scene.syncs, 3));
	syncs_release(&scene.syncs);
	assert_int_equal(3, scene.calls);
}

static void test_cancel_from_a_callback(void **state)
{
	struct scene scene = {.calls = 0};

	(void)state;
	(void)syncs_add(&scene.syncs, 1, on_call_cancels, &scene);
	scene.victim = syncs_add(&scene.syncs, 1, on_call, &scene);
	(void)syncs_add(&scene.syncs, 1, on_call, &scene);
	syncs_run(&scene.syncs, 1);
	assert_int_equal(2, scene.calls);
	assert_null(scene.syncs.first);
}

static void test_added_in_a_callback_waits(void **state)
{
	struct scene scene = {.calls = 0};

	(void)state;
	(void)syncs_add(&scene.syncs, 1, on_call_adds, &scene);
	syncs_run(&scene.syncs, 9);
	assert_int_equal(1, scene.calls);
	assert_true(syncs_due(&scene.syncs, 9));
	syncs_run(&scene.syncs, 9);
	assert_int_equal(2, scene.calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number_decides),
		cmocka_unit_test(test_cancel_from_a_callback),
		cmocka_unit_test(test_added_in_a_callback_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
