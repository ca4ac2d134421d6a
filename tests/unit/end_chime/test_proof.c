#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/proof.h"

#include "unit/support/end_chime_service.h"

#include <string.h>

struct fixture {
	struct service s;
	struct chime_call *call;
	unsigned done;
	enum chime_error error;
};

static void on_done(const struct chime_result *result, void *arg)
{
	struct fixture *f = arg;
	f->call = NULL;
	f->done++;
	f->error = result->error;
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	service_release(&f->s);
	return 0;
}

static void start(struct fixture *f, enum proof proof, const char *line)
{
	const struct proof_request request = {
		.client = f->s.w.client,
		.proof = proof,
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
	};
	f->call = proof_start(&request, on_done, f);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

static void test_reads(void **state)
{
	struct fixture *f = *state;
	start(f, PROOF_READS,
		"GET /channels/APP/channel/c/messages?max-results=1");
	service_answer(&f->s, 200, "{\"ChannelMessages\":[]}");
	service_settle(&f->s);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->error, CHIME_OK);
}

static void test_moderates(void **state)
{
	struct fixture *f = *state;
	start(f, PROOF_MODERATES,
		"GET /channels/APP/channel/c"
		"?scope=app-instance-user-moderated-channel"
		"&app-instance-user-arn=APP/user/bridge");
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->error, CHIME_FORBIDDEN);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_reads),
		T(test_moderates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
