#include "irc/source.h"

#include <errno.h>
#include <string.h>

void irc_source_init(struct irc_source *source)
{
	source->raw[0] = '\0';
	source->nick = source->user = source->host = "";
}

/* Ends the text at p, if p is in it; returns what follows, or "". */
static const char *cut_at(char *p)
{
	if (!p)
		return "";
	*p = '\0';
	return p + 1;
}

int irc_source_parse(struct irc_source *source, char *text)
{
	irc_source_init(source);
	size_t len = strlen(text);
	if (len >= sizeof(source->raw))
		return -E2BIG;
	memcpy(source->raw, text, len + 1);
	char *at = strchr(text, '@');
	char *bang = strchr(text, '!');
	if (bang && at && at < bang)
		bang = NULL; /* part of the host */
	source->nick = text;
	source->user = cut_at(bang);
	source->host = cut_at(at);
	return 0;
}
