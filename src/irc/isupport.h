/*
 * What the server says it can do and what its limits are: the tokens of 005
 * (https://defs.ircdocs.horse/defs/isupport). A plain value with safe
 * defaults, valid before the first 005; nothing to release.
 *
 * A value that cannot be read (garbage, a negative number, too long) leaves
 * the field as it was. "-TOKEN" brings its default back.
 */
#ifndef IRC_ISUPPORT_H
#define IRC_ISUPPORT_H

#include "irc/casemap.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_message;

enum {
	IRC_PREFIXES_MAX = 15,      /* membership modes, highest first */
	IRC_MODE_LETTERS_MAX = 127, /* letters in one class of modes */
	IRC_MAXLISTS_MAX = 16,
	IRC_LINELEN_MAX = 8191, /* a larger LINELEN is taken as this */
};

enum irc_mode_class {
	IRC_MODE_UNKNOWN,      /* not announced: taken to have no argument */
	IRC_MODE_LIST,         /* type A: a list such as b; no argument asks */
	IRC_MODE_ALWAYS_PARAM, /* type B: argument for + and -, such as k */
	IRC_MODE_PARAM_WHEN_SET, /* type C: argument for + only, such as l */
	IRC_MODE_FLAG,           /* type D: no argument, such as m */
	IRC_MODE_PREFIX,         /* membership: o, v */
};

struct irc_isupport {
	struct irc_prefixes {
		char modes[IRC_PREFIXES_MAX + 1];   /* "ov" */
		char symbols[IRC_PREFIXES_MAX + 1]; /* "@+" */
	} prefix;
	struct irc_chanmodes {
		char list[IRC_MODE_LETTERS_MAX + 1];           /* A */
		char always_param[IRC_MODE_LETTERS_MAX + 1];   /* B */
		char param_when_set[IRC_MODE_LETTERS_MAX + 1]; /* C */
		char flag[IRC_MODE_LETTERS_MAX + 1];           /* D */
	} chanmodes;
	char chantypes[16]; /* "#&"; "" means: there are no channels */
	char statusmsg[16]; /* "@+", default "" */
	/* Lengths in bytes; 0 means no limit was announced. */
	unsigned nicklen;    /* default 9, all that RFC 1459 promises */
	unsigned userlen;    /* default 12, to reckon with */
	unsigned hostlen;    /* default 64, to reckon with */
	unsigned channellen; /* default 200 */
	unsigned topiclen;
	unsigned kicklen;
	unsigned awaylen;
	unsigned keylen;
	unsigned linelen;    /* bytes of a line with CRLF, default 512 */
	unsigned modes;      /* arguments per MODE; default 3, 0 no limit */
	unsigned maxtargets; /* 0 not said */
	struct irc_maxlists {
		struct irc_maxlist {
			char letters[16]; /* these lists share the limit */
			unsigned limit;
		} of[IRC_MAXLISTS_MAX];
		size_t count;
	} maxlist;
	enum irc_casemap casemap; /* an unknown name is taken as ascii */
	char network[64];
	char excepts; /* letter of ban exceptions, 0 none */
	char invex;   /* letter of invite exceptions, 0 none */
	char bot;     /* user mode of bots, 0 none */
	struct irc_extban {
		bool known;  /* EXTBAN was there */
		char prefix; /* '$', '~', or 0 for none */
		char types[IRC_MODE_LETTERS_MAX + 1];
	} extban;
	char accountextban[64]; /* names, best first: "account,a"; "" none */
	char clienttagdeny[512];
	char chanlimit[128]; /* as sent: "#&:50,+:10" */
	char targmax[512];   /* as sent: "PRIVMSG:4,KICK:1" */
	char utf8mapping[32];
	char msgreftypes[64]; /* "timestamp,msgid"; "" not said */
	bool utf8only;
	bool whox;
	bool safelist;
	struct irc_limited {
		bool works;
		unsigned limit; /* 0 no limit */
	} monitor,              /* MONITOR for so many nicks */
		chathistory;    /* CHATHISTORY with so many lines at once */
};

void irc_isupport_init(struct irc_isupport *isupport);
/* Takes all tokens of one RPL_ISUPPORT. */
void irc_isupport_feed(
	struct irc_isupport *isupport, const struct irc_message *msg);
/* Takes one "NAME", "NAME=value" or "-NAME". True if its name is known. */
bool irc_isupport_apply(struct irc_isupport *isupport, const char *token);

/* Begins with one of CHANTYPES? (Not "@#x": see irc_isupport_statusmsg.) */
bool irc_isupport_is_channel(
	const struct irc_isupport *isupport, const char *target);
/*
 * The channel behind a target such as "@#x" or "#x": past the leading
 * STATUSMSG symbols. NULL when no channel is behind it.
 */
const char *irc_isupport_statusmsg(
	const struct irc_isupport *isupport, const char *target);
/* '@' of 'o'; 0 when the letter is no membership mode, and the reverse. */
char irc_isupport_prefix_of_mode(
	const struct irc_isupport *isupport, char mode);
char irc_isupport_mode_of_prefix(
	const struct irc_isupport *isupport, char symbol);
/* 0 is the highest membership mode; -1 when it is none. */
int irc_isupport_rank_of_mode(const struct irc_isupport *isupport, char mode);
enum irc_mode_class irc_isupport_mode_class(
	const struct irc_isupport *isupport, char mode);
/* How many entries the list of this mode may have, 0 when not said. */
unsigned irc_isupport_maxlist(const struct irc_isupport *isupport, char mode);
/* How many targets the command takes at once; at least 1. */
unsigned irc_isupport_targmax(
	const struct irc_isupport *isupport, const char *command);
/* Will the server pass on this client-only tag ("+draft/reply")? */
bool irc_isupport_allows_tag(
	const struct irc_isupport *isupport, const char *key);

#endif
