#include "daemon/control_unmap.h"

#include "daemon/control_query.h"
#include "end_chime/end_chime.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct unmap {
	char *mapping;
	struct wire *wire;             /* borrowed */
	struct end_chime_unmapped far; /* its strings are the two below */
	char *channel;
	char *why;
	struct unmap *prev, *next;
};

struct unmaps {
	struct unmap *list; /* oldest first */
};

static void unmap_free(struct unmap *unmap)
{
	free(unmap->mapping);
	free(unmap->channel);
	free(unmap->why);
	free(unmap);
}

struct unmaps *unmaps_new(void)
{
	return xcalloc(1, sizeof(struct unmaps));
}

void unmaps_free(struct unmaps *unmaps)
{
	struct unmap *unmap, *next;

	if (!unmaps)
		return;
	for (unmap = unmaps->list; unmap; unmap = next) {
		next = unmap->next;
		unmap_free(unmap);
	}
	free(unmaps);
}

static struct unmap *find(const struct unmaps *unmaps, const char *mapping)
{
	struct unmap *unmap;

	DL_FOREACH (unmaps->list, unmap) {
		if (str_eq(unmap->mapping, mapping))
			return unmap;
	}
	return NULL;
}

static void forget(struct unmaps *unmaps, struct unmap *unmap)
{
	DL_DELETE(unmaps->list, unmap);
	unmap_free(unmap);
}

/* Makes room; those under way stay. */
static bool has_room(struct unmaps *unmaps)
{
	struct unmap *unmap, *next;
	size_t count = 0;

	DL_COUNT(unmaps->list, unmap, count);
	for (unmap = unmaps->list; unmap && count >= UNMAPS_MAX; unmap = next) {
		next = unmap->next;
		if (!unmap->far.is_done)
			continue;
		forget(unmaps, unmap);
		count--;
	}
	return count < UNMAPS_MAX;
}

static void log_done(const struct unmap *unmap)
{
	log_info("control",
		"mapping %s is unmapped: %zu memberships taken back, %zu "
		"refused, %zu others kept%s%s%s",
		unmap->mapping, unmap->far.removed, unmap->far.failed,
		unmap->far.kept,
		unmap->far.is_channel_deleted ? ", channel deleted" : "",
		unmap->why ? "; " : "", str_or_empty(unmap->why));
}

static void unmap_on_progress(
	const struct end_chime_unmapped *progress, void *arg)
{
	struct unmap *unmap = arg;

	unmap->far = *progress;
	set_string(&unmap->channel, progress->channel);
	set_string(&unmap->why, progress->why);
	if (!unmap->far.is_done)
		return;
	log_done(unmap);
	/* Else it is tried again, maybe after it was in use once more. */
	if (unmap->far.failed == 0)
		wire_forget(unmap->wire, unmap->mapping);
}

/* ---- answers ---- */

static json_t *report(const struct unmap *unmap)
{
	const struct end_chime_unmapped *far = &unmap->far;
	json_t *body = json_pack("{s:I, s:I, s:I, s:I, s:b, s:b}", "removed",
		(json_int_t)far->removed, "left", (json_int_t)far->left, "kept",
		(json_int_t)far->kept, "failed", (json_int_t)far->failed,
		"channel_deleted", far->is_channel_deleted, "done",
		far->is_done);

	json_set_string(body, "mapping", unmap->mapping);
	json_set_string(body, "channel", unmap->channel);
	json_set_string(body, "why", unmap->why);
	json_set_string(body, "remark", far->remark);
	return body;
}

static const struct {
	int error;
	int status;
	const char *why;
} failures[] = {
	{-EBUSY, 409,
		"its channel is in use: take it out of the configuration and "
		"reload first"},
	{-EALREADY, 409, "it is under way"},
};

static struct control_answer refuse(int error)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (failures[i].error == error)
			return control_refuse(
				failures[i].status, failures[i].why);
	}
	return control_refuse(500, "the state file cannot be read");
}

static struct control_answer begin(
	const struct control_request *request, const char *name)
{
	struct buf AUTOBUF delete;
	struct unmap *before = find(request->unmaps, name);
	struct unmap *unmap = xcalloc(1, sizeof(*unmap));
	int error;

	buf_init(&delete, CONTROL_VALUE_BYTES);
	control_query(request, "delete_channel", &delete);
	unmap->mapping = xstrdup(name);
	unmap->wire = request->wire;
	error = end_chime_unmap(wire_chime(request->wire), name,
		str_eq(delete.data, "1"), unmap_on_progress, unmap);
	if (error < 0) {
		unmap_free(unmap);
		return refuse(error);
	}
	if (before)
		forget(request->unmaps, before);
	DL_APPEND(request->unmaps->list, unmap);
	return control_ok(report(unmap));
}

struct control_answer control_unmap_begin(const struct control_request *request)
{
	struct buf AUTOBUF name;

	buf_init(&name, CONTROL_VALUE_BYTES);
	control_query(request, "mapping", &name);
	if (name.len == 0)
		return control_refuse(400, "mapping (a name) is needed");
	if (wire_mapping(request->wire, name.data))
		return control_refuse(409,
			"this mapping is in use, or still ending: take it "
			"out of the configuration, reload, and try again");
	if (!has_room(request->unmaps))
		return control_refuse(503, "too many are under way");
	return begin(request, name.data);
}

struct control_answer control_unmap_progress(
	const struct control_request *request)
{
	struct buf AUTOBUF name;
	struct unmap *unmap;

	buf_init(&name, CONTROL_VALUE_BYTES);
	control_query(request, "mapping", &name);
	unmap = find(request->unmaps, name.data);
	return unmap ? control_ok(report(unmap))
		     : control_refuse(404, "nothing of it has been begun");
}
