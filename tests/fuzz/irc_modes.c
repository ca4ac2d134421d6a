/*
 * MODE arguments: "letters param param ..." is read, packed into lines, and
 * those lines are read again: the same changes in the same order.
 */
#include "irc/modes.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

enum { WORDS = 64, CHANGES = 256 };

static size_t words_of(char *text, const char **words)
{
	size_t n = 0;
	while (text && n < WORDS) {
		words[n++] = text;
		text = strchr(text, ' ');
		if (text)
			*text++ = '\0';
	}
	return n;
}

static void check_line(const struct irc_isupport *isupport,
	const struct irc_modes_line *line, const struct irc_mode_change *want,
	size_t count)
{
	const char *words[1 + IRC_MODES_LINE_PARAMS] = {line->letters};
	struct irc_modes modes;
	struct irc_mode_change got;
	for (size_t i = 0; i < line->nparams; i++)
		words[i + 1] = line->params[i];
	irc_modes_init(&modes, isupport, words, line->nparams + 1);
	for (size_t i = 0; i < count; i++) {
		must(irc_modes_next(&modes, &got));
		must(got.add == want[i].add && got.letter == want[i].letter);
		must(got.class == want[i].class);
		must(got.param == want[i].param);
	}
	must(!irc_modes_next(&modes, &got));
	must(modes.nparams == 0);
}

static void pack_all(const struct irc_isupport *isupport,
	const struct irc_mode_change *changes, size_t count)
{
	while (count) {
		struct irc_modes_line line;
		size_t used = 1;
		int result = irc_modes_pack(
			&line, isupport, changes, count, 100, &used);
		must(result == 0 || result == -EINVAL || result == -E2BIG);
		must(used >= 1 && used <= count);
		if (result == 0)
			check_line(isupport, &line, changes, used);
		changes += used;
		count -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct irc_isupport isupport;
	struct irc_modes modes;
	struct irc_mode_change changes[CHANGES];
	const char *words[WORDS];
	irc_isupport_init(&isupport);
	irc_isupport_apply(&isupport, "CHANMODES=beIq,kL,lfj,CFimnpst");
	irc_isupport_apply(&isupport, "PREFIX=(ohv)@%+");
	if (size)
		isupport.modes = data[0] % 20;
	char *text = malloc(size + 1);
	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	size_t count = 0;
	irc_modes_init(&modes, &isupport, words, words_of(text, words));
	while (count < CHANGES && irc_modes_next(&modes, &changes[count]))
		count++;
	pack_all(&isupport, changes, count);
	free(text);
	return 0;
}
