/*
 * ISUPPORT tokens, one per word: strings stay terminated, numbers within their
 * limits, and every question can be asked afterwards.
 */
#include "irc/isupport.h"
#include "irc/mask.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

#define TERMINATED(array) must(memchr(array, '\0', sizeof(array)) != NULL)

static void check_strings(const struct irc_isupport *is)
{
	TERMINATED(is->prefix.modes);
	TERMINATED(is->prefix.symbols);
	TERMINATED(is->chanmodes.list);
	TERMINATED(is->chanmodes.always_param);
	TERMINATED(is->chanmodes.param_when_set);
	TERMINATED(is->chanmodes.flag);
	TERMINATED(is->chantypes);
	TERMINATED(is->statusmsg);
	TERMINATED(is->network);
	TERMINATED(is->extban.types);
	TERMINATED(is->accountextban);
	TERMINATED(is->clienttagdeny);
	TERMINATED(is->chanlimit);
	TERMINATED(is->targmax);
	TERMINATED(is->utf8mapping);
	TERMINATED(is->msgreftypes);
	must(strlen(is->prefix.modes) == strlen(is->prefix.symbols));
	must(is->maxlist.count <= IRC_MAXLISTS_MAX);
	for (size_t i = 0; i < is->maxlist.count; i++)
		TERMINATED(is->maxlist.of[i].letters);
}

static void check_numbers(const struct irc_isupport *is)
{
	must(is->nicklen >= 1 && is->nicklen <= 512);
	must(is->userlen >= 1 && is->hostlen >= 1 && is->channellen >= 1);
	must(is->linelen >= 512 && is->linelen <= IRC_LINELEN_MAX);
	must(is->casemap <= IRC_CASEMAP_RFC1459_STRICT);
}

static void check_questions(const struct irc_isupport *is, const char *word)
{
	char mask[IRC_MASK_BYTES];
	if (irc_mask_normalise(is, word, mask) == 0)
		must(strlen(mask) < sizeof(mask));
	const char *channel = irc_isupport_statusmsg(is, word);
	must(!channel || irc_isupport_is_channel(is, channel));
	must(irc_isupport_targmax(is, word) >= 1);
	irc_isupport_allows_tag(is, word);
	for (int c = 0; c < 256; c++) {
		char symbol = irc_isupport_prefix_of_mode(is, (char)c);
		enum irc_mode_class class =
			irc_isupport_mode_class(is, (char)c);
		must(!symbol || class == IRC_MODE_PREFIX);
		must((irc_isupport_rank_of_mode(is, (char)c) >= 0) ==
			(class == IRC_MODE_PREFIX));
		irc_isupport_mode_of_prefix(is, (char)c);
		irc_isupport_maxlist(is, (char)c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct irc_isupport is;
	irc_isupport_init(&is);
	char *text = malloc(size + 1);
	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = text, *end; word; word = end) {
		end = strchr(word, ' ');
		if (end)
			*end++ = '\0';
		irc_isupport_apply(&is, word);
		check_strings(&is);
		check_numbers(&is);
		if (!end)
			check_questions(&is, word);
	}
	free(text);
	return 0;
}
