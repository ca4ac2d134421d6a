#include "command_rig.h"

#include "log_catch.h"

#include <string.h>

enum { SAID_BYTES = 64 * 1024 };

static void add(struct command_rig *rig, const char *name, const char *label)
{
	struct mapping_params params = {
		.name = name,
		.irc_label = label,
		.window = 1,
	};
	int error = 0;

	fake_must(bridge_add(rig->rig.bridge, &params, &error), "added");
}

void command_rig_come(struct command_rig *rig, enum lane_way way,
	const char *id, const char *name)
{
	const struct end_sink *sink = way == LANE_TO_CHIME
					      ? &rig->rig.irc_end->sink
					      : &rig->rig.chime_end->sink;

	sink->presence(sink->arg, &(struct presence){
					  .kind = PRESENCE_HERE,
					  .origin = ORIGIN_PERSON,
					  .person = {.id = id, .name = name},
				  });
}

int command_rig_setup(void **state)
{
	static struct command_rig rig;

	rig = (struct command_rig){
		.person =
			{
				.id = "net/@bob",
				.name = "Bob",
				.account = "bob",
				.address = "Bob!~b@host.example",
			},
	};
	buf_init(&rig.said, SAID_BYTES);
	rig_init(&rig.rig,
		&(struct mapping_params){.irc_label = "net/#project"});
	log_catch_start();
	add(&rig, "o", "net/#other");
	add(&rig, "x", "else/#project");
	rig.rig.irc_end->sink.roster(rig.rig.irc_end->sink.arg, ROSTER_BEGINS);
	command_rig_come(&rig, LANE_TO_CHIME, "net/@bob", "Bob");
	rig.rig.irc_end->sink.roster(
		rig.rig.irc_end->sink.arg, ROSTER_COMPLETE);
	command_rig_come(&rig, LANE_TO_IRC, "arn:aws:x/user/alice", "Alice");
	*state = &rig;
	return 0;
}

int command_rig_teardown(void **state)
{
	struct command_rig *rig = *state;

	buf_release(&rig->said);
	rig_release(&rig->rig);
	log_catch_stop();
	return 0;
}

static void command_rig_on_line(void *arg, const char *line)
{
	struct command_rig *rig = arg;

	fake_must(!strpbrk(line, "\r\n"), "one line at a time");
	buf_adds(&rig->said, line);
	buf_addc(&rig->said, '\n');
	rig->lines++;
}

const char *command_rig_ask(struct command_rig *rig, const char *words)
{
	struct command command = {
		.network = "net",
		.mapping = rig->mapping,
		.person = &rig->person,
		.is_operator = rig->is_operator,
		.words = words,
		.say = command_rig_on_line,
		.arg = rig,
	};

	buf_clear(&rig->said);
	rig->lines = 0;
	bridge_command(rig->rig.bridge, &command);
	return rig->said.data;
}
