/*
 * Lines of commands by somebody on IRC, the first byte says whether they are
 * an operator and where they say it. Whatever they ask: every answer is valid
 * text without control characters, and bounded, and there is at least one.
 */
#include "../unit/support/command_rig.h"
#include "util/utf8.h"

#include <stdint.h>
#include <string.h>

enum { LINES_MAX = 40, TEXT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const struct command_rig *rig)
{
	const struct buf *said = &rig->said;

	fake_must(rig->lines >= 1, "an answer");
	fake_must(rig->lines <= COMMAND_LINES_MAX, "a short answer");
	fake_must(said->len <= rig->lines * 512, "short lines");
	fake_must(utf8_is_valid(said->data, said->len), "text");
	for (size_t i = 0; i < said->len; i++)
		fake_must(said->data[i] == '\n' ||
				  (unsigned char)said->data[i] >= 0x20,
			"no control characters");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX];
	struct command_rig *rig;
	void *state = NULL;
	char *line = text;

	if (size == 0 || size > TEXT_MAX)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	command_rig_setup(&state);
	rig = state;
	rig->is_operator = data[0] & 1;
	rig->mapping = data[0] & 2 ? "m" : NULL;
	for (int i = 0; line && i < LINES_MAX; i++) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		command_rig_ask(rig, line);
		check_answer(rig);
		line = end;
	}
	rig_turns(&rig->rig, 3);
	command_rig_teardown(&state);
	return 0;
}
