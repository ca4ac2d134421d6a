#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/speaker.h"

#include "unit/support/end_chime_users_rig.h"
#include "util/clock.h"

#include <string.h>

#define BOB "net/bob"

static const char said[] = "{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
			   "\"content\":\"hi\",\"id\":\"net%2Fbob\"}";

static struct job *make(int64_t first_sent_ms)
{
	return job_new(&(const struct parcel){
		.source_id = "s",
		.token = "t1",
		.payload = said,
		.payload_len = strlen(said),
		.first_sent_ms = first_sent_ms,
	});
}

static struct speaker speaker_of(struct users_rig *f, struct job *job)
{
	return (struct speaker){
		.users = f->users, .channel = WORLD_CHANNEL, .job = job};
}

static void test_patience(void **state)
{
	struct users_rig *f = *state;
	struct job *job = make(0), *other = make(0);
	const struct speaker one = speaker_of(f, job);
	const struct speaker two = speaker_of(f, other);
	for (int i = 0; i < JOB_PATIENCE_TRIES; i++)
		assert_in_range(
			speaker_patience_ms(&one), 1, JOB_PATIENCE_CAP_MS);
	assert_int_equal(speaker_patience_ms(&one), -1);
	/* The next line does not wait for what is known. */
	assert_int_equal(speaker_patience_ms(&two), -1);
	speaker_was_heard(&one);
	assert_true(speaker_patience_ms(&two) > 0);
	job_free(job);
	job_free(other);
}

static void test_renew(void **state)
{
	static const struct {
		enum chime_error error;
		bool is_renewed;
	} rows[] = {
		{CHIME_FORBIDDEN, true},
		{CHIME_UNAUTHORIZED, true},
		{CHIME_NOT_FOUND, true},
		{CHIME_SERVICE, false},
		{CHIME_CONFLICT, false},
	};
	struct users_rig *f = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job *job = make(0);
		const struct speaker speaker = speaker_of(f, job);
		assert_int_equal(speaker_renew(&speaker, rows[i].error),
			rows[i].is_renewed);
		/* Once. */
		assert_false(speaker_renew(&speaker, rows[i].error));
		job_free(job);
	}
}

static void test_said_otherwise(void **state)
{
	struct users_rig *f = *state;
	struct job *job = make(0);
	const struct speaker speaker = speaker_of(f, job);
	users_rig_know(f, BOB, "Bob");
	assert_false(speaker_may_have_said_otherwise(&speaker));
	/* Before the puppet had its place. */
	job->first_sent_ms = clock_wall_ms() - 60000;
	assert_true(speaker_may_have_said_otherwise(&speaker));
	job->looked_up = true;
	assert_false(speaker_may_have_said_otherwise(&speaker));
	/* Long after that. */
	job->looked_up = false;
	job->first_sent_ms = clock_wall_ms() + 60000;
	assert_false(speaker_may_have_said_otherwise(&speaker));
	job->is_spoken_for = true;
	assert_true(speaker_may_have_said_otherwise(&speaker));
	job_free(job);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		name, users_rig_setup, users_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_patience),
		T(test_renew),
		T(test_said_otherwise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
