#include "end_chime/end_chime.h"

#include "end_chime/room.h"
#include "end_chime/users.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OVERLAP_MS = 5 * 60 * 1000,
	TOKEN_TRUST_MS = 10 * 60 * 1000,
	MEMBERS_MS = 30 * 1000,
};

struct end_chime {
	struct end_chime_params params;
	char *app_instance, *user;
	struct users *users;
	struct room_context context;
};

static int check(const struct end_chime_params *params, struct err *err)
{
	size_t len = strlen(params->app_instance);
	if (!str_starts(params->user, params->app_instance) ||
		!str_starts(params->user + len, "/user/"))
		return err_set(err, -EINVAL,
			"the bridge's user %s is not of the app instance %s",
			params->user, params->app_instance);
	return 0;
}

struct end_chime *end_chime_new(struct loop *loop,
	const struct end_chime_params *params, struct err *err)
{
	if (check(params, err) < 0)
		return NULL;
	struct end_chime *end = xcalloc(1, sizeof(*end));
	end->params = *params;
	end->params.app_instance = end->app_instance =
		xstrdup(params->app_instance);
	end->params.user = end->user = xstrdup(params->user);
	if (!end->params.overlap_ms)
		end->params.overlap_ms = OVERLAP_MS;
	if (!end->params.token_trust_ms)
		end->params.token_trust_ms = TOKEN_TRUST_MS;
	if (!end->params.members_ms)
		end->params.members_ms = MEMBERS_MS;
	const struct users_params users = {
		.client = params->client,
		.store = params->store,
		.app_instance = end->app_instance,
		.bridge = end->user,
		.name_template =
			params->puppet_name ? params->puppet_name : "{nick}",
	};
	end->users = users_new(&users);
	end->context = (struct room_context){
		.loop = loop,
		.params = &end->params,
		.users = end->users,
	};
	return end;
}

void end_chime_free(struct end_chime *end)
{
	if (!end)
		return;
	users_free(end->users);
	free(end->app_instance);
	free(end->user);
	free(end);
}

void end_chime_set_poll(struct end_chime *end, int64_t min_ms, int64_t max_ms)
{
	end->params.poll_min_ms = min_ms;
	end->params.poll_max_ms = max_ms;
	chime_rooms_repace(&end->context);
}

struct end_room *end_chime_open(struct end_chime *end,
	const struct end_chime_room_params *params, const struct end_sink *sink)
{
	return chime_room_new(&end->context, params, sink);
}

int end_chime_unmap(struct end_chime *end, const char *mapping,
	bool delete_channel, end_chime_unmap_fn *fn, void *arg)
{
	(void)end;
	(void)mapping;
	(void)delete_channel;
	(void)fn;
	(void)arg;
	return -ENOSYS;
}
