/* Steps end a process where they are told to, and are nothing elsewhere. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/step.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* How the child that passes three steps ends. */
static int end_of_child(const char *die_at)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setenv("BELFRY_DIE_AT", die_at, 1);
		step("one");
		step("two");
		step("one");
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void test_the_end_comes_at_its_step(void **state)
{
	int second_one = end_of_child("2 one");
	int second_two = end_of_child("2 two");

	(void)state;
#ifdef ENABLE_STEPS
	assert_true(WIFSIGNALED(second_one) && WTERMSIG(second_one) == SIGKILL);
#else
	assert_true(WIFEXITED(second_one));
#endif
	assert_true(WIFEXITED(second_two) && WEXITSTATUS(second_two) == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_end_comes_at_its_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
