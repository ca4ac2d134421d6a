#include "config.h"

#include "daemon/report.h"

#include "bridge/bridge.h"
#include "bridge/members.h"
#include "bridge/moderation.h"
#include "end_irc/end_irc.h"
#include "util/clock.h"
#include "util/json.h"

#include <unistd.h>

enum { TEXT_BYTES = 1024 };

static void set_int(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* Those whose words go this way. */
static json_t *report_people(const struct mapping *mapping, enum lane_way way)
{
	struct mirror_stats stats;
	json_t *people = json_object();

	mapping_mirror_stats(mapping, way, &stats);
	json_object_set_new(people, "known", json_boolean(stats.is_known));
	set_int(people, "here", stats.here);
	set_int(people, "shown", stats.shown);
	set_int(people, "waiting", stats.waiting);
	set_int(people, "refused", stats.refused);
	return people;
}

static json_t *report_lane(const struct mapping *mapping, enum lane_way way)
{
	struct lane_stats stats;
	json_t *lane = json_object();

	mapping_stats(mapping, way, &stats);
	json_object_set_new(lane, "ready", json_boolean(stats.ready));
	set_int(lane, "relayed", stats.relayed);
	set_int(lane, "waiting", stats.queued);
	set_int(lane, "oldest_ms", (uint64_t)stats.oldest_ms);
	set_int(lane, "refused", stats.refused);
	set_int(lane, "in_doubt", stats.in_doubt);
	set_int(lane, "dropped", stats.dropped);
	set_int(lane, "expired", stats.expired);
	set_int(lane, "aside", stats.aside);
	set_int(lane, "aside_lost", stats.aside_lost);
	set_int(lane, "bytes", stats.bytes);
	json_object_set_new(
		lane, "source_waits", json_boolean(stats.is_waiting));
	set_int(lane, "duplicates", stats.duplicates);
	set_int(lane, "filtered", stats.filtered);
	json_set_string(lane, "trouble", stats.trouble);
	json_object_set_new(lane, "people", report_people(mapping, way));
	return lane;
}

static const char *const side_names[SIDES] = {
	[SIDE_IRC] = "irc", [SIDE_CHIME] = "chime"};
static const char *const right_names[RIGHTS] = {
	[RIGHT_BANS] = "bans",
	[RIGHT_MODERATORS] = "moderators",
	[RIGHT_TOPIC] = "topic",
	[RIGHT_NAME] = "name",
	[RIGHT_RESTRICTED] = "restricted",
};

/* What is only read, and why. */
static json_t *report_denied(const struct reconcile_stats *stats)
{
	json_t *denied = json_array();

	for (size_t i = 0; i < (size_t)SIDES * RIGHTS; i++) {
		const char *why = stats->denied[i / RIGHTS][i % RIGHTS];
		json_t *each = json_object();

		json_set_string(each, "side", side_names[i / RIGHTS]);
		json_set_string(each, "right", right_names[i % RIGHTS]);
		json_set_string(each, "why", why);
		if (why)
			json_array_append(denied, each);
		json_decref(each);
	}
	return denied;
}

static json_t *report_moderation(const struct mapping *mapping)
{
	struct reconcile_stats stats;
	json_t *moderation = json_object();

	if (!mapping_moderation_stats(mapping, &stats))
		return moderation;
	set_int(moderation, "held", stats.held);
	set_int(moderation, "pending", stats.pending);
	set_int(moderation, "changed", stats.changed);
	set_int(moderation, "refused", stats.refused);
	set_int(moderation, "wars", stats.wars);
	json_object_set_new(moderation, "denied", report_denied(&stats));
	return moderation;
}

static void report_on_network(
	const char *name, const struct end_irc *end, void *arg)
{
	json_t *status = arg;
	json_t *network = json_object();
	struct buf AUTOBUF text;

	buf_init(&text, TEXT_BYTES);
	end_irc_describe(end, &text);
	json_set_string(network, "name", name);
	json_set_string(network, "state", text.data);
	json_array_append_new(json_object_get(status, "networks"), network);
}

static void report_on_mapping(
	const struct mapping_config *config, struct mapping *mapping, void *arg)
{
	json_t *status = arg;
	json_t *each = json_object();

	json_set_string(each, "name", config->name);
	json_set_string(each, "irc", config->irc);
	json_object_set_new(
		each, "paused", json_boolean(mapping_is_paused(mapping)));
	json_object_set_new(each, "to_irc", report_lane(mapping, LANE_TO_IRC));
	json_object_set_new(
		each, "to_chime", report_lane(mapping, LANE_TO_CHIME));
	json_object_set_new(each, "moderation", report_moderation(mapping));
	json_array_append_new(json_object_get(status, "mappings"), each);
}

json_t *report_status(const struct wire *wire, int64_t started_ms)
{
	json_t *status = json_object();
	struct wire_visitor visitor = {
		.network = report_on_network,
		.mapping = report_on_mapping,
		.arg = status,
	};

	json_set_string(status, "version", PACKAGE_VERSION);
	set_int(status, "pid", (uint64_t)getpid());
	set_int(status, "uptime_s",
		(uint64_t)(clock_mono_ms() - started_ms) / 1000);
	json_set_string(status, "state_trouble", wire_trouble(wire));
	json_object_set_new(status, "networks", json_array());
	json_object_set_new(status, "mappings", json_array());
	wire_visit(wire, &visitor);
	return status;
}
