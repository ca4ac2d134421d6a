#include "irc/modes.h"

#include <errno.h>
#include <string.h>

void irc_modes_init(struct irc_modes *modes,
	const struct irc_isupport *isupport, const char *const *params,
	size_t nparams)
{
	*modes = (struct irc_modes){
		.isupport = isupport,
		.letters = nparams ? params[0] : "",
		.params = params + (nparams ? 1 : 0),
		.nparams = nparams ? nparams - 1 : 0,
		.add = true,
	};
}

/* An argument as far as the protocol goes; a list may be asked for instead. */
static bool takes_param(enum irc_mode_class class, bool add)
{
	return class == IRC_MODE_LIST || class == IRC_MODE_ALWAYS_PARAM ||
	       class == IRC_MODE_PREFIX ||
	       (class == IRC_MODE_PARAM_WHEN_SET && add);
}

static const char *next_param(struct irc_modes *modes)
{
	if (!modes->nparams)
		return NULL;
	modes->nparams--;
	return *modes->params++;
}

bool irc_modes_next(struct irc_modes *modes, struct irc_mode_change *ret)
{
	while (*modes->letters) {
		char letter = *modes->letters++;
		if (letter == '+' || letter == '-') {
			modes->add = letter == '+';
			continue;
		}
		struct irc_mode_change change = {
			.add = modes->add,
			.letter = letter,
			.class = irc_isupport_mode_class(
				modes->isupport, letter),
		};
		bool takes = takes_param(change.class, change.add);
		if (takes)
			change.param = next_param(modes);
		if (takes && !change.param && change.class != IRC_MODE_LIST)
			continue;
		*ret = change;
		return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(const char *s)
{
	return *s && *s != ':' && !s[strcspn(s, " \r\n")];
}

/* The argument that goes out with the change; false when it cannot go out. */
static bool param_to_send(const struct irc_isupport *isupport,
	const struct irc_mode_change *change, const char **ret)
{
	enum irc_mode_class class =
		irc_isupport_mode_class(isupport, change->letter);
	bool takes = takes_param(class, change->add);
	bool may_take = takes || class == IRC_MODE_UNKNOWN;
	*ret = may_take ? change->param : NULL;
	if (!is_letter(change->letter) || (takes && !*ret))
		return false;
	return !*ret || is_word(*ret);
}

static size_t params_limit(const struct irc_isupport *isupport)
{
	if (!isupport->modes || isupport->modes > IRC_MODES_LINE_PARAMS)
		return IRC_MODES_LINE_PARAMS;
	return isupport->modes;
}

/* Adds the change to the line; false when it does not fit. */
static bool add_change(struct irc_modes_line *line,
	const struct irc_mode_change *change, const char *param,
	const char *sign, size_t *bytes_left)
{
	size_t at = strlen(line->letters);
	size_t letters = strlen(sign) + 1;
	size_t bytes = letters + (param ? 1 + strlen(param) : 0);
	if (bytes > *bytes_left || at + letters > IRC_MODES_LINE_LETTERS)
		return false;
	if (*sign)
		line->letters[at++] = *sign;
	line->letters[at] = change->letter;
	if (param)
		line->params[line->nparams++] = param;
	*bytes_left -= bytes;
	return true;
}

int irc_modes_pack(struct irc_modes_line *ret,
	const struct irc_isupport *isupport,
	const struct irc_mode_change *changes, size_t count, size_t bytes,
	size_t *ret_used)
{
	struct irc_modes_line line = {0};
	size_t limit = params_limit(isupport);
	size_t used = 0;
	for (; used < count; used++) {
		const struct irc_mode_change *change = &changes[used];
		const char *param;
		if (!param_to_send(isupport, change, &param)) {
			if (!used)
				return -EINVAL;
			break;
		}
		if (param && line.nparams == limit)
			break;
		const char *sign = change->add ? "+" : "-";
		if (used && changes[used - 1].add == change->add)
			sign = "";
		if (!add_change(&line, change, param, sign, &bytes))
			break;
	}
	if (!used)
		return count ? -E2BIG : -EINVAL;
	*ret = line;
	*ret_used = used;
	return 0;
}
