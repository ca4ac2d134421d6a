#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime_users_rig.h"

#include <stdio.h>
#include <string.h>

int users_rig_setup(void **state)
{
	static struct users_rig f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	users_rig_restart(&f);
	*state = &f;
	return 0;
}

int users_rig_teardown(void **state)
{
	struct users_rig *f = *state;
	users_free(f->users);
	service_release(&f->s);
	return 0;
}

void users_rig_restart(struct users_rig *f)
{
	const struct users_params params = {
		.loop = f->s.w.loop,
		.client = f->s.w.client,
		.store = &f->s.store.base,
		.app_instance = WORLD_APP,
		.bridge = WORLD_USER,
		.name_template = "{nick}",
		.max_puppets = f->max_puppets,
	};
	users_free(f->users);
	f->users = users_new(&params);
}

static void on_done(const struct chime_result *failed, void *arg)
{
	struct users_rig *f = arg;
	f->done++;
	f->error = failed ? failed->error : CHIME_OK;
	if (failed)
		snprintf(f->why, sizeof(f->why), "%s", failed->message);
}

struct users_wait *users_rig_ensure(struct users_rig *f, const char *person,
	const char *nick, enum chime_priority priority)
{
	const struct users_request request = {
		.person_id = person,
		.nick = nick,
		.channel = WORLD_CHANNEL,
		.priority = priority,
	};
	return users_ensure(f->users, &request, on_done, f);
}

void users_rig_expect(
	struct users_rig *f, unsigned done, enum chime_error error)
{
	service_expect_none(&f->s);
	assert_int_equal(f->done, done);
	if (done)
		assert_int_equal(f->error, error);
	f->done = 0;
}

void users_rig_know(struct users_rig *f, const char *person, const char *nick)
{
	assert_non_null(users_rig_ensure(f, person, nick, CHIME_LIVE));
	service_expect(&f->s, USERS_MAKE);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, USERS_JOIN);
	service_answer(&f->s, 201, "{}");
	users_rig_expect(f, 1, CHIME_OK);
	buf_clear(&f->s.store.log);
}

void users_rig_expect_log(struct users_rig *f, const char *text)
{
	assert_string_equal(f->s.store.log.data, text);
	buf_clear(&f->s.store.log);
}
