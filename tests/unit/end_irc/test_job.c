#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/job.h"

static const struct parcel parcel = {
	.ticket = 7,
	.source_id = "m1",
	.token = "t",
	.payload = "a\0b",
	.payload_len = 3,
	.progress = 2,
	.position = 1000,
	.first_sent_ms = 900,
	.skip_doubt = true,
};

static void test_parcel(void **state)
{
	struct irc_job *job = irc_job_new(&parcel);
	(void)state;
	assert_int_equal(job->ticket, 7);
	assert_string_equal(job->source_id, "m1");
	assert_memory_equal(job->payload, "a\0b", 3);
	assert_int_equal(job->payload_len, 3);
	/* What was confirmed before is not said again. */
	assert_int_equal(job->sent, 2);
	assert_int_equal(job->confirmed, 2);
	assert_true(job->is_doubtful);
	assert_true(job->skip_doubt);
	irc_job_free(job);
}

static void test_fresh(void **state)
{
	struct parcel fresh = parcel;
	struct irc_job *job;
	(void)state;
	fresh.first_sent_ms = 0;
	job = irc_job_new(&fresh);
	assert_false(job->is_doubtful);
	irc_job_free(job);
}

static void test_first_failure_counts(void **state)
{
	struct irc_job *job = irc_job_new(&parcel);
	(void)state;
	assert_false(job->failed);
	irc_job_fail(job, RECEIPT_LATER, "one");
	irc_job_fail(job, RECEIPT_REFUSED, "two");
	assert_true(job->failed);
	assert_int_equal(job->outcome, RECEIPT_LATER);
	assert_string_equal(job->why, "one");
	irc_job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parcel),
		cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_first_failure_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
