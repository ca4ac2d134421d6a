#include "chimed/server.h"

#include "../support/net_peer.h"
#include "chimed/janitor.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_BYTES = 4096 };

struct stage {
	struct loop *loop;
	struct db *db;
	struct service *service;
	struct server *server;
};

static int build(void **state)
{
	static struct stage stage;
	struct err err;

	stage.loop = loop_new();
	if (db_open(":memory:", &stage.db, &err) != 0)
		return -1;
	stage.service = service_new(
		stage.db, &(struct service_params){
				  .region = "us-east-1", .account = "1"});
	if (server_new(stage.loop,
		    &(struct server_params){.listen = "127.0.0.1:0",
			    .db = stage.db,
			    .service = stage.service},
		    &stage.server, &err) != 0)
		return -1;
	*state = &stage;
	return 0;
}

static int wreck(void **state)
{
	struct stage *stage = *state;

	server_free(stage->server);
	loop_free(stage->loop);
	service_free(stage->service);
	db_free(stage->db);
	return 0;
}

static const char create[] =
	"POST /app-instances HTTP/1.1\r\nHost: x\r\nContent-Length: 38\r\n\r\n"
	"{\"Name\":\"x\",\"ClientRequestToken\":\"t%d\"}";

static void ask(int fd, int n)
{
	char text[256];

	snprintf(text, sizeof(text), create, n);
	net_says(fd, text);
}

static void test_answers_have_the_headers(void **state)
{
	struct stage *stage = *state;
	int fd = net_dial(server_port(stage->server));
	char text[ANSWER_BYTES];

	ask(fd, 1);
	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 201", 12);
	assert_non_null(strstr(text, "\r\nx-amzn-RequestId: "));
	assert_non_null(strstr(text, "\r\nDate: "));
	assert_non_null(strstr(text, "\r\nContent-Type: application/json"));
	assert_null(strstr(text, "x-amzn-ErrorType"));
	assert_non_null(strstr(text, "{\"AppInstanceArn\":"));
	/* The connection goes on. */
	net_says(fd, "GET /nothing HTTP/1.1\r\nHost: y\r\n\r\n");
	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 404", 12);
	assert_non_null(
		strstr(text, "x-amzn-ErrorType: UnknownOperationException"));
	close(fd);
}

static void test_a_turn_is_one_commit(void **state)
{
	static const char spoil[] = "DROP TABLE tokens";
	struct stage *stage = *state;
	char text[ANSWER_BYTES];
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = net_dial(server_port(stage->server));
		ask(fds[i], i);
	}
	for (int i = 0; i < 3; i++) {
		assert_true(net_turn_and_read(stage->loop, fds[i], text,
				    sizeof(text)) > 0);
		assert_memory_equal(text, "HTTP/1.1 201", 12);
	}
	assert_false(db_is_open(stage->db));
	/* Nothing is kept of a turn that fails, and all are told. */
	db_run(stage->db, spoil, "");
	ask(fds[0], 7);
	assert_true(
		net_turn_and_read(stage->loop, fds[0], text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 503", 12);
	static const char count[] = "SELECT count(*) FROM app_instances";

	db_begin(stage->db);
	assert_int_equal(db_value(stage->db, -1, count, ""), 3);
	assert_true(db_commit(stage->db));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* The messages of a deleted channel go while others are served. */
static void test_a_long_past_goes_in_steps(void **state)
{
	static const char fill[] =
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		" WHERE i < ?1) INSERT INTO messages (channel, message_id,"
		" sender, type, created_ms, updated_ms)"
		" SELECT 7, i, 1, 'STANDARD', 0, 0 FROM n";
	static const char doom[] = "INSERT INTO doomed VALUES (7)";
	static const char count[] = "SELECT count(*) FROM messages";
	enum { STEPS = 6, TURNS = 10000, WAIT_MS = 100 };
	struct stage *stage = *state;
	int fd = net_dial(server_port(stage->server));
	int64_t left = STEPS * JANITOR_STEP;
	char text[ANSWER_BYTES];

	db_begin(stage->db);
	db_run(stage->db, fill, "i", left);
	db_run(stage->db, doom, "");
	assert_true(db_commit(stage->db));
	for (int turn = 0; turn < TURNS && janitor_is_due(stage->db); turn++) {
		if (turn == 0)
			ask(fd, 1);
		loop_turn(stage->loop, WAIT_MS);
		int64_t now = db_value(stage->db, 0, count, "");

		assert_true(left - now <= JANITOR_STEP);
		left = now;
	}
	assert_int_equal(left, 0);
	assert_true(net_turn_and_read(stage->loop, fd, text, sizeof(text)) > 0);
	assert_memory_equal(text, "HTTP/1.1 201", 12);
	close(fd);
}

static void test_addresses_that_cannot_be(void **state)
{
	struct stage *stage = *state;
	struct server *server = NULL;
	struct err err;

	assert_true(server_new(stage->loop,
			    &(struct server_params){.listen = "nowhere",
				    .db = stage->db,
				    .service = stage->service},
			    &server, &err) < 0);
	assert_null(server);
	server_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_answers_have_the_headers, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_a_turn_is_one_commit, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_a_long_past_goes_in_steps, build, wreck),
		cmocka_unit_test_setup_teardown(
			test_addresses_that_cannot_be, build, wreck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
