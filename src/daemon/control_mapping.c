#include "daemon/control_mapping.h"

#include "bridge/bridge.h"
#include "bridge/members.h"
#include "bridge/moderation.h"
#include "daemon/control_query.h"
#include "util/json.h"

static struct control_answer no_mapping(void)
{
	return control_refuse(404, "there is no such mapping");
}

/* ---- pause, resume, resync ---- */

static struct control_answer answer_paused(const struct mapping *mapping)
{
	return control_ok(json_pack("{s:s, s:b}", "mapping",
		mapping_name(mapping), "paused", mapping_is_paused(mapping)));
}

static struct control_answer set_pause(
	const struct control_request *request, bool is_paused)
{
	struct mapping *mapping = control_query_mapping(request);
	struct buf AUTOBUF by;

	buf_init(&by, CONTROL_VALUE_BYTES);
	if (!mapping)
		return no_mapping();
	control_query(request, "by", &by);
	mapping_pause(mapping, is_paused, by.len ? by.data : "the operator");
	return answer_paused(mapping);
}

struct control_answer control_mapping_pause(
	const struct control_request *request)
{
	return set_pause(request, true);
}

struct control_answer control_mapping_resume(
	const struct control_request *request)
{
	return set_pause(request, false);
}

static struct control_answer confirm(struct mapping *mapping)
{
	size_t count = mapping_confirm(mapping);

	if (count == 0)
		return control_refuse(409, "nothing is held there");
	return control_ok(json_pack("{s:s, s:I}", "mapping",
		mapping_name(mapping), "confirmed", (json_int_t)count));
}

struct control_answer control_mapping_resync(
	const struct control_request *request)
{
	struct mapping *mapping = control_query_mapping(request);
	struct buf AUTOBUF is_confirmed;

	buf_init(&is_confirmed, CONTROL_VALUE_BYTES);
	if (!mapping)
		return no_mapping();
	control_query(request, "confirm", &is_confirmed);
	if (is_confirmed.len)
		return confirm(mapping);
	mapping_resync(mapping);
	return answer_paused(mapping);
}

/* ---- members ---- */

static void members_on_member(void *arg, const struct mapping_member *member)
{
	json_t *people = arg;
	json_t *person = json_object();

	json_set_string(person, "id", member->person_id);
	json_set_string(person, "name", member->name);
	json_set_string(person, "as", member->as);
	json_set_string(person, "state", member->state);
	json_set_string(person, "why", member->why);
	if (member->read_ms)
		json_object_set_new(
			person, "read_ms", json_integer(member->read_ms));
	json_array_append_new(people, person);
}

static json_t *members_of(struct mapping *mapping, enum lane_way way)
{
	json_t *people = json_array();
	struct mirror_stats stats;

	mapping_mirror_stats(mapping, way, &stats);
	mapping_members(mapping, way, members_on_member, people);
	return json_pack(
		"{s:b, s:o}", "known", stats.is_known, "people", people);
}

struct control_answer control_mapping_members(
	const struct control_request *request)
{
	struct mapping *mapping = control_query_mapping(request);

	if (!mapping)
		return no_mapping();
	return control_ok(json_pack("{s:s, s:b, s:o, s:o}", "mapping",
		mapping_name(mapping), "paused", mapping_is_paused(mapping),
		"to_irc", members_of(mapping, LANE_TO_IRC), "to_chime",
		members_of(mapping, LANE_TO_CHIME)));
}
