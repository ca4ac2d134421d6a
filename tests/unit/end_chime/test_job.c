#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/job.h"

#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <string.h>

static const char bob[] = "{\"v\":1,\"name\":\"B*b\",\"kind\":\"message\","
			  "\"content\":\"hi\",\"id\":\"net%2Fbob\"}";

static struct job *make(const char *payload)
{
	const struct parcel parcel = {
		.source_id = "s",
		.token = "t1",
		.payload = payload,
		.payload_len = strlen(payload),
		.position = 1000,
		.turn_ms = 2000,
	};
	return job_new(&parcel);
}

static const struct job_words words = {
	.channel = "c",
	.bearer = "b",
	.late_after_ms = 60000,
	.token_trust_ms = 1000,
};

static void expect(const struct job *job, const char *key, const char *value)
{
	json_t AUTOJSON *members = job_members(job, &words);
	assert_string_equal(json_get_string(members, key), value);
}

static void test_said_by_the_puppet(void **state)
{
	struct job *job = make(bob);
	(void)state;
	assert_false(job->is_unreadable);
	assert_string_equal(job_person(job), "net/bob");
	expect(job, "Content", "hi");
	expect(job, "ClientRequestToken", "t1");
	expect(job, "ChannelArn", "c");
	expect(job, "ChimeBearer", "b");
	job_free(job);
}

/* Other words need another token; it is found by the same. */
static void test_spoken_for(void **state)
{
	struct job *job = make(bob);
	(void)state;
	json_t AUTOJSON *before = job_members(job, &words);
	job->is_spoken_for = true;
	assert_null(job_person(job));
	expect(job, "Content", "\\<B\\*b> hi");
	json_t AUTOJSON *members = job_members(job, &words);
	const char *token = json_get_string(members, "ClientRequestToken");
	assert_int_equal(strlen(token), 64);
	assert_string_not_equal(token, "t1");
	expect(job, "ClientRequestToken", token);
	assert_string_equal(json_get_string(members, "Metadata"),
		json_get_string(before, "Metadata"));
	job->turn_ms = 61000;
	expect(job, "Content", "(00:00 UTC) \\<B\\*b> hi");
	job_free(job);
}

static void test_action_is_spoken_for(void **state)
{
	struct job *job = make("{\"v\":1,\"name\":\"Bob\",\"kind\":\"action\","
			       "\"content\":\"_waves_\",\"id\":\"net%2Fbob\"}");
	(void)state;
	job->is_spoken_for = true;
	expect(job, "Content", "\\* Bob _waves_");
	job_free(job);
}

static void test_unreadable(void **state)
{
	struct job *job = make("nonsense");
	(void)state;
	assert_true(job->is_unreadable);
	job_free(job);
}

static void test_note(void **state)
{
	struct job *job = job_new_note("a*b");
	(void)state;
	assert_true(job->is_note);
	assert_null(job_person(job));
	expect(job, "Content", "a\\*b");
	job_free(job);
}

static void test_trust(void **state)
{
	struct job *job = make(bob);
	(void)state;
	clock_freeze(0, 100000);
	assert_false(job_may_be_forgotten(job, 1000));
	job->first_sent_ms = 99001;
	assert_false(job_may_be_forgotten(job, 1000));
	job->first_sent_ms = 99000;
	assert_true(job_may_be_forgotten(job, 1000));
	job->first_sent_ms = 100001;
	assert_true(job_may_be_forgotten(job, 1000));
	clock_unfreeze();
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_by_the_puppet),
		cmocka_unit_test(test_spoken_for),
		cmocka_unit_test(test_action_is_spoken_for),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_trust),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
