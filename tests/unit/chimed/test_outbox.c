#include "chimed/outbox.h"

#include "../support/net_peer.h"

#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 4096, LATE_MS = 60000 };

struct stage {
	struct loop *loop;
	struct httpd *httpd;
	struct outbox *outbox;
	/* How the next request is answered. */
	enum answer_cut cut;
	int64_t delay_ms;
	enum fault fault;
	bool asked;
};

static void stage_on_request(struct httpd_request *request, void *arg)
{
	struct stage *stage = arg;
	struct answer answer;

	answer_init(&answer);
	if (stage->fault != FAULT_NONE)
		answer_fault(&answer, stage->fault, "no");
	else
		answer_ok(&answer, 200, json_pack("{s:s}", "A", "0123456789"));
	answer.cut = stage->cut;
	answer.delay_ms = stage->delay_ms;
	stage->asked = true;
	outbox_send(stage->outbox, request, &answer);
	assert_null(answer.body);
}

static int build(void **state)
{
	static struct stage stage;
	struct err err;

	stage = (struct stage){.loop = loop_new()};
	stage.outbox = outbox_new(stage.loop);
	stage.httpd = httpd_new(stage.loop,
		&(struct httpd_params){.address = "127.0.0.1:0",
			.max_header_bytes = 4096,
			.max_body_bytes = 4096,
			.idle_timeout_s = 60},
		stage_on_request, &stage, &err);
	*state = &stage;
	return stage.httpd == NULL ? -1 : 0;
}

static int wreck(void **state)
{
	struct stage *stage = *state;

	outbox_free(stage->outbox);
	httpd_free(stage->httpd);
	loop_free(stage->loop);
	return 0;
}

static int ask(struct stage *stage)
{
	int fd = net_dial(httpd_port(stage->httpd));

	stage->asked = false;
	net_says(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	net_turn_until(stage->loop, &stage->asked);
	return fd;
}

static void test_whole(void **state)
{
	struct stage *stage = *state;
	char text[ANSWER_BYTES];
	int fd = ask(stage);

	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 200", 12);
	assert_non_null(strstr(text, "\r\nx-amzn-RequestId: "));
	assert_non_null(strstr(text, "\r\nContent-Type: application/json"));
	assert_non_null(strstr(text, "\r\n\r\n{\"A\":\"0123456789\"}"));
	stage->fault = FAULT_THROTTLED;
	net_says(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 429", 12);
	assert_non_null(
		strstr(text, "x-amzn-ErrorType: ThrottledClientException"));
	close(fd);
}

static void test_half(void **state)
{
	struct stage *stage = *state;
	char text[ANSWER_BYTES];

	stage->cut = ANSWER_HALF;
	int fd = ask(stage);

	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "\r\nContent-Length: 18\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n{\"A\":\"012");
	assert_int_equal(
		net_turn_and_read(stage->loop, fd, text, sizeof(text)), 0);
	close(fd);
}

static void test_none(void **state)
{
	struct stage *stage = *state;
	char text[ANSWER_BYTES];

	stage->cut = ANSWER_NONE;
	int fd = ask(stage);

	assert_int_equal(
		net_turn_and_read(stage->loop, fd, text, sizeof(text)), 0);
	close(fd);
}

/* The late one does not hold up the other, whatever the clock does. */
static void test_late(void **state)
{
	struct stage *stage = *state;
	char text[ANSWER_BYTES];

	clock_freeze(1000, 1000);
	stage->delay_ms = LATE_MS;
	int late = ask(stage);

	stage->delay_ms = 0;
	int prompt = ask(stage);

	assert_true(
		net_turn_and_read(stage->loop, prompt, text, sizeof(text)) > 0);
	clock_advance(LATE_MS - 1);
	loop_turn(stage->loop, 0);
	assert_int_equal(recv(late, text, 1, MSG_DONTWAIT), -1);
	clock_advance(1);
	assert_true(
		net_turn_and_read(stage->loop, late, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 200", 12);
	clock_unfreeze();
	close(late);
	close(prompt);
}

/* Nothing leaks when the client, or the outbox, goes before the time. */
static void test_late_for_nobody(void **state)
{
	struct stage *stage = *state;

	stage->delay_ms = LATE_MS;
	close(ask(stage));
	loop_turn(stage->loop, 0);
	int fd = ask(stage);

	outbox_free(stage->outbox);
	stage->outbox = NULL;
	close(fd);
	outbox_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, build, wreck),
		cmocka_unit_test_setup_teardown(test_half, build, wreck),
		cmocka_unit_test_setup_teardown(test_none, build, wreck),
		cmocka_unit_test_setup_teardown(test_late, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_late_for_nobody, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
