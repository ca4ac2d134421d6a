#include "end_chime/end_chime.h"

#include "chime_users/retire.h"
#include "chime_users/users.h"
#include "end_chime/cleanup.h"
#include "end_chime/room.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	OVERLAP_MS = 5 * 60 * 1000,
	TOKEN_TRUST_MS = 10 * 60 * 1000,
	MEMBERS_MS = 30 * 1000,
};

/* A mapping that is being cleaned up after. */
struct unmapping {
	struct unmapping *prev, *next;
	struct end_chime *end;
	char *mapping;
	struct cleanup *cleanup;
	end_chime_unmap_fn *fn;
	void *arg;
};

struct end_chime {
	struct end_chime_params params;
	char *app_instance, *user;
	struct users *users;
	struct retire *retire;
	struct unmapping *unmappings;
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

static bool end_is_busy(void *arg, const char *puppet)
{
	const struct end_chime *end = arg;
	return chime_rooms_are_busy(&end->context, puppet);
}

static void start_retiring(struct end_chime *end)
{
	const struct retire_params params = {
		.loop = end->context.loop,
		.client = end->params.client,
		.users = end->users,
		.after_ms =
			end->params.puppets ? end->params.retire_after_ms : 0,
		.is_busy = end_is_busy,
		.arg = end,
	};
	end->retire = retire_new(&params);
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
		.loop = loop,
		.client = params->client,
		.store = params->store,
		.app_instance = end->app_instance,
		.bridge = end->user,
		.name_template =
			params->puppet_name ? params->puppet_name : "{nick}",
		.max_puppets = params->max_puppets,
	};
	end->users = users_new(&users);
	end->context = (struct room_context){
		.loop = loop,
		.params = &end->params,
		.users = end->users,
		.mandate = mandate_new(loop, params->client, end->user),
	};
	start_retiring(end);
	return end;
}

static void unmapping_free(struct unmapping *unmapping)
{
	DL_DELETE(unmapping->end->unmappings, unmapping);
	free(unmapping->mapping);
	free(unmapping);
}

void end_chime_free(struct end_chime *end)
{
	struct unmapping *unmapping, *tmp;
	if (!end)
		return;
	DL_FOREACH_SAFE (end->unmappings, unmapping, tmp) {
		cleanup_free(unmapping->cleanup);
		unmapping_free(unmapping);
	}
	retire_free(end->retire);
	mandate_free(end->context.mandate);
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

static void unmapping_on_progress(
	const struct end_chime_unmapped *progress, void *arg)
{
	struct unmapping *unmapping = arg;
	end_chime_unmap_fn *fn = unmapping->fn;
	void *fn_arg = unmapping->arg;
	if (progress->is_done)
		unmapping_free(unmapping);
	fn(progress, fn_arg);
}

static bool unmapping_is_in_use(void *arg, const char *channel)
{
	const struct unmapping *unmapping = arg;
	return chime_rooms_have(
		&unmapping->end->context, unmapping->mapping, channel);
}

static bool is_being_unmapped(const struct end_chime *end, const char *mapping)
{
	const struct unmapping *unmapping;
	DL_FOREACH (end->unmappings, unmapping)
		if (str_eq(unmapping->mapping, mapping))
			return true;
	return false;
}

static int start_cleanup(
	struct end_chime *end, struct unmapping *unmapping, bool delete_channel)
{
	const struct cleanup_params params = {
		.loop = end->context.loop,
		.client = end->params.client,
		.users = end->users,
		.store = end->params.store,
		.bridge = end->user,
		.mapping = unmapping->mapping,
		.delete_channel = delete_channel,
		.is_in_use = unmapping_is_in_use,
		.fn = unmapping_on_progress,
		.arg = unmapping,
	};
	unmapping->cleanup = cleanup_new(&params);
	if (!unmapping->cleanup)
		return -EIO;
	if (!unmapping_is_in_use(
		    unmapping, cleanup_channel(unmapping->cleanup)))
		return 0;
	cleanup_free(unmapping->cleanup);
	return -EBUSY;
}

int end_chime_unmap(struct end_chime *end, const char *mapping,
	bool delete_channel, end_chime_unmap_fn *fn, void *arg)
{
	if (is_being_unmapped(end, mapping))
		return -EALREADY;
	struct unmapping *unmapping = xcalloc(1, sizeof(*unmapping));
	unmapping->end = end;
	unmapping->mapping = xstrdup(mapping);
	unmapping->fn = fn;
	unmapping->arg = arg;
	DL_APPEND(end->unmappings, unmapping);
	int error = start_cleanup(end, unmapping, delete_channel);
	if (error < 0)
		unmapping_free(unmapping);
	return error;
}
